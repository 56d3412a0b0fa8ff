// SPDX-License-Identifier: Apache-2.0
#include "tools/testing/mutants.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/diag/render_text.h"

namespace falcoc::testing {
namespace {

constexpr std::string_view kKindNames[kMutantKinds] = {"predicates negated", "predicates dropped", "and/or swapped",
                                                       "list elements removed"};
constexpr size_t kShownElements = 6;

size_t index_of(MutantKind kind) { return static_cast<size_t>(kind); }

}  // namespace

MutantCounts MutationScore::total() const {
  MutantCounts sum;
  for (const MutantCounts& kind : by_kind) sum.made += kind.made, sum.noticed += kind.noticed;
  return sum;
}

void Mutation::add(const CaseResult& result) {
  for (const auto& [rule, events] : result.run.traces) shown_[rule].push_back({events});
}

MutationScore Mutation::run(Player& player, const SourceManager& sources, std::chrono::milliseconds most) const {
  MutationScore score;
  const auto end = std::chrono::steady_clock::now() + most;
  const CheckedRules& rules = player.rules().rules();
  for (uint32_t rule = 0; rule < rules.rules.size(); ++rule) {
    const RuleTree& tree = player.trees()[rule];
    const auto found = shown_.find(rule);
    static const std::vector<Shown> kNone;
    const std::vector<Shown>& cases = found == shown_.end() ? kNone : found->second;
    // Whether the mutant alerts in a case that the rule stays silent in, or the other way round.
    const auto is_noticed = [&](auto&& mutant_holds) {
      return std::ranges::any_of(cases, [&](const Shown& shown) {
        const bool before =
            std::ranges::any_of(shown.events, [&](const EventTrace& e) { return tree.holds(e.truths); });
        return before != std::ranges::any_of(shown.events, mutant_holds);
      });
    };
    const auto try_one = [&](MutantKind kind, auto&& mutant_holds) {
      MutantCounts& counts = score.by_kind[index_of(kind)];
      if (std::chrono::steady_clock::now() > end) {
        ++score.not_tried;
        return true;
      }
      ++counts.made;
      const bool noticed = is_noticed(mutant_holds);
      counts.noticed += noticed ? 1 : 0;
      return noticed;
    };
    const auto try_change = [&](MutantKind kind, RuleTree::Change change, uint32_t node) {
      return try_one(kind, [&](const EventTrace& e) { return tree.holds(e.truths, change, node); });
    };
    const auto survived = [&](std::string_view what, ExprId where) {
      score.survivors.push_back(fmt::format("{}: `{}`: {}: {}", printable(place_text(sources, rules.expr(where).range)),
                                            printable(rules.rules[rule].name), what,
                                            printable(predicate_text(rules, where))));
    };
    for (uint32_t i = 0; i < tree.leaves().size(); ++i) {
      const RuleTree::Leaf& leaf = tree.leaves()[i];
      if (leaf.is_fixed) continue;
      if (!try_change(MutantKind::Negated, RuleTree::Change::Negate, leaf.node)) survived("negated", leaf.expr);
      uint32_t top = leaf.node;  // `not X` goes as a whole
      while (tree.nodes()[top].parent != top && tree.nodes()[tree.nodes()[top].parent].kind == Expr::Kind::Not)
        top = tree.nodes()[top].parent;
      if (tree.nodes()[top].parent != top && !try_change(MutantKind::Dropped, RuleTree::Change::Drop, top))
        survived("dropped", leaf.expr);
      const std::vector<ConstId>& elements = rules.expr(leaf.expr).constants;
      if (elements.size() < 2) continue;
      std::string missed;
      size_t missed_count = 0;
      for (uint32_t k = 0; k < elements.size(); ++k) {
        const NeededElement removed{i, k};
        const bool noticed = try_one(MutantKind::ElementRemoved, [&](const EventTrace& e) {
          const bool flips = std::ranges::find(e.needed, removed) != e.needed.end();
          return tree.holds(e.truths, flips ? RuleTree::Change::Negate : RuleTree::Change::None, leaf.node);
        });
        if (noticed) continue;
        if (++missed_count <= kShownElements)
          (missed += missed.empty() ? "" : ", ") += rules.constant(elements[k]).spelling;
      }
      if (missed_count > kShownElements) missed += fmt::format(" and {} more", missed_count - kShownElements);
      if (missed_count != 0) survived(fmt::format("without {}", missed), leaf.expr);
    }
    for (uint32_t node = 0; node < tree.nodes().size(); ++node) {
      const RuleTree::Node& n = tree.nodes()[node];
      if (n.kind != Expr::Kind::And && n.kind != Expr::Kind::Or) continue;
      if (!try_change(MutantKind::Swapped, RuleTree::Change::Swap, node))
        survived(n.kind == Expr::Kind::And ? "`and` made `or`" : "`or` made `and`", n.expr);
    }
  }
  return score;
}

std::string mutation_text(const MutationScore& score) {
  const auto percent = [](const MutantCounts& c) {
    return c.made == 0 ? 100.0 : 100.0 * static_cast<double>(c.noticed) / static_cast<double>(c.made);
  };
  const MutantCounts total = score.total();
  MutantCounts logic = total;
  logic.made -= score.by_kind[index_of(MutantKind::ElementRemoved)].made;
  logic.noticed -= score.by_kind[index_of(MutantKind::ElementRemoved)].noticed;
  std::string out = fmt::format(
      "mutation: {:.1f} % of {} mutants were noticed, {:.1f} % of {} without those of lists; {} not tried for lack of "
      "time\n",
      percent(total), total.made, percent(logic), logic.made, score.not_tried);
  for (size_t i = 0; i < kMutantKinds; ++i) {
    out += fmt::format("  {:<22} {:>5} of {:>5} ({:.1f} %)\n", kKindNames[i], score.by_kind[i].noticed,
                       score.by_kind[i].made, percent(score.by_kind[i]));
  }
  for (const std::string& survivor : score.survivors) out += "  not noticed: " + survivor + "\n";
  return out;
}

}  // namespace falcoc::testing
