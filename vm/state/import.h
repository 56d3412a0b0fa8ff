// SPDX-License-Identifier: Apache-2.0
//
// Import: the process and descriptor lists of a capture. Records go into the tables as they come; what depends on the
// whole of the lists — links between threads, which end of a connection is ours — is done in front of the first event.
#pragma once

#include <bitset>
#include <memory>
#include <vector>

#include "vm/state/state_core.h"

namespace fvm {

class Import {
 public:
  void add(StateCore& core, const std::vector<ThreadRecord>& threads);
  /// Descriptors of a thread that was added before; of others they are ignored.
  void add(StateCore& core, int64_t tid, std::vector<FdRecord> fds);
  bool pending() const { return pending_; }
  void finish(StateCore& core);
  void clear() { *this = Import(); }

 private:
  using Ports = std::bitset<65536>;
  static void resolve_roles(StateCore& core, ThreadEntry& thread, const Ports& server_ports);

  std::unique_ptr<Ports> server_ports_;  // of all listening sockets in the lists
  std::vector<int64_t> tids_;            // of the threads in the lists; a look-up must not cost as much as all threads
  bool pending_ = false;
};

}  // namespace fvm
