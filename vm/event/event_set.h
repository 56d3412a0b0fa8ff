// SPDX-License-Identifier: Apache-2.0
//
// EventSet: a set of event codes, a byte each, because it is asked for every event. SyscallSet: of system calls, for
// those that share the generic event.
#pragma once

#include <array>
#include <bitset>

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

/// By the code of syscalls.def; 0: calls that the table does not know.
using SyscallSet = std::bitset<kSyscallCount>;

}  // namespace fvm
