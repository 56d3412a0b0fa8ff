// SPDX-License-Identifier: Apache-2.0
//
// Coverage: which predicates of which rules the tests have shown true, shown false and shown to decide. Only cases
// about a rule count for it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/testing/run_case.h"

namespace falcoc::testing {

struct LeafCoverage {
  bool seen_true = false, seen_false = false, decisive = false;
  bool is_complete() const { return seen_true && seen_false && decisive; }
};

struct RuleCoverage {
  uint32_t rule = 0;
  size_t hits = 0, misses = 0;       ///< cases
  std::vector<LeafCoverage> leaves;  ///< as in the rule's tree
  size_t counted = 0;                ///< predicates that can come out both ways
  size_t complete = 0;
};

class Coverage {
 public:
  void add(const CaseResult& result, Player& player);
  /// All rules, in their order.
  std::vector<RuleCoverage> rules(Player& player) const;

 private:
  struct Seen {
    size_t hits = 0, misses = 0;
    std::vector<LeafCoverage> leaves;
  };
  std::map<uint32_t, Seen> seen_;
};

struct CoverageTotals {
  size_t rules = 0, tested = 0;  ///< tested: with a hit and a near miss
  size_t predicates = 0, complete = 0, seen_true = 0, seen_false = 0, decisive = 0;
  double percent() const {
    return predicates == 0 ? 100.0 : 100.0 * static_cast<double>(complete) / static_cast<double>(predicates);
  }
};
CoverageTotals totals_of(const std::vector<RuleCoverage>& rules, Player& player);

/// Totals, and each predicate that lacks something.
std::string coverage_text(const std::vector<RuleCoverage>& coverage, Player& player, const SourceManager& sources);
/// The same as a page that needs no other file.
std::string coverage_page(const std::vector<RuleCoverage>& coverage, Player& player, const SourceManager& sources);

}  // namespace falcoc::testing
