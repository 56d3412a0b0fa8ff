// SPDX-License-Identifier: Apache-2.0
#include "compiler/sema/condition_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace falcoc {
namespace {

constexpr std::string_view kModifiers[] = {"", " oneof", " anyof", " allof"};

bool is_word(std::string_view text) {
  constexpr std::string_view kInside = "/._-:+*?[]<>@";
  return !text.empty() && text != "and" && text != "or" && text != "not" && text.find("[") != 0 &&
         std::ranges::all_of(text, [&](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || kInside.find(c) != std::string_view::npos;
         });
}

std::string quoted(std::string_view text) {
  if (is_word(text)) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string field_text(const FieldRef& field) {
  const fvm::FieldInfo& info = fvm::field_info(field.id);
  std::string name(info.name);
  if (field.arg == fvm::FieldArg::Index) return fmt::format("{}[{}]", name, field.index);
  if (field.arg != fvm::FieldArg::Key) return name;
  const bool is_suffix =
      info.arg == fvm::ArgKind::Suffix || info.arg == fvm::ArgKind::EventParam || info.arg == fvm::ArgKind::EventName;
return is_suffix ? fmt::format("{}.{}", name, field.key) : fmt::format("{}[{}]", name, field.key);
}

/// One field, transformer or literal: `proc.aname[2]`, `tolower(proc.name)`.
std::string text_of_term(const CheckedRules& rules, TermId id) {
  const Term& term = rules.term(id);
  std::string args;
  for (const TermId arg : term.args) args += (args.empty() ? "" : ", ") + text_of_term(rules, arg);
  switch (term.kind) {
    case Term::Kind::Field:
      return field_text(term.field);
    case Term::Kind::String:
      return quoted(term.text);
    case Term::Kind::List:
      return "(" + args + ")";
    case Term::Kind::Call:
      break;
  }
  const std::string call = fmt::format("{}({})", fvm::transformer_info(term.call).name, args);
  return term.has_selector ? fmt::format("{}[{}]", call, term.text) : call;
}

std::string text_of(const CheckedRules& rules, ExprId id, bool inside) {
  const Expr& expr = rules.expr(id);
  const auto chain = [&](std::string_view word) {
    std::string out;
    for (const ExprId child : expr.children)
      out += (out.empty() ? std::string() : fmt::format(" {} ", word)) + text_of(rules, child, true);
    return inside ? "(" + out + ")" : out;
  };
  switch (expr.kind) {
    case Expr::Kind::And:
      return chain("and");
    case Expr::Kind::Or:
      return chain("or");
    case Expr::Kind::Not:
      return "not " + text_of(rules, expr.children[0], true);
    case Expr::Kind::Always:
      return "always";
    case Expr::Kind::Never:
      return "never";
    case Expr::Kind::Check:
      break;
  }
  return check_text(rules, id);
}

}  // namespace

std::string check_text(const CheckedRules& rules, ExprId id) {
  const Expr& check = rules.expr(id);
  std::string out = text_of_term(rules, check.lhs);
  if (check.op == fvm::CmpOp::Exists) return out + " exists";
  out += fmt::format(" {}{}", check.op_spelling, kModifiers[static_cast<size_t>(check.modifier)]);
  if (check.rhs != TermId::None) {
    const std::string right = text_of_term(rules, check.rhs);
    return out + " " + (rules.term(check.rhs).kind == Term::Kind::Field ? "val(" + right + ")" : right);
  }
  const bool is_list = check.modifier != Modifier::None || check.op == fvm::CmpOp::In ||
                       check.op == fvm::CmpOp::Intersects || check.op == fvm::CmpOp::PMatch;
  std::string values;
  for (const ConstId c : check.constants) values += (values.empty() ? "" : ", ") + quoted(rules.constant(c).spelling);
  return out + (is_list ? " (" + values + ")" : " " + (values.empty() ? "\"\"" : values));
}

std::string condition_text(const CheckedRules& rules, ExprId condition) { return text_of(rules, condition, false); }

}  // namespace falcoc
