// SPDX-License-Identifier: Apache-2.0
//
// Progress: one line on standard error while a long capture is read, only on a terminal, erased when done.
#pragma once

#include <chrono>

#include "vm/source/event_source.h"

namespace falco_vm {

class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Cheap; draws a few times a second at most.
  void update(fvm::EventSource& source);

 private:
  using Clock = std::chrono::steady_clock;
  bool on_terminal_;
  bool drawn_ = false;
  Clock::time_point next_;
};

}  // namespace falco_vm
