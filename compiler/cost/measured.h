// SPDX-License-Identifier: Apache-2.0
//
// The part of a falco-vm profile that weighs rules: how often each was evaluated, and what that took. Trusts nothing of
// the text. Knows no files.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "compiler/cost/rule_cost.h"
#include "vm/base/result.h"

namespace falcoc {

struct MeasuredRule {
  uint64_t evaluations = 0;
  uint64_t matches = 0;
  double ns = 0;                                   ///< of evaluation, all together
  std::map<std::string, uint64_t> evaluations_on;  ///< by event name
};

struct MeasuredRun {
  uint64_t events = 0;
  std::map<std::string, MeasuredRule, std::less<>> rules;  ///< by name
};

/// The text of a FILE.json that `falco-vm --profile` wrote; otherwise what is wrong with it.
fvm::Result<MeasuredRun, std::string> read_profile(std::string_view text);

/// What the rule would have cost in the run if each evaluation had cost the most possible.
double weighted_cost(const RuleCost& cost, const MeasuredRule& measured);

}  // namespace falcoc
