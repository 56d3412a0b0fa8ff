// SPDX-License-Identifier: Apache-2.0
//
// ThreadTable: owns all thread records, by tid, and keeps the links between them: thread groups, parents and children.
// Rules of joining, dying and reparenting: the state reference, section 4. Entries keep their address until they are
// removed. Does not know events, descriptors or containers.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "vm/abi/limits.h"
#include "vm/base/flat_table.h"
#include "vm/state/fd_table.h"
#include "vm/state/generations.h"
#include "vm/state/state.h"
#include "vm/state/thread_entry.h"

namespace fvm {

class ThreadTable {
 public:
  ThreadTable(Generations& generations, StateStats& stats, MemoryBudget& budget, size_t most_threads,
              std::shared_ptr<const CgroupSet> no_cgroups);

  ThreadEntry* find(int64_t tid) const {
    ThreadEntry*& recent = recent_[static_cast<size_t>(tid) % kRecent];
    if (recent != nullptr && recent->tid == tid) return recent;
    const auto* entry = by_tid_.find(tid);
    return entry ? recent = entry->get() : nullptr;
  }
  // Four steps ahead of find(tid), a few events apart: its place in the table, the record, what that points to, and so on. For
  // tables that no cache holds; each step finds there what the one before has loaded.
  bool is_large() const { return by_tid_.size() >= kLarge; }
  void prefetch_place(int64_t tid) const { by_tid_.prefetch(tid); }
  void prefetch_record(int64_t tid) const {
    const auto* entry = by_tid_.find(tid);
    if (!entry) return;
    const ThreadEntry& thread = **entry;
    const auto* first = reinterpret_cast<const char*>(&thread.tid);
    prefetch_object(first, static_cast<size_t>(reinterpret_cast<const char*>(&thread.enter + 1) - first));
  }
  void prefetch_targets(int64_t tid) const {
    const auto* entry = by_tid_.find(tid);
    if (!entry) return;
    const ThreadEntry& thread = **entry;
    prefetch(thread.fds.get());
    prefetch_object(thread.image.get(), sizeof(ExecImage));
  }

  void prefetch_descriptors(int64_t tid) const {
    const auto* entry = by_tid_.find(tid);
    if (entry && (*entry)->fds) (*entry)->fds->prefetch();
  }

  /// Known or made up: an invalid record named `<NA>`. Null only when the table is full.
  ThreadEntry* get(int64_t tid) {
    ThreadEntry* known = find(tid);
    return known != nullptr ? known : add_unknown(tid);
  }
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

  /// Whether an event might find no room.
  bool crowded() const {
    return by_tid_.size() + limits::kEvictionsPerEvent >= most_threads_ || !budget_.fits(limits::kStateReserve);
  }
  /// Forgets a few threads that have been idle for long, made-up ones first. Voids pointers to threads.
  void make_room();
  /// Counts what a thread's texts take; to be called when they have changed.
  void recharge(ThreadEntry& thread);

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
  static constexpr size_t kLarge = 4096;
  static constexpr size_t kRecent = 512;
  ThreadEntry* add_unknown(int64_t tid);
  void set_parent(ThreadEntry& child, ThreadEntry* parent);
  void unlink_parent(ThreadEntry& child);
  void unlink_group(ThreadEntry& thread);
  void detach_children(ThreadEntry& thread);
  void reparent_children(ThreadEntry& dying);
  ThreadEntry* find_reaper(const ThreadEntry& dying) const;
  void erase(ThreadEntry& thread);

  Generations& generations_;
  StateStats& stats_;
  MemoryBudget& budget_;
  size_t most_threads_;
  size_t eviction_hand_ = 0;
  std::shared_ptr<const CgroupSet> no_cgroups_;
  std::shared_ptr<const ExecImage> no_image_, unknown_image_;
  FlatTable<std::shared_ptr<ThreadGroup>> groups_;
  FlatTable<std::unique_ptr<ThreadEntry>> by_tid_;
  mutable std::array<ThreadEntry*, kRecent> recent_{};  ///< what was found last, by the low bits of the tid
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
