// SPDX-License-Identifier: Apache-2.0
//
// RulesDiff: what changed between two sets of rules. Where conditions differ it looks for an event on which one version
// alerts and the other doesn't; "unknown" means that it found none, not that there is none.
#pragma once

#include <string>
#include <vector>

#include "tools/testing/run_case.h"

namespace falcoc::testing {

struct ChangedPart {
  std::string what;  ///< condition, output, priority ...
  std::string before, after;
};

/// An event on which the two versions of a rule don't agree.
struct Witness {
  Tree scene;
  bool old_alerts = false;  ///< and the new one doesn't; or the other way round
};

struct ChangedRule {
  std::string name;
  std::vector<ChangedPart> parts;
  bool has_other_condition = false;
  std::vector<Witness> witnesses;  ///< at most one of each kind; none: unknown
};

struct RulesDiff {
  std::vector<std::string> added, removed;
  std::vector<ChangedRule> changed;
  bool is_empty() const { return added.empty() && removed.empty() && changed.empty(); }
};

RulesDiff diff_rules(Player& before, Player& after);

}  // namespace falcoc::testing
