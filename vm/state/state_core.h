// SPDX-License-Identifier: Apache-2.0
//
// StateCore: the parts of State together, as update handlers see them. Step: one event on its way through them.
// Inside of state/; everybody else includes state.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vm/event/event_view.h"
#include "vm/event/text_param.h"
#include "vm/state/cgroups.h"
#include "vm/state/containers.h"
#include "vm/state/fd_table.h"
#include "vm/state/generations.h"
#include "vm/state/image_classes.h"
#include "vm/state/interfaces.h"
#include "vm/state/memory_budget.h"
#include "vm/state/recent_exits.h"
#include "vm/state/state.h"
#include "vm/state/thread_table.h"
#include "vm/state/users.h"

namespace fvm {

struct Step {
  const EventView& event;
  ThreadEntry* thread = nullptr;
  const Fd* fd = nullptr;  ///< the event's descriptor; write through StateCore::edit_fd
  bool name_changed = false;
  /// Value of parameter 0 where it is the call's result; absent: unknown, treated as a failure by handlers.
  int64_t result() const { return event.integer(0, -1); }
};

class StateCore;
using Handler = void (*)(StateCore&, Step&);
#define FALCO_HANDLER(Sym, function, Use) void function(StateCore& core, Step& step);
#include "vm/state/handlers.def"
#undef FALCO_HANDLER

class StateCore {
 public:
  explicit StateCore(const StateLimits& ceilings)
      : budget(ceilings.bytes),
        fd_pool(budget),
        cgroup_sets(budget),
        containers(budget),
        threads(generations, stats, budget, ceilings.threads, cgroup_sets.empty()) {}

  MemoryBudget budget;  // first: everything else gives back to it at the end
  FdPool fd_pool;
  ImageClasses image_classes;
  StateStats stats;
  Generations generations;
  CgroupSets cgroup_sets;
  Containers containers;
  Users users;
  Interfaces interfaces;
  MachineInfo machine;
  ThreadTable threads;
  RecentExits recent_exits;
  const Container* event_container = nullptr;
  std::string path;  ///< room for putting paths together; its memory is kept from event to event

  // What an event leaves to be done before the next one.
  struct Deferred {
    static constexpr uint8_t kThread = 1, kFd = 2, kProcinfo = 4;
    uint8_t what = 0;  ///< or'ed
    int64_t tid = -1, fd_tid = -1, fd_number = -1, procinfo_tid = -1;
    uint64_t procinfo_user = 0, procinfo_system = 0;
  } deferred;

  /// The table a thread's descriptors live in; null when nobody knows its main thread.
  FdTable* fds_of(ThreadEntry& thread);
  static const FdTable* fds_of(const Thread& thread) {
    if ((thread.flags & thread_flag::kCloneFiles) == 0) return thread.fds.get();
    const Thread* main = ThreadTable::main_of(thread);
    return main ? main->fds.get() : nullptr;
  }
  /// The same for writing: a table shared with a fork is copied first, one that doesn't exist yet is made.
  FdTable* fds_for_writing(ThreadEntry& thread) {
    ThreadEntry* owner = (thread.flags & thread_flag::kCloneFiles) ? ThreadTable::main_of(thread) : &thread;
    if (!owner) return nullptr;
    if (owner->fds && owner->fds.use_count() == 1) return owner->fds.get();
    make_own_fds(*owner);
    return owner->fds.get();
  }
  void make_own_fds(ThreadEntry& owner);
  const Fd* find_fd(const ThreadEntry& thread, int64_t number) {
    if (number < 0) return nullptr;
    const FdTable* table = fds_of(thread);
    return table ? table->find(number) : nullptr;
  }

  /// Stores `fd` in the thread's table and makes it the event's descriptor; null when it was refused.
  const Fd* add_fd(Step& step, Fd fd);
  /// The same for a record that has only its number yet: to be filled by the caller, then completed by finish_fd().
  Fd* begin_fd(Step& step, int64_t number, size_t expected_text_bytes);
  void finish_fd(Step& step, Fd& fd);
  /// The event's descriptor for writing; step.fd must be set. Counts as a change of it.
  Fd& edit_fd(Step& step);
  void set_fd_name(Step& step, Fd& fd, std::string name);

  std::string_view cwd_of(const Thread& thread) const;
  void set_image(ThreadEntry& thread, ExecImage image);
  void set_cgroups(ThreadEntry& thread, std::string_view wire);
  /// Takes the container id from the cgroups the thread has now.
  void refresh_container_id(ThreadEntry& thread);
  uint64_t boot_ts_ns() const { return machine.boot_ts_ns; }
};

/// At most kStoredTextBytes of `text`.
inline std::string_view stored_text(std::string_view text) { return text.substr(0, limits::kStoredTextBytes); }

/// comm, then a blank in front of each argument; empty when comm is.
std::string join_cmdline(const ExecImage& image);
std::vector<std::string> split_list(std::string_view wire);
std::string_view without_deleted_mark(std::string_view path);

}  // namespace fvm
