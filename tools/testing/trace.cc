// SPDX-License-Identifier: Apache-2.0
#include "tools/testing/trace.h"

#include "vm/alert/value_text.h"

namespace falcoc::testing {

void Tracer::begin_scene() {
  memory_ = {};
  answers_.clear();
}

void Tracer::begin_event(const fvm::EvalContext& context) {
  context_ = context;
  context_.memory = &memory_;
  arena_.reset();
  answers_.clear();
  fields_ = [this](const fvm::FieldUse& use, fvm::Arena& arena) {
    const auto next = static_cast<uint32_t>(slots_.size());
    fvm::FieldUse own = use;
    own.slot = slots_.try_emplace({use.id, use.arg, use.index, std::string(use.key)}, next).first->second;
    return fvm::LiveFields(context_).read(own, arena);
  };
}

const Tracer::Answer& Tracer::answer(ExprId check) {
  const auto [found, is_new] = answers_.try_emplace(check);
  if (is_new) {
    const Expr& expr = rules_.expr(check);
    found->second.holds = evaluator_.check_holds(expr, fields_, arena_);
    if (found->second.holds && expr.constants.size() > 1) found->second.needed = needed_elements(expr);
  }
  return found->second;
}

std::vector<uint32_t> Tracer::needed_elements(const Expr& check) {
  std::vector<uint32_t> out;
  const bool one_is_enough = check.modifier != Modifier::OneOf && check.modifier != Modifier::AllOf &&
                             !(rules_.term(check.lhs).is_list && check.op == fvm::CmpOp::In);
  for (uint32_t i = 0; i < check.constants.size(); ++i) {
    Expr other = check;
    if (one_is_enough) {
      other.constants = {check.constants[i]};
      if (!evaluator_.check_holds(other, fields_, arena_)) continue;
      out.push_back(i);
      if (out.size() > 1) return {};  // either would do
    } else {
      other.constants.erase(other.constants.begin() + i);
      if (!evaluator_.check_holds(other, fields_, arena_)) out.push_back(i);
    }
  }
  return out;
}

EventTrace Tracer::trace(const RuleTree& tree) {
  EventTrace out;
  out.truths.resize(tree.leaves().size());
  for (uint32_t leaf = 0; leaf < tree.leaves().size(); ++leaf) {
    const Answer& a = answer(tree.leaves()[leaf].expr);
    out.truths[leaf] = a.holds;
    for (const uint32_t element : a.needed) out.needed.push_back({leaf, element});
  }
  return out;
}

std::string Tracer::left_side(ExprId check) {
  const TermId left = rules_.expr(check).lhs;
  const fvm::ValueList value = evaluator_.evaluate(left, fields_, arena_);
  if (!value.present) return "<NA>";
  const Term& term = rules_.term(left);
  fvm::PrintStyle style;
  if (term.kind == Term::Kind::Field) style = fvm::style_of(field_use(term.field));
  style.is_list = term.is_list || value.count != 1;
  std::string out;
  fvm::append_text(out, value, style);
  return out;
}

}  // namespace falcoc::testing
