// SPDX-License-Identifier: Apache-2.0
//
// TraceProbe: what the machine calls while it decides a sampled event. Notes what happened and when, nothing more; who
// pays is worked out after the clock has stopped. The clock is a parameter, so that tests can make up the time.
#pragma once

#include <cstdint>
#include <vector>

namespace fvm {

/// One instruction that decided something.
struct TraceStep {
  uint64_t ticks;        ///< when it was done
  uint32_t instruction;  ///< in the code of the image
  bool outcome;          ///< Test: the predicate holds; Match: the rule is active
};

/// One event's steps. Has room for the longest program, so that nothing is allocated while the clock runs.
struct Trace {
  explicit Trace(size_t longest_program) : steps(longest_program) {}

  std::vector<TraceStep> steps;
  size_t count = 0;
  uint32_t program = 0;
  uint64_t begin_ticks = 0;
  uint64_t end_ticks = 0;
};

template <typename Clock>
class TraceProbe {
 public:
  explicit TraceProbe(Trace& trace) : trace_(trace), next_(trace.steps.data()) {}

  void entered(uint32_t program) {
    trace_.program = program;
    trace_.begin_ticks = Clock::now();
  }
  void tested(uint32_t instruction, bool holds) { *next_++ = {Clock::now(), instruction, holds}; }
  void matched(uint32_t instruction, bool active) { *next_++ = {Clock::now(), instruction, active}; }
  void left() {
    trace_.end_ticks = Clock::now();
    trace_.count = static_cast<size_t>(next_ - trace_.steps.data());
  }

 private:
  Trace& trace_;
  TraceStep* next_;
};

}  // namespace fvm
