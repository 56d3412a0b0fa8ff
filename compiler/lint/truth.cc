// SPDX-License-Identifier: Apache-2.0
#include "compiler/lint/truth.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "compiler/lint/context.h"

namespace falcoc {
namespace {

/// Walks the condition of one rule with what is known at each place.
class TruthWalk {
 public:
  TruthWalk(const LintContext& context, const CheckedRule& rule) : context_(context), rule_(rule) {}

  RuleTruth run() {
    const Known known{Facts(context_.predicates), Facts(context_.predicates)};
    out_.never = walk(rule_.condition, false, known) == false;
    return std::move(out_);
  }

 private:
  /// All terms in front, and only those that are written in the rule itself: macros may be changed by other files.
  struct Known {
    Facts all, own;
    void assume(ExprId id, bool truth, bool is_own) {
      all.assume(id, truth);
      if (is_own) own.assume(id, truth);
    }
  };

  /// Written in the rule itself, all of it.
  bool own(ExprId id) const {
    const Expr& e = context_.expr(id);
    return context_.same_item(e.range, rule_.condition_range) &&
           std::all_of(e.children.begin(), e.children.end(), [&](ExprId c) { return own(c); });
  }

  static std::optional<bool> turned(std::optional<bool> truth, bool negated) {
    return truth && negated ? std::optional(!*truth) : truth;
  }

  /// The truth of the node (or of its negation) that follows from what is known, after noting what is odd below it.
  std::optional<bool> walk(ExprId id, bool negated, const Known& outer) {
    const Expr& e = context_.expr(id);
    if (e.kind == Expr::Kind::Not) return walk(e.children[0], !negated, outer);
    if (e.kind != Expr::Kind::And && e.kind != Expr::Kind::Or) return turned(outer.all.decide(id), negated);
    const bool conjunction = (e.kind == Expr::Kind::And) != negated;
    Known known = outer;
    bool all_decided = true;
    for (const ExprId child : e.children) {
      const auto from_own = turned(known.own.decide(child), negated);
      if (from_own && own(child) && !outer.own.contradictory()) {
        if (conjunction && *from_own) note(out_.redundant, child);
        if (!conjunction && !*from_own) note(out_.dead, child);
        if (!conjunction && *from_own) note(out_.always, child);
      }
      const auto truth = walk(child, negated, known);
      if (!conjunction && truth == false && context_.expr(child).kind == Expr::Kind::And && own(child))
        note(out_.dead, child);
      if (truth == !conjunction) return decided_by(child, conjunction);
      if (!truth) all_decided = false;
      known.assume(child, conjunction != negated, own(child));
      if (known.all.contradictory()) return decided_by(child, conjunction);
    }
    return all_decided ? std::optional(conjunction) : std::nullopt;
  }

  /// A child that settles its parent; of those of an `and` the outermost is remembered.
  std::optional<bool> decided_by(ExprId child, bool conjunction) {
    if (conjunction) out_.culprit = child;
    return !conjunction;
  }

  void note(std::vector<ExprId>& found, ExprId id) {
    if (noted_.emplace(&found, id).second) found.push_back(id);
  }

  const LintContext& context_;
  const CheckedRule& rule_;
  RuleTruth out_;
  std::set<std::pair<const std::vector<ExprId>*, ExprId>> noted_;
};

}  // namespace

RuleTruth find_truth(const LintContext& context, const CheckedRule& rule) { return TruthWalk(context, rule).run(); }

}  // namespace falcoc
