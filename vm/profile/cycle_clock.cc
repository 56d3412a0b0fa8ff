// SPDX-License-Identifier: Apache-2.0
#include "vm/profile/cycle_clock.h"

#include <sys/resource.h>

namespace fvm {

double ClockRate::ns_per_tick() const {
  uint64_t now_ns = monotonic_ns();
  while (now_ns - begin_ns_ < kShortestNs) now_ns = monotonic_ns();
  const uint64_t ticks = CycleClock::now() - begin_ticks_;
  return static_cast<double>(now_ns - begin_ns_) / static_cast<double>(ticks == 0 ? 1 : ticks);
}

int64_t Interruptions::count() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw + usage.ru_nivcsw;
}

bool Interruptions::any_new() {
  const int64_t now = count();
  const bool changed = now != seen_;
  seen_ = now;
  return changed;
}

}  // namespace fvm
