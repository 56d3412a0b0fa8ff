// SPDX-License-Identifier: Apache-2.0
//
// FieldMemory: what getters remember from one event to the next, by slot: the previous time of evt.deltatime, the count of
// util.cnt, and where a named event parameter stands in each event. Owned by whoever evaluates a ruleset (one per image),
// not by State, because two uses of one field count apart. Hot look-ups allocate on the first use of a slot only.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "vm/abi/tables.h"
#include "vm/field/field_use.h"

namespace fvm {

class FieldMemory {
 public:
  static constexpr int8_t kNoParam = -1;

  struct Slot {
    uint64_t count = 0;
    uint64_t last_ts_ns = 0;
    std::vector<uint64_t> cpu_ts_ns;   ///< by cpu
    std::unordered_map<int64_t, uint64_t> thread_sum_ns;
    std::unique_ptr<std::array<int8_t, kEventCount>> param_of_event;
  };

  Slot& slot(uint32_t number) {
    if (number >= slots_.size()) slots_.resize(size_t{number} + 1);
    return slots_[number];
  }
  /// Index of the parameter named `use.key` in events of `code`, or kNoParam.
  int8_t param_index(const FieldUse& use, EventCode code);

 private:
  std::vector<Slot> slots_;
};

/// Index of a parameter by name in events of `code`, or FieldMemory::kNoParam. Linear in the event's parameters.
int8_t find_param(EventCode code, std::string_view name);

}  // namespace fvm
