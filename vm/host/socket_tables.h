// SPDX-License-Identifier: Apache-2.0
//
// SocketTables: the sockets of network namespaces, by inode, from the tables below /proc/<pid>/net. A namespace is read
// once, when the first of its processes is met. Which end is the server's is state's to say.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "vm/base/flat_table.h"
#include "vm/host/folder.h"
#include "vm/source/event_source.h"

namespace fvm::host {

class SocketTables {
 public:
  /// Reads the namespace of the process, whose folder this is, unless that has been done.
  void add_namespace_of(const Folder& process);
  /// Fills in everything but the number. False: no table knows the socket.
  bool find(uint64_t inode, FdRecord& fd) const;

  size_t size() const { return sockets_; }
  uint64_t refused() const { return refused_; }  ///< for lack of room: kScannedSockets

 private:
  struct Socket {
    IpAddr local, remote;
    uint64_t unix_source = 0;
    uint32_t path = 0;  ///< place in paths_
    uint16_t local_port = 0, remote_port = 0;
    FdType type = FdType::Unknown;
    L4 l4 = L4::NotApplicable;
  };
  void add(uint64_t inode, const Socket& socket);
  void add_inet(std::string_view line, L4 l4);
  void add_unix(std::string_view line);
  void add_netlink(std::string_view line);

  FlatTable<Socket> by_inode_;
  std::vector<std::string> paths_{""};
  std::unordered_set<uint64_t> read_;  ///< inodes of namespaces
  size_t sockets_ = 0;
  uint64_t refused_ = 0;
};

}  // namespace fvm::host
