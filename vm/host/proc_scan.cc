// SPDX-License-Identifier: Apache-2.0
#include "vm/host/proc_scan.h"

#include <chrono>
#include <cstdlib>
#include <utility>

#include "vm/host/host_lists.h"
#include "vm/host/proc_thread.h"

namespace fvm {

namespace {

uint64_t now_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

}  // namespace

using host::Folder;
using host::ThreadReading;

Result<std::unique_ptr<ProcScan>, std::string> ProcScan::open(ScanOptions options) {
  const std::string path = options.root.empty() ? "/" : options.root;
  std::optional<Folder> root = Folder::open(path);
  if (!root) return Err{"can't open the folder " + path};
  std::optional<Folder> proc = root->sub("proc");
  const std::optional<MachineInfo> machine = host::read_machine(*root);
  if (!proc || !machine)
    return Err{"can't find out when this machine was started: no btime in proc/stat below " + path};
  return std::unique_ptr<ProcScan>(new ProcScan(std::move(options), std::move(*root), std::move(*proc), *machine));
}

std::string ProcScan::root_of_environment() {
  const char* const root = std::getenv("HOST_ROOT");
  return root != nullptr ? root : "";
}

ProcScan::ProcScan(ScanOptions options, Folder root, Folder proc, MachineInfo machine)
    : options_(std::move(options)),
      root_(std::move(root)),
      proc_(std::move(proc)),
      machine_(std::move(machine)),
      cgroups_(root_),
      lookups_(options_.lookups_per_s),
      socket_lookups_(options_.socket_lookups_per_s) {}

void ProcScan::scan(StateSink& sink) {
  const uint64_t begin_ns = now_ns();
  sink.on_machine(machine_);
  sink.on_interfaces(host::read_interfaces());
  host::read_users(root_, sink);
  sockets_.emplace();
  proc_.each_number(".", [&](const char* name, int64_t pid) {
    if (options_.most_ms != 0 && now_ns() - begin_ns > options_.most_ms * 1'000'000) {
      stats_.timed_out = true;
      return false;
    }
    const std::optional<Folder> process = proc_.sub(name);
    if (process) {
      scan_process(*process, pid, sink);
    } else {
      ++stats_.vanished;
    }
    return true;
  });
  stats_.sockets_refused += sockets_->refused();
  sockets_.reset();
  stats_.scan_ns += now_ns() - begin_ns;
}

void ProcScan::scan_process(const Folder& process, int64_t pid, StateSink& sink) {
  if (stats_.threads >= options_.threads) {
    ++stats_.threads_refused;
    return;
  }
  ThreadRecord leader;
  switch (host::read_thread(process, pid, cgroups_, leader)) {
    case ThreadReading::Gone:
      ++stats_.vanished;
      return;
    case ThreadReading::Kernel:
      ++stats_.kernel_threads;
      return;
    case ThreadReading::Read:
      break;
  }
  ++stats_.processes;
  ++stats_.threads;
  std::vector<ThreadRecord> threads;
  threads.push_back(std::move(leader));
  scan_tasks(process, pid, std::move(threads), sink);
  fds_.read(process, &*sockets_, options_.fds_per_process,
            [&](std::vector<FdRecord> fds) { sink.on_fds(pid, std::move(fds)); });
}

void ProcScan::scan_tasks(const Folder& process, int64_t pid, std::vector<ThreadRecord> threads, StateSink& sink) {
  process.each_number("task", [&](const char* name, int64_t tid) {
    if (tid == pid) return true;
    if (stats_.threads >= options_.threads) {
      ++stats_.threads_refused;
      return true;
    }
    ThreadRecord thread;
    const std::optional<Folder> task = process.sub(("task/" + std::string(name)).c_str());
    if (!task || host::read_thread(*task, tid, cgroups_, thread) != ThreadReading::Read) {
      ++stats_.vanished;
      return true;
    }
    ++stats_.threads;
    threads.push_back(std::move(thread));
    if (threads.size() == limits::kListChunk) sink.on_threads(std::exchange(threads, {}));
    return true;
  });
  if (!threads.empty()) sink.on_threads(std::move(threads));
}

bool ProcScan::look_up(int64_t tid, StateSink& sink) {
  const uint64_t begin_ns = now_ns();
  if (tid <= 0) return false;  // of no thread, or the idle one
  if (!lookups_.take(begin_ns)) {
    ++stats_.lookups_refused;
    return false;
  }
  ++stats_.lookups;
  // Works for all threads, though only leaders are listed.
  const std::optional<Folder> folder = proc_.sub(std::to_string(tid).c_str());
  ThreadRecord thread;
  const bool found = folder && host::read_thread(*folder, tid, cgroups_, thread) == ThreadReading::Read;
  if (found) {
    ++stats_.found;
    if (thread.pid == tid) {
      give_leader(*folder, std::move(thread), begin_ns, sink);
    } else {
      if (!is_known_ || !is_known_(thread.pid)) look_up_leader(thread.pid, begin_ns, sink);
      sink.on_threads({std::move(thread)});
    }
  }
  stats_.lookup_ns += now_ns() - begin_ns;
  return found;
}

void ProcScan::look_up_leader(int64_t pid, uint64_t now, StateSink& sink) {
  const std::optional<Folder> folder = proc_.sub(std::to_string(pid).c_str());
  ThreadRecord leader;
  if (!folder || host::read_thread(*folder, pid, cgroups_, leader) != ThreadReading::Read) return;
  give_leader(*folder, std::move(leader), now, sink);
}

void ProcScan::give_leader(const Folder& folder, ThreadRecord leader, uint64_t now, StateSink& sink) {
  const int64_t pid = leader.pid;
  sink.on_threads({std::move(leader)});
  // Tables that were read before don't show the sockets made since.
  std::optional<host::SocketTables> sockets;
  if (socket_lookups_.take(now)) {
    sockets.emplace();
    ++stats_.socket_lookups;
  } else {
    ++stats_.socket_lookups_refused;
  }
  fds_.read(folder, sockets ? &*sockets : nullptr, options_.fds_per_process,
            [&](std::vector<FdRecord> fds) { sink.on_fds(pid, std::move(fds)); });
  if (sockets) stats_.sockets_refused += sockets->refused();
}

bool ProcScan::Budget::take(uint64_t now) {
  const uint64_t second = now / 1'000'000'000;
  if (second != second_) {
    second_ = second;
    used_ = 0;
  }
  if (used_ >= per_second_) return false;
  ++used_;
  return true;
}

const ScanStats& ProcScan::stats() {
  stats_.fds = fds_.counts();
  return stats_;
}

}  // namespace fvm
