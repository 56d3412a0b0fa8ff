// SPDX-License-Identifier: Apache-2.0
//
// Import: the process and descriptor lists of a capture. Held back until the first event, because links between threads and
// the roles of sockets depend on the whole of them.
#pragma once

#include <unordered_map>
#include <vector>

#include "vm/state/state_core.h"

namespace fvm {

class Import {
 public:
  void add(std::vector<ThreadRecord> threads);
  void add(int64_t tid, std::vector<FdRecord> fds);
  bool pending() const { return pending_; }
  void finish(StateCore& core);
  void clear() { *this = Import(); }

 private:
  std::vector<ThreadRecord> threads_;
  std::vector<std::pair<int64_t, std::vector<FdRecord>>> fds_;
  bool pending_ = false;
};

}  // namespace fvm
