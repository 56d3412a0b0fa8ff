// SPDX-License-Identifier: Apache-2.0
//
// EventSet: a set of event codes, a byte each, because it is asked for every event.
#pragma once

#include <array>

#include "vm/abi/tables.h"

namespace fvm {

class EventSet {
 public:
  static EventSet all() {
    EventSet set;
    set.has_.fill(true);
    return set;
  }
  void add(EventCode code) { has_[static_cast<size_t>(code)] = true; }
  bool has(EventCode code) const { return has_[static_cast<size_t>(code)]; }
  bool operator==(const EventSet&) const = default;

 private:
  std::array<bool, kEventCount> has_{};
};

}  // namespace fvm
