// SPDX-License-Identifier: Apache-2.0
//
// What the benchmarks of single parts share: the counter of heap allocations, and files that the command line adds.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "bench/allocations.h"

namespace bench {

/// Counts the allocations of the timed loop: of an iteration, and of each of its `steps` events or calls.
class AllocationCounter {
 public:
  explicit AllocationCounter(benchmark::State& state, size_t steps = 1)
      : state_(state), steps_(steps), before_(allocations().count) {}
  ~AllocationCounter() {
    const auto n = static_cast<double>(allocations().count - before_ - left_out_);
    state_.counters["allocs"] = benchmark::Counter(n, benchmark::Counter::kAvgIterations);
    if (steps_ > 1) {
      const double per_event = n / static_cast<double>(steps_);
      state_.counters["allocs_per_event"] = benchmark::Counter(per_event, benchmark::Counter::kAvgIterations);
      state_.SetItemsProcessed(static_cast<int64_t>(state_.iterations()) * static_cast<int64_t>(steps_));
    }
  }
  AllocationCounter(const AllocationCounter&) = delete;
  AllocationCounter& operator=(const AllocationCounter&) = delete;

  /// What `f` allocates isn't counted, nor its time.
  template <typename F>
  auto leave_out(F&& f) {
    state_.PauseTiming();
    const uint64_t begin = allocations().count;
    auto result = f();
    left_out_ += allocations().count - begin;
    state_.ResumeTiming();
    return result;
  }

 private:
  benchmark::State& state_;
  size_t steps_;
  uint64_t before_, left_out_ = 0;
};

/// Adds compiling `rules` together, and loading and verifying each of `images`.
void add_files(const std::vector<std::string>& rules, const std::vector<std::string>& images);

}  // namespace bench
