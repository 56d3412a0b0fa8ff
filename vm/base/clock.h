// SPDX-License-Identifier: Apache-2.0
//
// The system's clocks as nanoseconds in one number. No project knowledge.
#pragma once

#include <time.h>

#include <cstdint>

namespace fvm {

inline uint64_t nanoseconds(const timespec& t) {
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}

inline uint64_t clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return nanoseconds(now);
}

inline uint64_t monotonic_ns() { return clock_ns(CLOCK_MONOTONIC); }

}  // namespace fvm
