// SPDX-License-Identifier: Apache-2.0
//
// Printing of syntax trees. Recursion follows the tree, whose depth the parser bounds.
#include "compiler/ast/ast_print.h"

#include <fmt/format.h>

namespace falcoc::ast {

namespace {

class Printer {
 public:
  Printer(const Condition& condition, const MacroText& macro_text, size_t limit_bytes)
      : condition_(condition), macro_text_(macro_text), limit_bytes_(limit_bytes) {}

  std::string out;
  bool too_long = false;

  void node(NodeId id) {
    if (out.size() > limit_bytes_) too_long = true;
    if (too_long) return;
    const Node& n = condition_.node(id);
    switch (n.kind) {
      case Node::Kind::Or:
        chain(n, " or ");
        break;
      case Node::Kind::And:
        chain(n, " and ");
        break;
      case Node::Kind::Not:
        out += "not ";
        node(n.children.front());
        break;
      case Node::Kind::Macro: {
        const auto text = macro_text_ ? macro_text_(n.name) : std::nullopt;
        out += text ? *text : std::string_view(n.name);
        break;
      }
      case Node::Kind::Check:
        check(n);
        break;
    }
    if (out.size() > limit_bytes_) too_long = true;
  }

  void operand(OperandId id) {
    const Operand& o = condition_.operand(id);
    switch (o.kind) {
      case Operand::Kind::Field:
        out += o.text;
        index(o);
        break;
      case Operand::Kind::Call:
        out += o.text;
        list(o.args, ",");
        index(o);
        break;
      case Operand::Kind::List:
        list(o.args, ",");
        break;
      case Operand::Kind::Text:
      case Operand::Kind::Number:
        out += print_value(o.text);
        break;
    }
  }

 private:
  void chain(const Node& n, std::string_view connective) {
    out += '(';
    for (size_t i = 0; i < n.children.size(); ++i) {
      if (i != 0) out += connective;
      node(n.children[i]);
    }
    out += ')';
  }

  void list(const std::vector<OperandId>& elements, std::string_view separator) {
    out += '(';
    for (size_t i = 0; i < elements.size(); ++i) {
      if (i != 0) out += separator;
      operand(elements[i]);
    }
    out += ')';
  }

  void index(const Operand& o) {
    if (o.has_index) out += "[" + print_value(o.index) + "]";
  }

  void check(const Node& n) {
    operand(n.lhs);
    out += ' ';
    out += n.name;
    if (n.modifier != Modifier::None) {
      static constexpr std::string_view kNames[] = {"", " oneof", " anyof", " allof"};
      out += kNames[static_cast<size_t>(n.modifier)];
    }
    if (n.reference != OperandId::None) {
      out += ' ';
      if (n.in_val) out += "val(";
      operand(n.reference);
      if (n.in_val) out += ')';
    } else if (n.is_list) {
      out += ' ';
      list(n.values, ", ");
    } else if (!n.values.empty()) {
      out += ' ';
      operand(n.values.front());
    }
  }

  const Condition& condition_;
  const MacroText& macro_text_;
  size_t limit_bytes_;
};

void dump_node(const Condition& condition, NodeId id, size_t depth, std::string& out) {
  const Node& n = condition.node(id);
  static constexpr std::string_view kKinds[] = {"or", "and", "not", "check", "macro"};
  out += fmt::format("{:{}}{} {}..{}", "", depth * 2, kKinds[static_cast<size_t>(n.kind)], n.range.begin, n.range.end);
  if (n.kind == Node::Kind::Macro) out += " " + n.name;
  if (n.kind == Node::Kind::Check) {
    const MacroText no_macros;
    Printer printer(condition, no_macros, SIZE_MAX);
    printer.node(id);
    out += "  " + printer.out;
  }
  out += '\n';
  for (NodeId child : n.children) dump_node(condition, child, depth + 1, out);
}

}  // namespace

std::optional<std::string> normal_form(const Condition& condition, const MacroText& macro_text, size_t limit_bytes) {
  Printer printer(condition, macro_text, limit_bytes);
  printer.node(condition.root);
  if (printer.too_long) return std::nullopt;
  return std::move(printer.out);
}

std::string normal_form(const Condition& condition, OperandId operand) {
  const MacroText no_macros;
  Printer printer(condition, no_macros, SIZE_MAX);
  printer.operand(operand);
  return std::move(printer.out);
}

std::string print_value(std::string_view value) {
  static constexpr std::string_view kQuoted(" =\\\"'\b\f\n\r\t\0", 11);
  if (value.find_first_of(kQuoted) == std::string_view::npos) return std::string(value);
  std::string out = "\"";
  for (char c : value) {
    switch (c) {
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '"':
        out += "\\\"";
        break;
      default:
        out += c;
    }
  }
  return out + "\"";
}

std::string excerpt(std::string_view text) {
  constexpr size_t kLongest = 120;
  if (text.size() <= kLongest) return std::string(text);
  size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string dump(const Condition& condition) {
  std::string out;
  if (condition.root != NodeId::None) dump_node(condition, condition.root, 0, out);
  return out;
}

}  // namespace falcoc::ast
