// SPDX-License-Identifier: Apache-2.0
//
// Look-up in operators.def and the type families it speaks of.
#pragma once

#include <cstdint>
#include <string_view>

#include "vm/abi/tables.h"

namespace falcoc {

enum TypeFamily : uint8_t {
  kText = 1,
  kBytes = 2,
  kNumber = 4,
  kBool = 8,
  kIp = 16,
  kNet = 32,
  kListField = 64,
  kOther = 128
};
inline constexpr uint8_t kAnyFamily = 255;

enum class OperandShape : uint8_t { None, One, Number, List };

struct OperatorInfo {
  std::string_view spelling;
  fvm::CmpOp op;
  OperandShape shape;
  uint8_t families;
  std::string_view doc;
};

inline constexpr OperatorInfo kOperators[] = {
#define FALCO_OPERATOR(spelling, Op, Shape, families, doc) \
  {spelling, fvm::CmpOp::Op, OperandShape::Shape, families, doc},
#include "compiler/sema/operators.def"
#undef FALCO_OPERATOR
};

/// null: no such operator.
constexpr const OperatorInfo* find_operator(std::string_view spelling) {
  for (const OperatorInfo& row : kOperators)
    if (row.spelling == spelling) return &row;
  return nullptr;
}

/// Family of a value of `type`; a list field is kListField whatever its elements are.
constexpr TypeFamily family_of(fvm::TypeId type, bool is_list) {
  if (is_list) return kListField;
  switch (fvm::kind_of(type)) {
    case fvm::Kind::Text:
      return kText;
    case fvm::Kind::Bytes:
      return kBytes;
    case fvm::Kind::Int:
    case fvm::Kind::Uint:
    case fvm::Kind::Double:
      return kNumber;
    case fvm::Kind::Bool:
      return kBool;
    case fvm::Kind::Ip:
      return kIp;
    case fvm::Kind::Net:
      return kNet;
    case fvm::Kind::None:
      break;
  }
  return kOther;
}

constexpr std::string_view family_name(TypeFamily family) {
  switch (family) {
    case kText:
      return "text";
    case kBytes:
      return "a byte buffer";
    case kNumber:
      return "a number";
    case kBool:
      return "a boolean";
    case kIp:
      return "an IP address";
    case kNet:
      return "an IP network";
    case kListField:
      return "a list";
    case kOther:
      break;
  }
  return "of a type that can not be compared";
}

}  // namespace falcoc
