// SPDX-License-Identifier: Apache-2.0
//
// Lints about pairs of rules, and of definitions. A condition is taken apart into alternatives of terms; a rule is
// shadowed when each alternative implies the condition of the rule in front.
#include <unordered_map>

#include "compiler/lint/context.h"

namespace falcoc {
namespace {

/// More alternatives than this are not taken apart: the answer is "unknown".
constexpr size_t kAlternatives = 16;

using Alternatives = std::vector<Facts>;

/// Conjunctions whose union is the condition; terms below the first `or` of each are split while there are few.
Alternatives alternatives(const LintContext& context, ExprId condition) {
  Alternatives out{Facts(context.predicates)};
  std::vector<ExprId> todo{condition};
  std::vector<ExprId> choices;
  while (!todo.empty()) {
    const ExprId id = todo.back();
    todo.pop_back();
    const Expr& e = context.expr(id);
    if (e.kind == Expr::Kind::And) {
      todo.insert(todo.end(), e.children.begin(), e.children.end());
    } else if (e.kind == Expr::Kind::Or) {
      choices.push_back(id);
    } else {
      out[0].assume(id, true);
    }
  }
  for (const ExprId id : choices) {
    const Expr& e = context.expr(id);
    if (out.size() * e.children.size() > kAlternatives) {
      for (Facts& facts : out) facts.assume(id, true);
      continue;
    }
    Alternatives more;
    for (const Facts& facts : out) {
      for (const ExprId child : e.children) {
        more.push_back(facts);
        more.back().assume(child, true);
      }
    }
    out = std::move(more);
  }
  std::erase_if(out, [](const Facts& facts) { return facts.contradictory(); });
  return out;
}

bool comparable(const CheckedRule& a, const CheckedRule& b) { return a.enabled && b.enabled && a.source == b.source; }

}  // namespace

void lint_DuplicateRule(LintContext& context) {
  std::unordered_map<std::string_view, const CheckedRule*> first;
  for (const CheckedRule& rule : context.rules.rules) {
    if (!rule.enabled) continue;
    const auto [found, added] = first.emplace(rule.condition_normal_form, &rule);
    if (added || !comparable(*found->second, rule)) continue;
    context.diags.emit<diag::DuplicateRule>(rule.condition_range, rule.name, found->second->name)
        .note("the other rule", found->second->condition_range);
  }
}

void lint_ReplacedDefinition(LintContext& context) {
  for (const Replacement& r : context.collection.replacements)
    context.diags.emit<diag::ReplacedDefinition>(r.range, r.kind, r.name).note("the one that it replaces", r.earlier);
}

void lint_ShadowedRule(LintContext& context) {
  const auto& rules = context.rules.rules;
  for (size_t later = 1; later < rules.size(); ++later) {
    const CheckedRule& rule = rules[later];
    if (!rule.enabled || rule.events.none()) continue;
    const Alternatives parts = alternatives(context, rule.condition);
    if (parts.empty()) continue;
    for (size_t earlier = 0; earlier < later; ++earlier) {
      const CheckedRule& front = rules[earlier];
      if (!comparable(front, rule) || (rule.events & ~front.events).any()) continue;
      if (front.condition_normal_form == rule.condition_normal_form) break;  // a duplicate
      bool implied = true;
      for (const Facts& facts : parts) implied = implied && facts.decide(front.condition) == true;
      if (!implied) continue;
      Diagnostic& d = context.diags.emit<diag::ShadowedRule>(rule.condition_range, rule.name, front.name);
      d.note("the rule in front", front.condition_range);
      bool complete = false;
      const std::string example = parts.front().example(complete);
      if (complete && !example.empty()) {
        d.note("an event that both match: " + example);
      } else {
        d.note("an event that both match: unknown" + (example.empty() ? "" : ", but it has " + example));
      }
      break;
    }
  }
}

}  // namespace falcoc
