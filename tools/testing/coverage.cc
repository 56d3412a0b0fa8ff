// SPDX-License-Identifier: Apache-2.0
#include "tools/testing/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "compiler/diag/render_text.h"
#include "tools/testing/markup.h"

namespace falcoc::testing {
namespace {

std::string missing_text(const LeafCoverage& leaf) {
  std::string out;
  const auto add = [&](bool seen, std::string_view what) {
    if (!seen) (out += out.empty() ? "never " : ", ") += what;
  };
  add(leaf.seen_true, "true");
  add(leaf.seen_false, "false");
  add(leaf.decisive, "decisive");
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) append_markup(out, c);
  return out;
}

constexpr std::string_view kPageHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Coverage of rules</title><style>
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 72em; padding: 0 1em; color: #222; }
code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
summary { cursor: pointer; } details { border-top: 1px solid #ddd; padding: .4em 0; }
table { border-collapse: collapse; width: 100%; margin: .4em 0 1em; } td, th { text-align: left; padding: .15em .6em; vertical-align: top; }
.no { color: #a40000; font-weight: 600; } .yes { color: #1a7a1a; } .place { color: #777; } .bar { float: right; }
@media (prefers-color-scheme: dark) { body { background: #181818; color: #ddd; } details { border-color: #444; } .no { color: #ff8a80; } .yes { color: #7ccf7c; } }
</style></head><body><h1>Coverage of rules</h1>
)";

}  // namespace

void Coverage::add(const CaseResult& result, Player& player) {
  for (const uint32_t rule : result.hits) ++seen_[rule].hits;
  for (const uint32_t rule : result.misses) ++seen_[rule].misses;
  for (const auto& [rule, events] : result.run.traces) {
    const RuleTree& tree = player.trees()[rule];
    std::vector<LeafCoverage>& leaves = seen_[rule].leaves;
    leaves.resize(tree.leaves().size());
    for (const EventTrace& event : events) {
      for (uint32_t i = 0; i < leaves.size(); ++i) {
        (event.truths[i] != 0 ? leaves[i].seen_true : leaves[i].seen_false) = true;
        leaves[i].decisive = leaves[i].decisive || tree.is_decisive(event.truths, i);
      }
    }
  }
}

std::vector<RuleCoverage> Coverage::rules(Player& player) const {
  std::vector<RuleCoverage> out;
  for (uint32_t rule = 0; rule < player.rules().rules().rules.size(); ++rule) {
    const RuleTree& tree = player.trees()[rule];
    RuleCoverage& c = out.emplace_back();
    c.rule = rule;
    if (const auto seen = seen_.find(rule); seen != seen_.end()) {
      c.hits = seen->second.hits;
      c.misses = seen->second.misses;
      c.leaves = seen->second.leaves;
    }
    c.leaves.resize(tree.leaves().size());
    for (uint32_t i = 0; i < c.leaves.size(); ++i) {
      if (tree.leaves()[i].is_fixed) continue;
      ++c.counted;
      // Fields of some events only are missing with others, whatever the type says.
      c.leaves[i].decisive = c.leaves[i].decisive || tree.leaves()[i].is_event_type;
      c.complete += c.leaves[i].is_complete() ? 1 : 0;
    }
  }
  return out;
}

CoverageTotals totals_of(const std::vector<RuleCoverage>& rules, Player& player) {
  CoverageTotals t;
  for (const RuleCoverage& rule : rules) {
    ++t.rules;
    t.tested += rule.hits != 0 && rule.misses != 0 ? 1 : 0;
    t.predicates += rule.counted;
    t.complete += rule.complete;
    const RuleTree& tree = player.trees()[rule.rule];
    for (uint32_t i = 0; i < rule.leaves.size(); ++i) {
      if (tree.leaves()[i].is_fixed) continue;
      t.seen_true += rule.leaves[i].seen_true ? 1 : 0;
      t.seen_false += rule.leaves[i].seen_false ? 1 : 0;
      t.decisive += rule.leaves[i].decisive ? 1 : 0;
    }
  }
  return t;
}

std::string coverage_text(const std::vector<RuleCoverage>& coverage, Player& player, const SourceManager& sources) {
  const CoverageTotals t = totals_of(coverage, player);
  std::string out = fmt::format(
      "coverage: {:.1f} % of {} predicates were shown true, false and decisive ({} true, {} false, {} decisive)\n"
      "          {} of {} rules have a hit and a miss\n",
      t.percent(), t.predicates, t.seen_true, t.seen_false, t.decisive, t.tested, t.rules);
  const CheckedRules& rules = player.rules().rules();
  for (const RuleCoverage& rule : coverage) {
    if (rule.complete == rule.counted && rule.hits != 0 && rule.misses != 0) continue;
    out += fmt::format("  {}: {} of {}{}\n", printable(rules.rules[rule.rule].name), rule.complete, rule.counted,
                       rule.hits + rule.misses == 0 ? ", no tests"
                       : rule.hits == 0             ? ", no hit"
                       : rule.misses == 0           ? ", no miss"
                                                    : "");
    if (rule.hits + rule.misses == 0) continue;
    const RuleTree& tree = player.trees()[rule.rule];
    for (uint32_t i = 0; i < rule.leaves.size(); ++i) {
      if (tree.leaves()[i].is_fixed || rule.leaves[i].is_complete()) continue;
      const ExprId check = tree.leaves()[i].expr;
      out += fmt::format("    {}: {}: {}\n", printable(place_text(sources, rules.expr(check).range)),
                         printable(predicate_text(rules, check)), missing_text(rule.leaves[i]));
    }
  }
  return out;
}

std::string coverage_page(const std::vector<RuleCoverage>& coverage, Player& player, const SourceManager& sources) {
  const CoverageTotals t = totals_of(coverage, player);
  std::string out(kPageHead);
  const auto to = [&] { return std::back_inserter(out); };
  fmt::format_to(to(),
                 "<p>{:.1f} % of {} predicates were shown true, shown false and shown to decide; {} of {} rules have a "
                 "hit and a miss.</p>\n",
                 t.percent(), t.predicates, t.tested, t.rules);
  const CheckedRules& rules = player.rules().rules();
  const auto mark = [](bool seen) { return seen ? "<td class=\"yes\">yes</td>" : "<td class=\"no\">no</td>"; };
  for (const RuleCoverage& rule : coverage) {
    const CheckedRule& r = rules.rules[rule.rule];
    const bool is_complete = rule.complete == rule.counted && rule.hits != 0 && rule.misses != 0;
    fmt::format_to(to(),
                   "<details{}><summary><span class=\"bar {}\">{} of {}</span>{} <span class=\"place\">{}; {} hits, {} "
                   "misses</span></summary>\n",
                   is_complete ? "" : " open", is_complete ? "yes" : "no", rule.complete, rule.counted, escaped(r.name),
                   escaped(place_text(sources, r.range)), rule.hits, rule.misses);
    out += "<table><tr><th>predicate</th><th>true</th><th>false</th><th>decisive</th></tr>\n";
    const RuleTree& tree = player.trees()[rule.rule];
    for (uint32_t i = 0; i < rule.leaves.size(); ++i) {
      const ExprId check = tree.leaves()[i].expr;
      fmt::format_to(to(), "<tr><td><code>{}</code> <span class=\"place\">{}</span></td>",
                     escaped(predicate_text(rules, check)), escaped(place_text(sources, rules.expr(check).range)));
      if (tree.leaves()[i].is_fixed) {
        out += "<td colspan=\"3\" class=\"place\">always the same, not counted</td></tr>\n";
      } else {
        fmt::format_to(to(), "{}{}{}</tr>\n", mark(rule.leaves[i].seen_true), mark(rule.leaves[i].seen_false),
                       mark(rule.leaves[i].decisive));
      }
    }
    out += "</table></details>\n";
  }
  return out += "</body></html>\n";
}

}  // namespace falcoc::testing
