// SPDX-License-Identifier: Apache-2.0
//
// Mutants: rules with one small mistake each, tried on what the tests showed. A mutant is noticed when some case about
// its rule comes out otherwise. No mutant is compiled: the truth of predicates is known for every event of every case.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "tools/testing/run_case.h"

namespace falcoc::testing {

enum class MutantKind : uint8_t { Negated, Dropped, Swapped, ElementRemoved };
inline constexpr size_t kMutantKinds = 4;

struct MutantCounts {
  size_t made = 0, noticed = 0;
};

struct MutationScore {
  MutantCounts by_kind[kMutantKinds];
  size_t not_tried = 0;                ///< for lack of time
  std::vector<std::string> survivors;  ///< one line each, elements of one list together
  MutantCounts total() const;
};

class Mutation {
 public:
  void add(const CaseResult& result);
  MutationScore run(Player& player, const SourceManager& sources, std::chrono::milliseconds most) const;

 private:
  /// What one case showed of a rule.
  struct Shown {
    std::vector<EventTrace> events;
  };
  std::map<uint32_t, std::vector<Shown>> shown_;
};

std::string mutation_text(const MutationScore& score);

}  // namespace falcoc::testing
