// SPDX-License-Identifier: Apache-2.0
//
// CycleClock: the cheapest clock of the processor, and how long its ticks last. A tick counter that runs at a constant
// rate, as on every x86-64 of the last fifteen years and every 64-bit ARM; elsewhere CLOCK_MONOTONIC. Knows nothing of
// rules.
#pragma once

#include <cstdint>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include "vm/base/clock.h"

namespace fvm {

/// The ticks of a span are end - begin; what a tick is worth, ClockRate says.
struct CycleClock {
  static uint64_t now() {
#if defined(__x86_64__)
    return __rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    asm volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return monotonic_ns();
#endif
  }
};

/// Compares CycleClock with CLOCK_MONOTONIC from construction on; the longer ago, the more exact.
class ClockRate {
 public:
  ClockRate() : begin_ns_(monotonic_ns()), begin_ticks_(CycleClock::now()) {}
  /// Waits until kShortestNs have passed since construction.
  double ns_per_tick() const;

 private:
  static constexpr uint64_t kShortestNs = 20'000;
  uint64_t begin_ns_;
  uint64_t begin_ticks_;
};

/// How long this thread was off the processor, since the last question or construction.
class Absence {
 public:
  Absence() : seen_ns_(total_ns()) {}
  uint64_t new_ns();

 private:
  static uint64_t total_ns();
  uint64_t seen_ns_;
};

}  // namespace fvm
