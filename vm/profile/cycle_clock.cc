// SPDX-License-Identifier: Apache-2.0
#include "vm/profile/cycle_clock.h"

namespace fvm {

double ClockRate::ns_per_tick() const {
  uint64_t now_ns = monotonic_ns();
  while (now_ns - begin_ns_ < kShortestNs) now_ns = monotonic_ns();
  const uint64_t ticks = CycleClock::now() - begin_ticks_;
  return static_cast<double>(now_ns - begin_ns_) / static_cast<double>(ticks == 0 ? 1 : ticks);
}

/// Wall clock less processor time: grows while something else runs.
uint64_t Absence::total_ns() {
  const uint64_t used_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
  return monotonic_ns() - used_ns;
}

uint64_t Absence::new_ns() {
  const uint64_t now = total_ns();
  const uint64_t added = now > seen_ns_ ? now - seen_ns_ : 0;
  seen_ns_ = now;
  return added;
}

}  // namespace fvm
