// SPDX-License-Identifier: Apache-2.0
//
// Progress: one line on standard error while a long capture is read, only on a terminal, erased when done.
#pragma once

#include <chrono>
#include <cstdint>

namespace falco_vm {

class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Bytes read of the file, and its size (0 = unknown). Cheap; draws a few times a second at most.
  void update(uint64_t position, uint64_t size, uint64_t events);

 private:
  using Clock = std::chrono::steady_clock;
  bool on_terminal_;
  bool drawn_ = false;
  Clock::time_point next_;
};

}  // namespace falco_vm
