// SPDX-License-Identifier: Apache-2.0
//
// Which event codes a condition can match, for dispatch: an over-approximation from evt.type, syscall.type and evt.num
// alone.
#pragma once

#include "compiler/sema/checked_rules.h"

namespace falcoc {

class EventSets {
 public:
  explicit EventSets(const CheckedRules& rules) : rules_(rules) {}
  /// Remembers what it computed for shared sub-trees; CheckedRules may grow between calls, but not change.
  EventSet of(ExprId condition);

 private:
  const EventSet& of(ExprId id, bool negated);
  EventSet of_check(const Expr& check, bool negated) const;

  struct Memo {
    bool known[2] = {false, false};
    EventSet set[2];
  };
  const CheckedRules& rules_;
  std::vector<Memo> memo_;
};

/// More codes than this deserve the no-event-type warning.
inline constexpr size_t kManyEvents = 100;

}  // namespace falcoc
