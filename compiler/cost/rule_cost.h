// SPDX-License-Identifier: Apache-2.0
//
// What a rule can cost on one event, worked out from its condition: no value, event or host is looked at. Prices come
// from costs.def. Asynchronous events are left out. The rule is taken alone, as if nobody had asked for its predicates
// and fields before.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/opt/passes.h"
#include "compiler/sema/checked_rules.h"

namespace falcoc {

/// Nanoseconds as costs.def has them.
using Cost = uint64_t;

struct PredicateCost {
  std::string text;
  Cost cost = 0;      ///< with reading its fields
  SourceRange range;  ///< where it first stands, in whatever rule
};

/// The same for some event types.
struct EventCost {
  std::vector<std::string_view> events;  ///< names, each once
  Cost cost = 0;                         ///< no path through the condition costs more
  size_t tests = 0;                      ///< of the longest path
  PredicateCost dearest;                 ///< the predicate that costs most; no text when there is none
};

struct RuleCost {
  uint32_t rule = 0;              ///< into CheckedRules::rules
  std::vector<EventCost> events;  ///< by cost; empty for a rule that no event can match

  Cost worst() const { return events.empty() ? 0 : events.front().cost; }
};

/// One entry per enabled rule, by worst cost. The rules are such that emit() takes them.
std::vector<RuleCost> rule_costs(const CheckedRules& rules);

}  // namespace falcoc
