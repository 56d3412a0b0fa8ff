// SPDX-License-Identifier: Apache-2.0
//
// The syntax tree of one condition: exactly what was written, untyped, names unresolved. Ranges are bytes of the parsed
// text; its MappedText leads from there to the file. Nodes are in vectors, children in front of their parents. Knows
// nothing of fields, types, macros or YAML.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/sema/checked_rules.h"

namespace falcoc::ast {

struct TextRange {
  uint32_t begin = 0;
  uint32_t end = 0;
};

enum class NodeId : uint32_t { None = UINT32_MAX };
enum class OperandId : uint32_t { None = UINT32_MAX };

/// A field, a transformer call or a literal.
struct Operand {
  enum class Kind : uint8_t { Field, Call, Text, Number, List } kind = Kind::Text;
  std::string text;        ///< Field, Call: name; Text: without quotes and escapes; Number: as written
  bool has_index = false;  ///< Field, Call: `[index]` follows
  std::string index;
  std::vector<OperandId> args;  ///< Call: arguments; List: elements
  TextRange range;
};

struct Node {
  enum class Kind : uint8_t { Or, And, Not, Check, Macro } kind = Kind::Check;
  TextRange range;
  std::vector<NodeId> children;  ///< Or, And: two or more; Not: one
  std::string name;              ///< Macro: its name; Check: the operator as written
  TextRange name_range;
  // Kind::Check
  Modifier modifier = Modifier::None;
  OperandId lhs = OperandId::None;
  bool is_list = false;                   ///< the values stand in parentheses
  std::vector<OperandId> values;          ///< Text and Number operands
  OperandId reference = OperandId::None;  ///< a field in `val()` or a transformer call, instead of values
  bool in_val = false;                    ///< the reference was written `val(field)`
};

struct Condition {
  std::vector<Node> nodes;
  std::vector<Operand> operands;
  NodeId root = NodeId::None;

  const Node& node(NodeId id) const { return nodes[static_cast<uint32_t>(id)]; }
  const Operand& operand(OperandId id) const { return operands[static_cast<uint32_t>(id)]; }
};

}  // namespace falcoc::ast
