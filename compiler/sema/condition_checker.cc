// SPDX-License-Identifier: Apache-2.0
//
// Recursion is bounded by kTreeDepth. Order of checks inside one check: left side, operator, right side.
#include "compiler/sema/condition_checker.h"

#include <algorithm>

#include "compiler/ast/ast_print.h"
#include "compiler/sema/constants.h"
#include "compiler/sema/fields.h"
#include "vm/abi/limits.h"
#include "vm/ops/regex.h"

namespace falcoc {

namespace {

using ast::Node;
using ast::NodeId;
using ast::Operand;
using fvm::CmpOp;
using fvm::FieldId;
using fvm::TypeId;

/// Parameters whose constants the reference has no conversion for.
bool comparable_raw_argument(TypeId type) {
  switch (type) {
    case TypeId::BYTEBUF:
    case TypeId::SYSCALLID:
    case TypeId::SIGTYPE:
      return false;
    default:
      return fvm::kind_of(type) != fvm::Kind::None;
  }
}

/// The field that a chain of one-argument transformers starts from.
const Term* innermost(const CheckedRules& rules, const Term* term) {
  while (term->kind == Term::Kind::Call && term->args.size() == 1) term = &rules.term(term->args.front());
  return term->kind == Term::Kind::Field ? term : nullptr;
}

bool is_event_name_field(const Term& term) {
  return term.kind == Term::Kind::Field && (term.field.id == FieldId::EvtType || term.field.id == FieldId::SyscallType);
}

bool mentions_event_name(const CheckedRules& rules, const Term& term) {
  return is_event_name_field(term) || std::any_of(term.args.begin(), term.args.end(), [&](TermId id) {
           return mentions_event_name(rules, rules.term(id));
         });
}

bool decides_events(CmpOp op) { return op == CmpOp::Eq || op == CmpOp::Ne || op == CmpOp::In; }

std::string without_blanks(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (std::string_view(" \t\r\n\b").find(c) == std::string_view::npos) out += c;
  }
  return out;
}

/// Nothing but an optional anchor or wildcard at each end is special.
/// The operator that does as well as a regular expression which is plain text but for its ends; empty for others.
std::string_view plain_operator(std::string_view pattern) {
  if (pattern.starts_with('^')) pattern.remove_prefix(1);
  if (pattern.ends_with('$')) pattern.remove_suffix(1);
  bool any_front = false, any_back = false;
  const auto wildcard = [](std::string_view s) { return s == ".*" || s == ".+" || s == ".?"; };
  if ((any_front = wildcard(pattern.substr(0, 2)))) pattern.remove_prefix(2);
  if ((any_back = pattern.size() >= 2 && wildcard(pattern.substr(pattern.size() - 2)))) pattern.remove_suffix(2);
  if (pattern.find_first_of("\\^$.|?*+()[]{}") != std::string_view::npos) return {};
  return any_front ? (any_back ? "contains" : "endswith") : any_back ? "startswith" : "=";
}

bool looks_like_call(std::string_view text) {
  const size_t open = text.find('(');
  if (open == std::string_view::npos || text.back() != ')') return false;
  const std::string_view name = text.substr(0, open);
  return std::any_of(std::begin(fvm::kTransformers), std::end(fvm::kTransformers),
                     [&](const fvm::TransformerInfo& info) { return info.name == name; });
}

}  // namespace

ExprId ConditionChecker::add(Expr expr) {
  out_.exprs.push_back(std::move(expr));
  return static_cast<ExprId>(out_.exprs.size() - 1);
}

std::optional<ExprId> ConditionChecker::node(NodeId id) {
  const Node& node = unit_.ast().node(id);
  Expr expr;
  switch (node.kind) {
    case Node::Kind::Macro: {
      const auto macro = macro_expr_(node.name);
      macro_failed_ = !macro;
      return macro;
    }
    case Node::Kind::Check:
      return check(node);
    case Node::Kind::Or:
      expr.kind = Expr::Kind::Or;
      break;
    case Node::Kind::And:
      expr.kind = Expr::Kind::And;
      break;
    case Node::Kind::Not:
      expr.kind = Expr::Kind::Not;
      break;
  }
  expr.range = map(node.range);
  expr.children.reserve(node.children.size());
  for (NodeId child : node.children) {
    const auto checked = this->node(child);
    if (macro_failed_) return std::nullopt;
    if (checked) expr.children.push_back(*checked);
  }
  return expr.children.size() == node.children.size() ? std::optional(add(std::move(expr))) : std::nullopt;
}

std::optional<ExprId> ConditionChecker::check(const Node& node) {
  const auto expr = checked(node);
  if (!expr && error_offsets_.empty()) tolerable_ = unknown_event_type_ || terms_.unknown_field();
  error_offsets_.resize(diags_.all().size(), node.range.begin);
  return expr;
}

std::optional<ExprId> ConditionChecker::checked(const Node& node) {
  const OperatorInfo* info = find_operator(node.name);
  if (info == nullptr) {  // the grammar knows an operator that the table lacks
    diags_.emit<diag::InternalError>(map(node.name_range), "operator `" + node.name + "` is not in operators.def");
    return std::nullopt;
  }
  const auto lhs = terms_.build(unit_.ast(), node.lhs);
  if (!lhs) return std::nullopt;
  Expr expr;
  expr.kind = Expr::Kind::Check;
  expr.op = info->op;
  expr.op_spelling = node.name;
  expr.modifier = node.modifier;
  expr.lhs = *lhs;
  expr.range = map(node.range);
  if (!legal_operator(node, *info, out_.term(*lhs))) return std::nullopt;
  if (node.reference != ast::OperandId::None) {
    const auto rhs = terms_.build(unit_.ast(), node.reference);
    if (!rhs || !legal_reference(node, *info, *lhs, *rhs)) return std::nullopt;
    expr.rhs = *rhs;
  } else if (!constants(node, *info, out_.term(*lhs), expr)) {
    return std::nullopt;
  }
  return add(std::move(expr));
}

bool ConditionChecker::legal_operator(const Node& node, const OperatorInfo& info, const Term& lhs) {
  if (info.op == CmpOp::Exists) return true;
  const TypeFamily family = family_of(lhs.type, lhs.is_list);
  const auto left = [&] { return ast::excerpt(ast::normal_form(unit_.ast(), node.lhs)); };
  const bool raw_argument = lhs.kind == Term::Kind::Field && lhs.field.id == FieldId::EvtRawarg;
  if (raw_argument && !comparable_raw_argument(lhs.type)) {
    diags_.emit<diag::OperatorType>(map(node.name_range), node.name, left(), family_name(kOther))
        .help("`evt.arg." + lhs.field.key + "` is its text");
    return false;
  }
  if ((info.families & family) == 0) {
    Diagnostic& error = diags_.emit<diag::OperatorType>(map(node.name_range), node.name, left(), family_name(family));
    std::string legal;
    for (const OperatorInfo& row : kOperators) {
      if ((row.families & family) != 0) legal += (legal.empty() ? "`" : ", `") + std::string(row.spelling) + "`";
    }
    error.help("legal here: " + legal);
    return false;
  }
  if (lhs.kind == Term::Kind::Field && lhs.field.id == FieldId::EvtAround &&
      (info.op != CmpOp::Eq || node.modifier != Modifier::None || node.reference != ast::OperandId::None)) {
    diags_.emit<diag::OperatorField>(map(node.name_range), node.name, left(),
                                     "only `=` with a number of milliseconds has a meaning");
    return false;
  }
  // Which events a rule is for is read off these comparisons, so they must be with plain names.
  if (decides_events(info.op) && node.modifier == Modifier::None) {
    const bool transformed = lhs.kind != Term::Kind::Field && mentions_event_name(out_, lhs);
    if (transformed || (is_event_name_field(lhs) && node.reference != ast::OperandId::None)) {
      diags_.emit<diag::OperatorField>(map(node.name_range), node.name, left(),
                                       "event types are compared with names, without transformers");
      return false;
    }
  }
  return true;
}

bool ConditionChecker::legal_reference(const Node& node, const OperatorInfo& info, TermId lhs_id, TermId rhs_id) {
  const Term& lhs = out_.term(lhs_id);
  const Term& rhs = out_.term(rhs_id);
  const auto left = [&] { return ast::excerpt(ast::normal_form(unit_.ast(), node.lhs)); };
  const auto right = [&] { return ast::excerpt(ast::normal_form(unit_.ast(), node.reference)); };
  if (info.op == CmpOp::PMatch || info.op == CmpOp::Regex) {
    diags_.emit<diag::OperatorField>(map(node.name_range), node.name, left(), "the right side must be constant");
    return false;
  }
  for (const Term* side : {&lhs, &rhs}) {
    if (side->kind == Term::Kind::Field && fvm::field_info(side->field.id).has(FALCO_FF_NO_RHS)) {
      diags_.emit<diag::OperatorField>(side->range, node.name, side == &lhs ? left() : right(),
                                       "the field can only be compared with constants");
      return false;
    }
  }
  if (fvm::kind_of(lhs.type) == fvm::Kind::Net) {
    diags_.emit<diag::OperatorField>(lhs.range, node.name, left(), "networks can only be compared with constants");
    return false;
  }
  if (lhs.type != rhs.type || lhs.is_list != rhs.is_list) {
    const auto describe = [](const std::string& text, const Term& term) {
      return "`" + text + "` (" + (term.is_list ? "list of " : "") + std::string(fvm::type_info(term.type).name) + ")";
    };
    diags_.emit<diag::ComparisonTypes>(map(node.range), describe(left(), lhs), describe(right(), rhs));
    return false;
  }
  return true;
}

bool ConditionChecker::constants(const Node& node, const OperatorInfo& info, const Term& lhs, Expr& expr) {
  const Term* source = innermost(out_, &lhs);
  const bool event_names =
      source != nullptr && source->field.id == FieldId::EvtType && fvm::kind_of(lhs.type) == fvm::Kind::Text;
  expr.constants.reserve(node.values.size());
  for (ast::OperandId id : node.values) {
    const Operand& value = unit_.ast().operand(id);
    const SourceRange range = map(value.range);
    ConstantResult converted = convert_constant(value.text, lhs.type, info.op);
    if (!converted.constant) {
      diags_.emit<diag::BadConstant>(range, ast::excerpt(ast::print_value(value.text)), converted.expected);
      return false;
    }
    const bool hex = info.op == CmpOp::BContains || info.op == CmpOp::BStartsWith;
    const size_t length = hex ? converted.constant->text.size() : value.text.size();
    if (length > fvm::limits::kConstantBytes) {
      diags_.emit<diag::ConstantTooLong>(range, length, fvm::limits::kConstantBytes);
      return false;
    }
    if (event_names && !is_event_type_name(value.text)) {
      unknown_event_type_ = true;
      Diagnostic& error = diags_.emit<diag::UnknownEventType>(range, value.text);
      const std::string_view near = nearest_event_type(value.text);
      if (!near.empty()) error.suggest(range, std::string(near));
      return false;
    }
    if (info.op == CmpOp::Regex) {
      const fvm::ops::Regex compiled(value.text);
      if (!compiled.valid()) {
        diags_.emit<diag::BadRegex>(range, value.text, compiled.error());
        return false;
      }
    }
    doubt(value, info.op);
    converted.constant->range = range;
    out_.constants.push_back(std::move(*converted.constant));
    expr.constants.push_back(static_cast<ConstId>(out_.constants.size() - 1));
  }
  return true;
}

void ConditionChecker::doubt(const Operand& value, CmpOp op) {
  if (const std::string_view plain = op == CmpOp::Regex ? plain_operator(value.text) : ""; !plain.empty()) {
    doubts.push_back({map(value.range), "`" + value.text + "` needs no regular expression; use `" + std::string(plain) + "`"});
  }
  if (value.text.find_first_of(".(") == std::string::npos) return;
  const std::string plain = without_blanks(value.text);
  if (plain.empty()) return;
  if (resolve_field_text(plain).ok()) {
    doubts.push_back({map(value.range),
                      "`" + plain + "` is compared as text; write `val(" + plain + ")` to compare with the field"});
  } else if (looks_like_call(plain)) {
    doubts.push_back(
        {map(value.range), "`" + plain + "` is compared as text; write it without quotes to call the transformer"});
  }
}

}  // namespace falcoc
