// SPDX-License-Identifier: Apache-2.0
#include "vm/ops/compare.h"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <cstring>

#include "vm/ops/glob.h"
#include "vm/ops/net_ops.h"
#include "vm/ops/path_match.h"

namespace fvm::ops {
namespace {

/// Text and Bytes hold their payload alike.
bool has_buffer(Kind kind) { return kind == Kind::Text || kind == Kind::Bytes; }

bool comparable(Kind field, Kind constant) {
  return (field == constant && field != Kind::None) || (field == Kind::Ip && constant == Kind::Net);
}

std::partial_ordering order(const Value& a, const Value& b) {
  switch (a.kind()) {
    case Kind::Text: return a.as_text().compare(b.as_text()) <=> 0;
    case Kind::Int: return a.as_int() <=> b.as_int();
    case Kind::Uint: return a.as_uint() <=> b.as_uint();
    case Kind::Double: return a.as_double() <=> b.as_double();
    default: return std::partial_ordering::unordered;
  }
}

}  // namespace

bool equal(const Value& a, const Value& b) {
  if (!comparable(a.kind(), b.kind())) return false;
  switch (a.kind()) {
    case Kind::None: return false;
    case Kind::Text:
    case Kind::Bytes: return a.as_text() == b.as_text();
    case Kind::Int: return a.as_int() == b.as_int();
    case Kind::Uint: return a.as_uint() == b.as_uint();
    case Kind::Bool: return a.as_bool() == b.as_bool();
    case Kind::Double: return a.as_double() == b.as_double();
    case Kind::Ip: return b.kind() == Kind::Net ? contains(b.as_net(), a.as_ip()) : a.as_ip() == b.as_ip();
    case Kind::Net: return a.as_net() == b.as_net();
  }
  return false;
}

bool is_ascii(std::string_view text) {
  uint8_t high = 0;
  for (const char c : text) high |= static_cast<uint8_t>(c);
  return high < 0x80;
}

size_t find_text(std::string_view text, std::string_view part) {
  if (part.empty()) return 0;
  const void* found = text.empty() ? nullptr : memmem(text.data(), text.size(), part.data(), part.size());
  return found ? static_cast<size_t>(static_cast<const char*>(found) - text.data()) : std::string_view::npos;
}

bool icontains(std::string_view text, std::string_view part) {
  if (part.empty()) return true;
  if (part.size() > text.size()) return false;
  const std::string_view starts = text.substr(0, text.size() - part.size() + 1);
  const auto is_at = [&](size_t start) {
    for (size_t i = 1; i < part.size(); ++i)
      if (fold_case(text[start + i]) != fold_case(part[i])) return false;
    return true;
  };
  // Places of the first letter, in either case; each search goes on where it has stopped.
  const char small = fold_case(part[0]);
  const char capital = small >= 'a' && small <= 'z' ? static_cast<char>(small - ('a' - 'A')) : small;
  size_t next_small = starts.find(small), next_capital = starts.find(capital);
  while (true) {
    const size_t start = std::min(next_small, next_capital);
    if (start == std::string_view::npos) return false;
    if (is_at(start)) return true;
    if (next_small == start) next_small = starts.find(small, start + 1);
    if (next_capital == start) next_capital = starts.find(capital, start + 1);
  }
}

bool compare(CmpOp op, const Value& field, const Value& constant) {
  if (op == CmpOp::Exists) return true;
  if (!comparable(field.kind(), constant.kind())) return false;
  const bool is_text = field.kind() == Kind::Text;
  const bool is_bytes = field.kind() == Kind::Bytes;
  const std::string_view value = has_buffer(field.kind()) ? field.as_text() : std::string_view();
  const std::string_view operand = has_buffer(constant.kind()) ? constant.as_text() : std::string_view();
  switch (op) {
    case CmpOp::Exists: return true;
    case CmpOp::Eq:
    case CmpOp::In:
    case CmpOp::Intersects: return equal(field, constant);
    case CmpOp::Ne: return !equal(field, constant);
    case CmpOp::Lt: return std::is_lt(order(field, constant));
    case CmpOp::Le: return std::is_lteq(order(field, constant));
    case CmpOp::Gt: return std::is_gt(order(field, constant));
    case CmpOp::Ge: return std::is_gteq(order(field, constant));
    case CmpOp::Contains: return (is_text || is_bytes) && find_text(value, operand) != std::string_view::npos;
    case CmpOp::StartsWith: return (is_text || is_bytes) && value.starts_with(operand);
    case CmpOp::EndsWith: return (is_text || is_bytes) && value.ends_with(operand);
    case CmpOp::IContains: return is_text && icontains(value, operand);
    case CmpOp::Glob: return is_text && glob_match(operand, value);
    case CmpOp::IGlob: return is_text && glob_match(operand, value, Case::Ignore);
    case CmpOp::PMatch: return is_text && path_match(value, operand);
    case CmpOp::BContains: return is_bytes && find_text(value, operand) != std::string_view::npos;
    case CmpOp::BStartsWith: return is_bytes && value.starts_with(operand);
    case CmpOp::Regex: return false;
  }
  return false;
}

}  // namespace fvm::ops
