// SPDX-License-Identifier: Apache-2.0
#include "tools/testing/rules_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/cost/rule_cost.h"
#include "compiler/sema/condition_text.h"
#include "tools/testing/generate.h"

namespace falcoc::testing {
namespace {

std::string events_text(const CheckedRule& rule) {
  std::set<std::string_view> names;
  for (size_t code = 0; code < fvm::kEventCount; ++code)
    if (rule.events[code] && !fvm::kEvents[code].has(FALCO_EF_UNUSED)) names.insert(fvm::kEvents[code].name);
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Worst cost by rule.
std::vector<Cost> costs_of(const CheckedRules& rules) {
  std::vector<Cost> out(rules.rules.size());
  for (const RuleCost& cost : rule_costs(rules)) out[cost.rule] = cost.worst();
  return out;
}

class Comparison {
 public:
  Comparison(Player& before, Player& after)
      : before_(before),
        after_(after),
        old_costs_(costs_of(before.rules().rules())),
        new_costs_(costs_of(after.rules().rules())) {}

  RulesDiff run() {
    RulesDiff out;
    const auto& old_rules = before_.rules().rules().rules;
    const auto& new_rules = after_.rules().rules().rules;
    for (uint32_t i = 0; i < old_rules.size(); ++i) {
      const auto other = after_.rules().find(old_rules[i].name);
      if (!other) {
        out.removed.push_back(old_rules[i].name);
        continue;
      }
      ChangedRule changed = compare(i, *other);
      if (!changed.parts.empty()) out.changed.push_back(std::move(changed));
    }
    for (const CheckedRule& rule : new_rules)
      if (!before_.rules().find(rule.name)) out.added.push_back(rule.name);
    return out;
  }

 private:
  ChangedRule compare(uint32_t old_rule, uint32_t new_rule) {
    const CheckedRules& old_rules = before_.rules().rules();
    const CheckedRules& new_rules = after_.rules().rules();
    const CheckedRule& a = old_rules.rules[old_rule];
    const CheckedRule& b = new_rules.rules[new_rule];
    ChangedRule out;
    out.name = a.name;
    const auto part = [&](std::string_view what, const std::string& before, const std::string& after) {
      if (before != after) out.parts.push_back({std::string(what), before, after});
      return before != after;
    };
    out.has_other_condition =
        part("condition", condition_text(old_rules, a.condition), condition_text(new_rules, b.condition));
    part("output", a.output, b.output);
    part("priority", std::string(priority_name(a.priority)), std::string(priority_name(b.priority)));
    part("tags", fmt::format("{}", fmt::join(a.tags, ", ")), fmt::format("{}", fmt::join(b.tags, ", ")));
    part("description", a.desc, b.desc);
    part("enabled", before_.rules().is_on(old_rule) ? "true" : "false",
         after_.rules().is_on(new_rule) ? "true" : "false");
    part("events", events_text(a), events_text(b));
    part("cost", fmt::format("{} ns", old_costs_[old_rule]), fmt::format("{} ns", new_costs_[new_rule]));
    if (out.has_other_condition) find_witnesses(old_rule, new_rule, out.witnesses);
    return out;
  }

  /// Scenes that are near the border of either version, tried on both.
  void find_witnesses(uint32_t old_rule, uint32_t new_rule, std::vector<Witness>& out) {
    bool found[2] = {};
    const auto try_scene = [&](const Tree& scene) {
      Diagnostics ignored;
      const auto stage = read_stage(scene, ignored);
      if (!stage) return;
      const bool old_alerts = before_.play(*stage).alerted(old_rule);
      if (old_alerts == after_.play(*stage).alerted(new_rule) || found[old_alerts]) return;
      found[old_alerts] = true;
      out.push_back({scene, old_alerts});
    };
    for (const bool is_old : {true, false}) {
      const Generated g = generate(is_old ? old_rule : new_rule, is_old ? before_ : after_);
      if (g.hit) try_scene(*g.hit);
      for (const auto* scenes : {&g.hits, &g.misses})
        for (const GeneratedScene& s : *scenes) try_scene(s.scene);
      for (const auto* lists : {&g.hit_elements, &g.miss_elements})
        for (const ElementScenes& e : *lists)
          for (const std::string& element : e.elements) {
            Tree one = e.scene;
            substitute(one, "$each", element);
            try_scene(one);
          }
      if (found[0] && found[1]) return;
    }
  }

  Player& before_;
  Player& after_;
  std::vector<Cost> old_costs_, new_costs_;
};

}  // namespace

RulesDiff diff_rules(Player& before, Player& after) { return Comparison(before, after).run(); }

}  // namespace falcoc::testing
