// SPDX-License-Identifier: Apache-2.0
#include "compiler/sema/checked_print.h"

#include <fmt/format.h>

#include "compiler/ast/ast_print.h"
#include "compiler/source/priority.h"
#include "vm/ops/net_ops.h"

namespace falcoc {

namespace {

using fvm::Kind;

std::string field_text(const FieldRef& field) {
  std::string out(fvm::field_info(field.id).name);
  switch (field.arg) {
    case fvm::FieldArg::None:
      break;
    case fvm::FieldArg::Index:
      out += fmt::format("[{}]", field.index);
      break;
    case fvm::FieldArg::Key: {
      const fvm::ArgKind kind = fvm::field_info(field.id).arg;
      const bool brackets =
          kind == fvm::ArgKind::Key || kind == fvm::ArgKind::IndexOrKey || kind == fvm::ArgKind::KeyOrSuffix;
      out += brackets ? "[" + ast::print_value(field.key) + "]" : "." + field.key;
      break;
    }
  }
  return out;
}

std::string constant_text(const Constant& constant) {
  switch (constant.kind) {
    case Kind::Text:
    case Kind::Bytes:
      return "\"" + constant.spelling + "\"";
    case Kind::Int:
      return fmt::format("{}", static_cast<int64_t>(constant.number));
    case Kind::Uint:
      return fmt::format("{}u", constant.number);
    case Kind::Bool:
      return constant.number != 0 ? "true" : "false";
    case Kind::Double:
      return fmt::format("{:.1f}", constant.real);
    case Kind::Ip:
      return fvm::ops::format_ip(constant.net.base);
    case Kind::Net:
      return fvm::ops::format_net(constant.net);
    case Kind::None:
      break;
  }
  return "none";
}

void tree(const CheckedRules& rules, ExprId id, size_t depth, std::string& out) {
  const Expr& expr = rules.expr(id);
  out.append(depth * 2, ' ');
  switch (expr.kind) {
    case Expr::Kind::And:
      out += "and\n";
      break;
    case Expr::Kind::Or:
      out += "or\n";
      break;
    case Expr::Kind::Not:
      out += "not\n";
      break;
    case Expr::Kind::Always:
      out += "always\n";
      break;
    case Expr::Kind::Never:
      out += "never\n";
      break;
    case Expr::Kind::Check: {
      static constexpr std::string_view kModifiers[] = {"", " oneof", " anyof", " allof"};
      out += fmt::format("{} {}{}", print_term(rules, expr.lhs), fvm::kCmpOps[static_cast<size_t>(expr.op)],
                         kModifiers[static_cast<size_t>(expr.modifier)]);
      if (expr.rhs != TermId::None) out += " " + print_term(rules, expr.rhs);
      for (ConstId constant : expr.constants) out += " " + constant_text(rules.constant(constant));
      out += '\n';
      break;
    }
  }
  for (ExprId child : expr.children) tree(rules, child, depth + 1, out);
}

std::string event_text(const EventSet& events) {
  if (events.all()) return "all";
  if (events.count() > 32) return fmt::format("{} codes", events.count());
  std::string out;
  for (size_t code = 0; code < events.size(); ++code) {
    if (events.test(code)) out += (out.empty() ? "" : " ") + std::to_string(code);
  }
  return out.empty() ? "none" : out;
}

}  // namespace

std::string print_term(const CheckedRules& rules, TermId id) {
  const Term& term = rules.term(id);
  std::string out;
  switch (term.kind) {
    case Term::Kind::Field:
      out = field_text(term.field);
      break;
    case Term::Kind::String:
      out = "\"" + term.text + "\"";
      break;
    case Term::Kind::Call:
      out = fvm::transformer_info(term.call).name;
      [[fallthrough]];
    case Term::Kind::List:
      out += "(";
      for (size_t i = 0; i < term.args.size(); ++i) out += (i == 0 ? "" : ", ") + print_term(rules, term.args[i]);
      out += ")";
      if (term.has_selector) out += "[" + term.text + "]";
      break;
  }
  return out + ":" + std::string(fvm::type_info(term.type).name) + (term.is_list ? "*" : "");
}

std::string print_expr(const CheckedRules& rules, ExprId id) {
  std::string out;
  if (id != ExprId::None) tree(rules, id, 0, out);
  return out;
}

std::string print_checked(const CheckedRules& rules) {
  std::string out;
  for (const CheckedRule& rule : rules.rules) {
    out += fmt::format("rule \"{}\" {} {} {}\n", rule.name, priority_name(rule.priority), rule.source,
                       rule.enabled ? "enabled" : "disabled");
    if (!rule.tags.empty()) out += fmt::format("  tags {}\n", fmt::join(rule.tags, " "));
    out += fmt::format("  events {}\n", event_text(rule.events));
    if (rule.condition != ExprId::None) {
      out += "  condition\n";
      tree(rules, rule.condition, 2, out);
    }
    if (rule.parts.empty()) continue;
    out += "  output\n";
    for (const OutputPart& part : rule.parts) {
      if (part.term == TermId::None) {
        out += fmt::format("    \"{}\"\n", part.literal);
      } else {
        out += fmt::format("    %{}{}\n", part.width == 0 ? "" : std::to_string(part.width) + " ",
                           print_term(rules, part.term));
      }
    }
  }
  return out;
}

}  // namespace falcoc
