// SPDX-License-Identifier: Apache-2.0
//
// Scene: a State and a way to feed it single events with parameters written as values. Time goes on by a millisecond
// per event unless set.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/capture_builder.h"
#include "tests/support/event_room.h"
#include "vm/state/fd_table.h"
#include "vm/state/state.h"

namespace fvm::testing {

using Params = std::vector<Param>;

class Scene {
 public:
  explicit Scene(const StateLimits& ceilings = {}) : state(ceilings) {}

  State state;
  EvalContext last;    ///< of the latest event
  bool shown = false;  ///< what update() said
  uint64_t now_ns = 1'000'000'000'000;

  /// A process list; parents before or after their children.
  void threads(std::vector<ThreadRecord> list) { state.on_threads(std::move(list)); }

  const EvalContext& event(EventCode code, int64_t tid, const Params& params = {}) {
    const EventInfo& info = event_info(code);
    std::vector<std::string> values;
    for (size_t i = 0; i < params.size(); ++i) values.push_back(params[i].encode(info.params()[i].type));
    EventView& view = room_.make(code, std::move(values));
    view.ts_ns = now_ns += 1'000'000;
    view.tid = tid;
    view.num = ++number_;
    shown = state.update(view, last);
    return last;
  }

  /// An event that changes nothing: runs what earlier events left to be done.
  void tick(int64_t tid = 1) { event(EventCode::SCHEDSWITCH_6_E, tid, {0}); }

  const Thread* thread(int64_t tid) const { return state.find_thread(tid); }
  const Fd* fd(int64_t tid, int64_t number) const {
    const Thread* t = state.find_thread(tid);
    return t ? state.find_fd(*t, number) : nullptr;
  }
  std::string fd_name(int64_t tid, int64_t number) const {
    const Fd* f = fd(tid, number);
    return f ? f->name : "(no descriptor)";
  }
  std::string cwd(int64_t tid) const { return std::string(state.cwd_of(*thread(tid))); }

  // Calls that many tests need.
  struct Clone {
    int64_t result = 0, tid = 0, pid = 0, ptid = 1;
    uint32_t flags = 0;
    int64_t vtid = -1, vpid = -1;  ///< -1: as tid and pid
    std::string comm = "sh", cgroups = {};
  };
  void clone(const Clone& c, EventCode code = EventCode::SYSCALL_CLONE_20_X) {
    event(code, c.tid,
          {c.result,
           c.comm,
           Param::raw(nul_list({"-x"})),
           c.tid,
           c.pid,
           c.ptid,
           "",
           1024,
           1,
           2,
           3,
           4,
           5,
           c.comm,
           Param::raw(c.cgroups),
           c.flags,
           7u,
           8u,
           c.vtid < 0 ? c.tid : c.vtid,
           c.vpid < 0 ? c.pid : c.vpid,
           50});
  }
  struct Exec {
    int64_t result = 0, tid = 0, pid = 0, ptid = 1;
    std::string comm = "ls", exe = "/bin/ls", exepath = "/usr/bin/ls", args = nul_list({"-l", "/tmp"});
    std::string env = nul_list({"A=1", "B=2"}), cgroups = {};
    uint32_t flags = 0, uid = 10, gid = 20;
  };
  void exec(const Exec& x, EventCode code = EventCode::SYSCALL_EXECVE_19_X) {
    event(code, x.tid,
          {x.result,
           x.exe,
           Param::raw(x.args),
           x.tid,
           x.pid,
           x.ptid,
           "",
           1024,
           1,
           2,
           3,
           4,
           5,
           x.comm,
           Param::raw(x.cgroups),
           Param::raw(x.env),
           34816,
           77,
           1000u,
           x.flags,
           1,
           2,
           3,
           4,
           5,
           6,
           x.uid,
           x.exepath.empty() ? Param::absent() : Param(x.exepath),
           78,
           x.gid});
  }
  void exit(int64_t tid, int64_t reaper = 0) { event(EventCode::PROCEXIT_1_E, tid, {0, 0, 0, 0, reaper}); }
  void open(int64_t tid, int64_t number, std::string_view name, uint32_t flags = 1) {
    event(EventCode::SYSCALL_OPEN_X, tid, {number, name, flags, 0, 5, 6});
  }
  void socket(int64_t tid, int64_t number, int domain, int type = 1, int protocol = 0) {
    event(EventCode::SOCKET_SOCKET_X, tid, {number, domain, type, protocol, 0});
  }

 private:
  EventRoom room_;
  uint64_t number_ = 0;
};

/// init (1) and a shell (100, child of init) in /home/bob/.
inline std::vector<ThreadRecord> small_machine() {
  ThreadRecord init, shell;
  init.tid = init.pid = init.vtid = init.vpid = 1;
  init.ptid = 0;
  init.comm = init.exe = "init";
  init.cwd = "/";
  shell.tid = shell.pid = shell.vtid = shell.vpid = 100;
  shell.ptid = 1;
  shell.comm = shell.exe = "bash";
  shell.exepath = "/usr/bin/bash";
  shell.cwd = "/home/bob";
  shell.uid = shell.gid = 500;
  shell.sid = shell.vpgid = 100;
  shell.env = nul_list({"HOME=/home/bob"});
  return {init, shell};
}

}  // namespace fvm::testing
