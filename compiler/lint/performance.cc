// SPDX-License-Identifier: Apache-2.0
//
// Lints about time. What things cost comes from costs.def, the table of `falcoc cost`.
#include <algorithm>

#include "compiler/cost/costs.h"
#include "compiler/lint/context.h"
#include "compiler/sema/event_set.h"

namespace falcoc {
namespace {

using fvm::CmpOp;

constexpr size_t kManyTypes = 20;
constexpr uint64_t kCostly = 150;
constexpr uint64_t kCheap = 40;
constexpr uint64_t kSlowField = 134;
constexpr size_t kManyValues = 1000, kManyPaths = 200, kManyTexts = 24;

uint64_t cost_of(const LintContext& context, const Expr& check) {
  uint64_t cost = kOpCosts[static_cast<size_t>(check.op)];
  if (check.modifier != Modifier::None) cost *= std::max<size_t>(1, check.constants.size());
  if (const fvm::FieldInfo* field = context.field(check)) {
    cost += kFieldCosts[static_cast<size_t>(context.term(check.lhs).field.id)];
    const bool all_ancestors =
        field->quant == fvm::Quant::Ancestor && context.term(check.lhs).field.arg == fvm::FieldArg::None;
    if (all_ancestors || field->quant == fvm::Quant::List) cost *= kAssumedValues[static_cast<size_t>(field->quant)];
  }
  return cost;
}

/// `*x*` is contains, `x*` startswith, `*x` endswith, `x` equality; empty: the pattern is needed.
std::string_view plain_operator(std::string_view pattern, std::string_view& core) {
  const bool open = pattern.starts_with('*');
  const bool close = pattern.size() > 1 && pattern.ends_with('*');
  core = pattern.substr(open ? 1 : 0, pattern.size() - (open ? 1 : 0) - (close ? 1 : 0));
  if (core.empty() || core.find_first_of("*?[]{}\\!\"' ") != std::string_view::npos) return {};
  if (open && close) return "contains";
  if (open) return "endswith";
  return close ? "startswith" : "=";
}

}  // namespace

void lint_TooManyEventTypes(LintContext& context) {
  for (const CheckedRule& rule : context.rules.rules) {
    if (rule.events.count() > kManyEvents) continue;  // the compiler says so itself
    const size_t types = context.event_names(rule.events).size();
    if (types > kManyTypes) context.diags.emit<diag::TooManyEventTypes>(rule.condition_range, rule.name, types);
  }
}

void lint_EventTypeNotFirst(LintContext& context) {
  EventSets events(context.rules);
  for (const CheckedRule& rule : context.rules.rules) {
    const Expr& top = context.expr(rule.condition);
    if (top.kind != Expr::Kind::And) continue;
    const auto narrows = [&](ExprId id) { return events.of(id).count() <= kManyEvents; };
    const auto first = std::find_if(top.children.begin(), top.children.end(), narrows);
    if (first == top.children.begin() || first == top.children.end()) continue;
    const Expr& check = context.expr(*first);
    const bool own = context.same_item(check.range, rule.condition_range);
    Diagnostic& d = context.diags.emit<diag::EventTypeNotFirst>(own ? check.range : rule.condition_range);
    if (!own || check.kind != Expr::Kind::Check) continue;
    // Sure only where nothing but `and` stands between the terms: then moving the text is moving the term.
    bool plain = true;
    for (auto it = top.children.begin(); it != first; ++it) {
      const SourceRange left = context.expr(*it).range;
      const SourceRange right = context.expr(*std::next(it)).range;
      plain = plain && context.same_item(left, right) && left.end < right.begin;
      if (!plain) break;
      const std::string_view between = context.text({left.file, left.end, right.begin});
      const size_t word = between.find_first_not_of(" \n\r\t");
      plain = word != std::string_view::npos &&
              between.substr(word, between.find_last_not_of(" \n\r\t") + 1 - word) == "and";
    }
    if (!plain) continue;
    const SourceRange head = context.expr(top.children.front()).range;
    const SourceRange before = context.expr(*std::prev(first)).range;
    d.repair("check the event type first",
             {{{head.file, head.begin, head.begin}, std::string(context.text(check.range)) + " and "},
              {{head.file, before.end, check.range.end}, ""}});
  }
}

void lint_CostlyTermFirst(LintContext& context) {
  for (const Expr& e : context.rules.exprs) {
    if (e.kind != Expr::Kind::And) continue;
    for (size_t i = 0; i < e.children.size(); ++i) {
      const Expr& dear = context.expr(e.children[i]);
      if (dear.kind != Expr::Kind::Check || cost_of(context, dear) < kCostly) continue;
      const auto cheap =
          std::find_if(e.children.begin() + static_cast<std::ptrdiff_t>(i) + 1, e.children.end(), [&](ExprId id) {
            const Expr& other = context.expr(id);
            return other.kind == Expr::Kind::Check && context.same_item(other.range, dear.range) &&
                   cost_of(context, other) <= kCheap;
          });
      if (cheap == e.children.end()) continue;
      context.diags.emit<diag::CostlyTermFirst>(dear.range, context.shown(e.children[i]), context.shown(*cheap))
          .note("this is the cheaper one", context.expr(*cheap).range);
      break;
    }
  }
}

void lint_NeedlessPattern(LintContext& context) {
  context.each_check([&](ExprId, const Expr& e) {
    if (e.op != CmpOp::Glob || e.modifier != Modifier::None || e.constants.size() != 1) return;
    const Constant& pattern = context.rules.constant(e.constants[0]);
    std::string_view core;
    const std::string_view op = plain_operator(pattern.text, core);
    if (op.empty()) return;
    Diagnostic& d =
        context.diags.emit<diag::NeedlessPattern>(e.range, pattern.text, std::string(op) + " " + std::string(core));
    const auto place = written(context, pattern);
    const std::string_view text = context.text(e.range);
    const size_t word = text.find(" glob ");
    if (!place || word == std::string_view::npos || text.find(" glob ", word + 1) != std::string_view::npos) return;
    if (place->range.file != e.range.file || place->range.begin < e.range.begin || place->range.end > e.range.end)
      return;
    const uint32_t at = e.range.begin + static_cast<uint32_t>(word) + 1;
    d.repair(fmt::format("use `{}`", op),
             {{{e.range.file, at, at + 4}, std::string(op)}, {place->range, std::string(core)}});
  });
}

void lint_UnanchoredPattern(LintContext& context) {
  context.each_check([&](ExprId, const Expr& e) {
    const bool glob = e.op == CmpOp::Glob || e.op == CmpOp::IGlob;
    if (!glob && e.op != CmpOp::Regex) return;
    for (const ConstId c : e.constants) {
      const Constant& pattern = context.rules.constant(c);
      std::string_view core;
      const bool open =
          glob ? pattern.text.starts_with('*') : pattern.text.starts_with(".*") || pattern.text.starts_with("^.*");
      if (!open || (e.op == CmpOp::Glob && !plain_operator(pattern.text, core).empty())) continue;
      context.diags.emit<diag::UnanchoredPattern>(pattern.range, pattern.text);
    }
  });
}

void lint_HugeList(LintContext& context) {
  context.each_check([&](ExprId, const Expr& e) {
    size_t many = e.modifier != Modifier::None && e.op != CmpOp::Eq ? kManyTexts : kManyValues;
    if (e.op == CmpOp::PMatch) many = kManyPaths;
    if (e.constants.size() <= many) return;
    context.diags.emit<diag::HugeList>(e.range, term_text(context.rules, e.lhs), e.constants.size());
  });
}

void lint_SlowField(LintContext& context) {
  context.each_check([&](ExprId, const Expr& e) {
    const Term& lhs = context.term(e.lhs);
    if (lhs.kind != Term::Kind::Field || lhs.field.arg != fvm::FieldArg::None) return;
    const uint64_t cost = kFieldCosts[static_cast<size_t>(lhs.field.id)];
    if (cost >= kSlowField)
      context.diags.emit<diag::SlowField>(lhs.range, fvm::field_info(lhs.field.id).name, static_cast<size_t>(cost));
  });
}

}  // namespace falcoc
