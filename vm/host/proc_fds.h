// SPDX-License-Identifier: Apache-2.0
//
// The descriptors of a process as /proc/<pid>/fd shows them. Remembers which device a mount is of, for all processes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "vm/host/folder.h"
#include "vm/host/socket_tables.h"
#include "vm/source/event_source.h"

namespace fvm::host {

struct FdCounts {
  uint64_t fds = 0;
  uint64_t unreadable = 0;       ///< closed meanwhile, or of a process that this program may not look at
  uint64_t unknown_sockets = 0;  ///< in no table: neither bound nor connected, or of another family
  uint64_t over_limit = 0;       ///< processes with more than `most` descriptors
};

class ProcFds {
 public:
  /// Calls give() with at most kListChunk descriptors at a time. `process`: its folder. `sockets`: null = leave sockets
  /// out.
  void read(const Folder& process, SocketTables* sockets, size_t most,
            const std::function<void(std::vector<FdRecord>)>& give);

  const FdCounts& counts() const { return counts_; }

 private:
  bool read_one(const Folder& process, const char* name, SocketTables* sockets, FdRecord& fd);
  void read_file_info(const Folder& process, const char* name, FdRecord& fd);
  uint32_t device_of(const Folder& process, uint32_t mount_id);

  std::unordered_map<uint32_t, uint32_t> device_of_mount_;
  FdCounts counts_;
};

}  // namespace fvm::host
