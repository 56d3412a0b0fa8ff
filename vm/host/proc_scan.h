// SPDX-License-Identifier: Apache-2.0
//
// ProcScan: what a machine looks like when watching it begins, from /proc, and later single threads that events name
// and nobody knows. Reads files only, below a folder that stands for /, so that it works from a container and on a
// made-up tree. Memory is bounded: threads and descriptors are given away in chunks. What a process shows of itself
// (names, arguments) is its own word.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "vm/abi/limits.h"
#include "vm/base/result.h"
#include "vm/host/cgroup_paths.h"
#include "vm/host/folder.h"
#include "vm/host/proc_fds.h"
#include "vm/source/event_source.h"
#include "vm/source/thread_lookup.h"

namespace fvm {

struct ScanOptions {
  std::string root;  ///< stands for /; empty: the machine's own
  size_t fds_per_process = limits::kFdsPerProcess;
  size_t threads = limits::kThreads;
  uint64_t most_ms = 0;  ///< the first scan ends after so much time; 0 = never
  // Look-ups: at most so many a second. One with sockets reads the tables of a network namespace.
  uint64_t lookups_per_s = 1000;
  uint64_t socket_lookups_per_s = 10;
};

struct ScanStats {
  uint64_t processes = 0, threads = 0;  ///< given out, by the first scan
  uint64_t kernel_threads = 0;          ///< and zombies: left out
  uint64_t vanished = 0;                ///< ended while they were read
  uint64_t threads_refused = 0;         ///< beyond ScanOptions::threads
  uint64_t sockets_refused = 0;         ///< beyond kScannedSockets
  bool timed_out = false;
  uint64_t scan_ns = 0;             ///< how long the first scan took
  host::FdCounts fds;               ///< of the first scan and of look-ups
  uint64_t lookups = 0, found = 0;  ///< threads that were asked for, and that were there
  uint64_t lookups_refused = 0;     ///< too many a second
  uint64_t socket_lookups = 0, socket_lookups_refused = 0;
  uint64_t lookup_ns = 0;  ///< how long all look-ups took
};

class ProcScan final : public ThreadLookup {
 public:
  /// The error is text for people: the folder is no root of a machine.
  static Result<std::unique_ptr<ProcScan>, std::string> open(ScanOptions options);
  /// The folder that the environment variable HOST_ROOT names; empty without one.
  static std::string root_of_environment();

  /// Machine, interfaces, users, then every process with its threads and descriptors.
  void scan(StateSink& sink);

  /// Of group leaders that `is_known` knows, look_up() gives nothing: what events told of them is younger.
  void set_known(std::function<bool(int64_t pid)> is_known) { is_known_ = std::move(is_known); }
  bool look_up(int64_t tid, StateSink& sink) override;

  /// Brings it up to date.
  const ScanStats& stats();

 private:
  /// So many a second.
  class Budget {
   public:
    explicit Budget(uint64_t per_second) : per_second_(per_second) {}
    bool take(uint64_t now_ns);

   private:
    uint64_t per_second_;
    uint64_t second_ = 0;  ///< the last one, and what it has used
    uint64_t used_ = 0;
  };

  ProcScan(ScanOptions options, host::Folder root, host::Folder proc, MachineInfo machine);
  void scan_process(const host::Folder& process, int64_t pid, StateSink& sink);
  void scan_tasks(const host::Folder& process, int64_t pid, std::vector<ThreadRecord> threads, StateSink& sink);
  void look_up_leader(int64_t pid, uint64_t now_ns, StateSink& sink);
  void give_leader(const host::Folder& folder, ThreadRecord leader, uint64_t now_ns, StateSink& sink);

  ScanOptions options_;
  host::Folder root_, proc_;
  MachineInfo machine_;
  host::CgroupPaths cgroups_;
  host::ProcFds fds_;
  std::optional<host::SocketTables> sockets_;
  std::function<bool(int64_t)> is_known_;
  Budget lookups_, socket_lookups_;
  ScanStats stats_;
};

}  // namespace fvm
