// SPDX-License-Identifier: Apache-2.0
//
// Walks along parent links. Links recorded by events may form a loop or a very long chain; both end the walk.
#pragma once

#include "vm/abi/limits.h"
#include "vm/state/state.h"

namespace fvm {

/// Calls f(thread) for each proper ancestor of the process of `thread`, parent first, until f returns false. Links go from
/// thread to thread without a jump to main threads.
template <typename F>
void for_each_ancestor(const State& state, const Thread& thread, F&& f) {
  const Thread* const main = state.main_thread(thread);
  const Thread* walker = main ? main : &thread;
  // Brent: the marker jumps to the walker after 1, 2, 4 ... steps; in a loop the walker meets it.
  const Thread* marker = walker;
  size_t steps = 0, next_jump = 1;
  for (size_t i = 0; i < limits::kAncestors; ++i) {
    walker = state.parent(*walker);
    if (!walker || walker == marker || !f(*walker)) return;
    if (++steps == next_jump) {
      marker = walker;
      steps = 0;
      next_jump *= 2;
    }
  }
}

}  // namespace fvm
