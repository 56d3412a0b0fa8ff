// SPDX-License-Identifier: Apache-2.0
//
// Detour: the way the machine takes when it can't find in its memory where an event leads: a value is met at a node for
// the first time (or was forgotten), a node has to be made. Rare, and up to a hundred times as long as finding it, so
// who measures time has each one timed (DetourMeter) instead of hoping that samples hit enough of them. Knows no clock.
#pragma once

#include <cstdint>

namespace fvm {

/// Adds up detours until somebody takes them away. Detours inside others are part of those.
struct DetourMeter {
  uint64_t (*now)() = nullptr;  ///< a clock; set before the first detour
  uint64_t ticks = 0;           ///< from the first look at the clock to the second, of all
  uint32_t count = 0;
  bool is_inside = false;
};

/// Lives as long as the detour does. Without a meter it is one comparison, on the long way only.
class Detour {
 public:
  explicit Detour(DetourMeter* meter) : meter_(meter != nullptr && !meter->is_inside ? meter : nullptr) {
    if (meter_ == nullptr) return;
    meter_->is_inside = true;
    begin_ = meter_->now();
  }
  ~Detour() {
    if (meter_ == nullptr) return;
    meter_->ticks += meter_->now() - begin_;
    ++meter_->count;
    meter_->is_inside = false;
  }
  Detour(const Detour&) = delete;
  Detour& operator=(const Detour&) = delete;

 private:
  DetourMeter* meter_;
  uint64_t begin_ = 0;
};

}  // namespace fvm
