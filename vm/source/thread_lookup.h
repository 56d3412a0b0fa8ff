// SPDX-License-Identifier: Apache-2.0
//
// ThreadLookup: whom state asks about a thread that an event names and nobody has told of. On a live machine that is /proc; a
// replay has none. Asked at most once an event, on the cold path; the one who answers limits how often that is.
#pragma once

#include <cstdint>

#include "vm/source/event_source.h"

namespace fvm {

class ThreadLookup {
 public:
  virtual ~ThreadLookup() = default;
  /// Gives `sink` the thread `tid`, its group's leader and their descriptors, as far as they are still there. False: nothing.
  virtual bool look_up(int64_t tid, StateSink& sink) = 0;
};

}  // namespace fvm
