// SPDX-License-Identifier: Apache-2.0
//
// ThreadTable: owns all thread records, by tid, and keeps the links between them: thread groups, parents and children.
// Rules of joining, dying and reparenting: the state reference, section 4. Entries keep their address until they are
// removed. Does not know events, descriptors or containers.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "vm/base/flat_table.h"
#include "vm/state/generations.h"
#include "vm/state/state.h"
#include "vm/state/thread_entry.h"

namespace fvm {

class ThreadTable {
 public:
  ThreadTable(Generations& generations, StateStats& stats, std::shared_ptr<const CgroupSet> no_cgroups);

  ThreadEntry* find(int64_t tid) const;
  /// Known or made up: an invalid record named `<NA>`. Null only when the table is full.
  ThreadEntry* get(int64_t tid);
  /// A record with defaults, not in the table yet.
  std::unique_ptr<ThreadEntry> make(int64_t tid) const;
  /// Adds, in place of a record with the same tid, and links it when it is valid. Null when the table is full.
  ThreadEntry* add(std::unique_ptr<ThreadEntry> entry) {
    ThreadEntry* added = add_unlinked(std::move(entry));
    if (added && !added->is_invalid()) link(*added);
    return added;
  }
  ThreadEntry* add_unlinked(std::unique_ptr<ThreadEntry> entry);
  /// Joins the group of its pid and the children of its ptid; for valid records that have no group.
  void link(ThreadEntry& thread);
  /// Calls f(ThreadEntry&) for each, in no particular order; f must neither add nor remove.
  template <typename F>
  void for_each(F&& f) {
    by_tid_.for_each([&](int64_t, std::unique_ptr<ThreadEntry>& entry) { f(*entry); });
  }

  void mark_dead(ThreadEntry& thread);
  void revive(ThreadEntry& thread);
  /// Takes a thread away: its children go to a reaper; a leader stays, dead, as long as its group has living threads.
  void remove(int64_t tid);
  /// Removes all threads of the group but the main thread and `keep`.
  void remove_secondary(ThreadGroup& group, const ThreadEntry& keep);

  /// The thread with tid = pid, or null; of an invalid record null.
  static const Thread* main_of(const Thread& thread) {
    if (thread.is_main()) return &thread;
    return thread.group && thread.group->first && thread.group->first->is_main() ? thread.group->first : nullptr;
  }
  static ThreadEntry* main_of(ThreadEntry& thread) {
    return thread.is_main()
               ? &thread
               : const_cast<ThreadEntry*>(static_cast<const ThreadEntry*>(main_of(std::as_const<Thread>(thread))));
  }
  size_t size() const { return by_tid_.size(); }
  void clear();

 private:
  void set_parent(ThreadEntry& child, ThreadEntry* parent);
  void unlink_parent(ThreadEntry& child);
  void unlink_group(ThreadEntry& thread);
  void detach_children(ThreadEntry& thread);
  void reparent_children(ThreadEntry& dying);
  ThreadEntry* find_reaper(const ThreadEntry& dying) const;
  void erase(ThreadEntry& thread);

  Generations& generations_;
  StateStats& stats_;
  std::shared_ptr<const CgroupSet> no_cgroups_;
  std::shared_ptr<const ExecImage> no_image_, unknown_image_;
  FlatTable<std::shared_ptr<ThreadGroup>> groups_;
  FlatTable<std::unique_ptr<ThreadEntry>> by_tid_;
  mutable ThreadEntry* last_found_ = nullptr;
};

/// Two-speed walk guard: says when a walk along links has come back to where it was.
class LoopGuard {
 public:
  /// Call with each node; true when it was seen before.
  bool looped(const void* node) {
    if (node == marker_) return true;
    if (++steps_ == limit_) {
      marker_ = node;
      limit_ *= 2;
    }
    return false;
  }

 private:
  const void* marker_ = nullptr;
  uint64_t steps_ = 0, limit_ = 64;
};

}  // namespace fvm
