// SPDX-License-Identifier: Apache-2.0
//
// What the terms of a rule's condition decide about those behind them, found in one walk for all lints that ask. What
// follows from what is the business of facts.h.
#pragma once

#include <vector>

#include "compiler/sema/checked_rules.h"

namespace falcoc {

struct LintContext;

/// Nodes written in the rule itself, each once, in order of the walk.
struct RuleTruth {
  bool never = false;             ///< the condition can't hold
  ExprId culprit = ExprId::None;  ///< the term that excludes those in front of it; None: there is not just one
  std::vector<ExprId> dead;       ///< alternatives that can't hold where they stand
  std::vector<ExprId> redundant;  ///< terms that always hold where they stand
  std::vector<ExprId> always;     ///< alternatives that hold whenever the others don't
};

RuleTruth find_truth(const LintContext& context, const CheckedRule& rule);

}  // namespace falcoc
