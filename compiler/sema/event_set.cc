// SPDX-License-Identifier: Apache-2.0
//
// Negation is carried down instead of complementing sets: a check that says nothing about event types stays "all" under
// any number of negations.
#include "compiler/sema/event_set.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace falcoc {

namespace {

using fvm::CmpOp;
using fvm::FieldId;

EventSet all_events() { return EventSet().set(); }

/// A name stands for every event of that name; a system call without own event for the generic pair.
struct NamedEvents {
  std::unordered_map<std::string_view, EventSet> events;
  std::unordered_set<std::string_view> generic;

  NamedEvents() {
    for (size_t code = 0; code < fvm::kEventCount; ++code) events[fvm::kEvents[code].name].set(code);
    for (size_t code = 1; code < fvm::kSyscallCount; ++code) {
      if (!events.contains(fvm::kSyscalls[code].name)) generic.insert(fvm::kSyscalls[code].name);
    }
  }
};

const NamedEvents& named_events() {
  static const NamedEvents instance;
  return instance;
}

}  // namespace

EventSet EventSets::of(ExprId condition) {
  memo_.resize(rules_.exprs.size());
  return of(condition, false);
}

const EventSet& EventSets::of(ExprId id, bool negated) {
  Memo& memo = memo_[static_cast<size_t>(id)];
  if (memo.known[negated]) return memo.set[negated];
  const Expr& expr = rules_.expr(id);
  EventSet set;
  switch (expr.kind) {
    case Expr::Kind::And:
    case Expr::Kind::Or: {
      const bool intersect = (expr.kind == Expr::Kind::And) != negated;
      if (intersect) set.set();
      for (ExprId child : expr.children) {
        const EventSet& part = of(child, negated);
        if (intersect) {
          set &= part;
        } else {
          set |= part;
        }
      }
      break;
    }
    case Expr::Kind::Not:
      set = of(expr.children.front(), !negated);
      break;
    case Expr::Kind::Check:
      set = of_check(expr, negated);
      break;
    case Expr::Kind::Always:
      if (!negated) set.set();
      break;
    case Expr::Kind::Never:
      if (negated) set.set();
      break;
  }
  memo.known[negated] = true;
  memo.set[negated] = set;
  return memo.set[negated];
}

EventSet EventSets::of_check(const Expr& check, bool negated) const {
  const Term& lhs = rules_.term(check.lhs);
  if (lhs.kind != Term::Kind::Field || check.modifier != Modifier::None || check.rhs != TermId::None)
    return all_events();
  const FieldId field = lhs.field.id;

  if (field == FieldId::EvtType && check.op == CmpOp::Exists) return negated ? EventSet() : all_events();
  if (field == FieldId::EvtType || field == FieldId::SyscallType) {
    if (check.op != CmpOp::Eq && check.op != CmpOp::Ne && check.op != CmpOp::In) return all_events();
    EventSet named;
    bool generic = false;
    for (ConstId id : check.constants) {
      const std::string_view name = rules_.constant(id).text;
      const auto it = named_events().events.find(name);
      if (it != named_events().events.end()) named |= it->second;
      generic = generic || named_events().generic.contains(name);
    }
    // Excluding one system call without own event must not exclude the others that share the generic pair.
    const bool excluded = (check.op == CmpOp::Ne) != negated;
    if (excluded) return ~named;
    if (generic)
      named.set(static_cast<size_t>(fvm::EventCode::GENERIC_E)).set(static_cast<size_t>(fvm::EventCode::GENERIC_X));
    return named;
  }

  if (field == FieldId::EvtNum) {  // counts from 1, so some constants decide
    const auto number = [&](size_t i) { return rules_.constant(check.constants[i]).number; };
    bool never = false;
    bool always = false;
    switch (check.op) {
      case CmpOp::Eq:
        never = number(0) == 0;
        break;
      case CmpOp::Ne:
        always = number(0) == 0;
        break;
      case CmpOp::Lt:
        never = number(0) <= 1;
        break;
      case CmpOp::Le:
        never = number(0) == 0;
        break;
      case CmpOp::Gt:
        always = number(0) == 0;
        break;
      case CmpOp::Ge:
        always = number(0) <= 1;
        break;
      case CmpOp::In:
        never = std::all_of(check.constants.begin(), check.constants.end(),
                            [&](ConstId id) { return rules_.constant(id).number == 0; });
        break;
      default:
        break;
    }
    if (never || always) return always == negated ? EventSet() : all_events();
  }
  return all_events();
}

}  // namespace falcoc
