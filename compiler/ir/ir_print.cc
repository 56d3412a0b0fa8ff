// SPDX-License-Identifier: Apache-2.0
//
// Text form of the graph, for dumps and goldens.
#include <fmt/format.h>

#include "compiler/ir/ir.h"
#include "vm/ops/net_ops.h"

namespace falcoc::ir {
namespace {

constexpr std::string_view kModifierNames[fvm::kModifiers] = {"", " oneof", " anyof", " allof"};

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string constant_text(const Constant& c) {
  switch (c.kind) {
    case fvm::Kind::Text:
      return quoted(c.text);
    case fvm::Kind::Bytes: {
      std::string out = "0x";
      for (char b : c.text) out += fmt::format("{:02x}", static_cast<unsigned char>(b));
      return out;
    }
    case fvm::Kind::Int:
      return std::to_string(static_cast<int64_t>(c.number));
    case fvm::Kind::Uint:
      return std::to_string(c.number);
    case fvm::Kind::Bool:
      return c.number != 0 ? "true" : "false";
    case fvm::Kind::Double:
      return fmt::format("{}", c.real);
    case fvm::Kind::Ip:
      return fvm::ops::format_ip(c.net.base);
    case fvm::Kind::Net:
      return fvm::ops::format_net(c.net);
    case fvm::Kind::None:
      break;
  }
  return {};
}

std::string term_text(const Module& m, TermId id) {
  const Term& t = m[id];
  const auto args = [&] {
    std::string out;
    for (TermId arg : t.args) out += (out.empty() ? "" : ", ") + term_text(m, arg);
    return out;
  };
  switch (t.kind) {
    case fvm::TermKind::Field: {
      std::string name(fvm::field_info(t.field.id).name);
      if (t.field.arg == fvm::FieldArg::Index) return fmt::format("{}[{}]", name, t.field.index);
      if (t.field.arg == fvm::FieldArg::Key) return fmt::format("{}[{}]", name, t.field.key);
      return name;
    }
    case fvm::TermKind::String:
      return quoted(t.text);
    case fvm::TermKind::List:
      return fmt::format("({})", args());
    case fvm::TermKind::Call:
      break;
  }
  const std::string call = fmt::format("{}({})", fvm::transformer_info(t.call).name, args());
  return t.text.empty() ? call : fmt::format("{}[{}]", call, t.text);
}

}  // namespace

std::string print_node(const Module& m, NodeId id) {
  const Node& n = m[id];
  switch (n.kind) {
    case NodeKind::False:
      return "never";
    case NodeKind::True:
      return "always";
    case NodeKind::Check:
      return fmt::format("p{}", n.first);
    default:
      return fmt::format("n{}", static_cast<uint32_t>(id));
  }
}

std::string print_predicate(const Module& m, PredicateId id) {
  const Predicate& p = m[id];
  std::string out = fmt::format("{} {}{}", term_text(m, p.lhs), fvm::kCmpOps[static_cast<size_t>(p.op)],
                                kModifierNames[static_cast<size_t>(p.modifier)]);
  if (p.rhs == fvm::RhsKind::Term) return out + ' ' + term_text(m, p.rhs_term);
  for (size_t i = 0; i < p.constants.size(); ++i) out += (i == 0 ? " " : ", ") + constant_text(m[p.constants[i]]);
  return out;
}

std::string print(const Module& m, const CheckedRules& rules) {
  std::string out;
  for (uint32_t i = 0; i < m.predicate_count(); ++i)
    out += fmt::format("p{} = {}\n", i, print_predicate(m, PredicateId{i}));
  for (uint32_t i = 0; i < m.node_count(); ++i) {
    const Node& n = m[NodeId{i}];
    if (n.kind != NodeKind::Not && n.kind != NodeKind::And && n.kind != NodeKind::Or) continue;
    out += fmt::format("n{} = {}", i, n.kind == NodeKind::Not ? "not" : n.kind == NodeKind::And ? "and" : "or");
    for (NodeId child : m.children(n)) out += ' ' + print_node(m, child);
    out += '\n';
  }
  for (const Rule& r : m.rules) {
    out += fmt::format("rule {} {} = {}\n", r.index, quoted(rules.rules[r.index].name), print_node(m, r.condition));
  }
  return out;
}

}  // namespace falcoc::ir
