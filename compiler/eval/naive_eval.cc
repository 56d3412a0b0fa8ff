// SPDX-License-Identifier: Apache-2.0
#include "compiler/eval/naive_eval.h"

#include <algorithm>

#include "vm/ops/compare.h"
#include "vm/ops/transform.h"

namespace falcoc {

using fvm::CmpOp;
using fvm::Value;
using fvm::ValueList;

fvm::FieldUse field_use(const FieldRef& field) {
  fvm::FieldUse use;
  use.id = field.id;
  use.arg = static_cast<fvm::FieldArg>(field.arg);
  use.type = field.type;
  use.index = field.index;
  use.key = field.key;
  return use;
}

bool NaiveEvaluator::holds(ExprId condition, const FieldValues& fields, fvm::Arena& arena) {
  const Expr& expr = rules_.expr(condition);
  const auto child_holds = [&](ExprId child) { return holds(child, fields, arena); };
  switch (expr.kind) {
    case Expr::Kind::And: return std::ranges::all_of(expr.children, child_holds);
    case Expr::Kind::Or: return std::ranges::any_of(expr.children, child_holds);
    case Expr::Kind::Not: return !child_holds(expr.children.at(0));
    case Expr::Kind::Check: return check_holds(expr, fields, arena);
    case Expr::Kind::Always: return true;
    case Expr::Kind::Never: return false;
  }
  return false;
}

std::vector<uint32_t> NaiveEvaluator::matches(const FieldValues& fields, fvm::Arena& arena) {
  std::vector<uint32_t> found;
  for (uint32_t i = 0; i < rules_.rules.size(); ++i) {
    const CheckedRule& rule = rules_.rules[i];
    if (rule.enabled && rule.source == "syscall" && holds(rule.condition, fields, arena)) found.push_back(i);
  }
  return found;
}

ValueList NaiveEvaluator::evaluate(TermId id, const FieldValues& fields, fvm::Arena& arena) {
  const Term& term = rules_.term(id);
  switch (term.kind) {
    case Term::Kind::Field: return fields(field_use(term.field), arena);
    case Term::Kind::String: return fvm::ops::single(Value::text(term.text), arena);
    case Term::Kind::List: {
      std::vector<ValueList> elements;
      for (const TermId element : term.args) elements.push_back(evaluate(element, fields, arena));
      return fvm::ops::gather(elements, arena);
    }
    case Term::Kind::Call: {
      std::vector<fvm::ops::TransformArg> args;
      for (const TermId arg : term.args) args.push_back({evaluate(arg, fields, arena), rules_.term(arg).is_list});
      return fvm::ops::apply(term.call, args, term.has_selector ? std::string_view(term.text) : std::string_view(), arena);
    }
  }
  return ValueList::missing();
}

bool NaiveEvaluator::pair_holds(const Expr& check, const Value& value, ConstId id) {
  const Constant& constant = rules_.constant(id);
  // evt.around[T] yields the distance to T in milliseconds; `= M` asks for at most M.
  const Term& left = rules_.term(check.lhs);
  if (left.kind == Term::Kind::Field && left.field.id == fvm::FieldId::EvtAround) {
    return fvm::ops::compare(CmpOp::Le, value, constant.value());
  }
  if (check.op != CmpOp::Regex) return fvm::ops::compare(check.op, value, constant.value());
  const auto regex = regexes_.try_emplace(constant.text, constant.text).first;
  return value.kind() == fvm::Kind::Text && regex->second.matches(value.as_text());
}

bool NaiveEvaluator::value_holds(const Expr& check, const Value& value) {
  const auto satisfied = std::ranges::count_if(check.constants, [&](ConstId c) { return pair_holds(check, value, c); });
  const auto total = std::ssize(check.constants);
  switch (check.modifier) {
    case Modifier::OneOf: return satisfied == 1;
    case Modifier::AnyOf: return satisfied > 0;
    case Modifier::AllOf: return total > 0 && satisfied == total;
    case Modifier::None: break;
  }
  // in, intersects, pmatch: some constant; other operators have exactly one.
  return satisfied > 0;
}

bool NaiveEvaluator::endpoints_hold(const Expr& check, const ValueList& ends) {
  if (ends.count == 0) return false;
  if (check.modifier == Modifier::None) {
    const auto one = [&](const Value& end) { return value_holds(check, end); };
    return check.op == CmpOp::Ne ? std::ranges::all_of(ends.values(), one) : std::ranges::any_of(ends.values(), one);
  }
  // A modifier counts constants; the connection as a whole satisfies the plain operator with each of them or not.
  int64_t satisfied = 0;
  for (const ConstId constant : check.constants) {
    const auto one = [&](const Value& end) { return pair_holds(check, end, constant); };
    satisfied += check.op == CmpOp::Ne ? std::ranges::all_of(ends.values(), one) : std::ranges::any_of(ends.values(), one);
  }
  if (check.modifier == Modifier::OneOf) return satisfied == 1;
  if (check.modifier == Modifier::AnyOf) return satisfied > 0;
  return satisfied > 0 && satisfied == std::ssize(check.constants);
}

bool NaiveEvaluator::check_holds(const Expr& check, const FieldValues& fields, fvm::Arena& arena) {
  const ValueList left = evaluate(check.lhs, fields, arena);
  if (!left.present) return false;
  if (check.op == CmpOp::Exists) return true;
  const Term& term = rules_.term(check.lhs);

  if (check.rhs != TermId::None) {
    const ValueList right = evaluate(check.rhs, fields, arena);
    if (!right.present) return false;
    const auto has_partner = [&](const Value& value) {
      return std::ranges::any_of(right.values(), [&](const Value& r) { return fvm::ops::compare(check.op, value, r); });
    };
    if (term.is_list && check.op == CmpOp::In) return std::ranges::all_of(left.values(), has_partner);
    return std::ranges::any_of(left.values(), has_partner);
  }

  const auto one = [&](const Value& value) { return value_holds(check, value); };
  if (term.is_list) {
    return check.op == CmpOp::In ? std::ranges::all_of(left.values(), one) : std::ranges::any_of(left.values(), one);
  }
  if (term.kind == Term::Kind::Field && fvm::field_info(term.field.id).quant == fvm::Quant::Endpoint) {
    return endpoints_hold(check, left);
  }
  // Fields of all ancestors have several values, one of which must do; all others have one.
  return std::ranges::any_of(left.values(), one);
}

}  // namespace falcoc
