// SPDX-License-Identifier: Apache-2.0
//
// Links between threads. Every walk is bounded: parent links come from the input and may form loops.

#include "vm/state/thread_table.h"

#include <algorithm>

#include "vm/base/check.h"

namespace fvm {

namespace {

/// What one thread takes apart from its texts: the record, its group, its places in the tables while they grow, and what the
/// allocator adds.
constexpr size_t kThreadBytes = sizeof(ThreadEntry) + sizeof(ThreadGroup) + 288;

}  // namespace

ThreadTable::ThreadTable(Generations& generations, StateStats& stats, MemoryBudget& budget, size_t most_threads,
                         std::shared_ptr<const CgroupSet> no_cgroups)
    : generations_(generations),
      stats_(stats),
      budget_(budget),
      most_threads_(most_threads),
      no_cgroups_(std::move(no_cgroups)) {
  ExecImage unknown;
  unknown.comm = unknown.exe = unknown.cmdline = "<NA>";
  unknown_image_ = std::make_shared<const ExecImage>(std::move(unknown));
  no_image_ = std::make_shared<const ExecImage>();
}

std::unique_ptr<ThreadEntry> ThreadTable::make(int64_t tid) const {
  auto entry = std::make_unique<ThreadEntry>();
  entry->tid = tid;
  entry->image = no_image_;
  entry->set_cgroups(no_cgroups_);
  return entry;
}

ThreadEntry* ThreadTable::add_unknown(int64_t tid) {
  auto entry = make(tid);
  entry->image = unknown_image_;
  ++stats_.unknown_threads;
  return add_unlinked(std::move(entry));
}

ThreadEntry* ThreadTable::add_unlinked(std::unique_ptr<ThreadEntry> entry) {
  const int64_t tid = entry->tid;
  if (ThreadEntry* old = find(tid)) erase(*old);
  if (by_tid_.size() >= most_threads_ || !budget_.fits(kThreadBytes)) {
    ++stats_.threads_refused;
    return nullptr;
  }
  recharge(*entry);
  ThreadEntry* added = by_tid_.set(tid, std::move(entry)).get();
  if (tid == 0) generations_.lose_links();  // the number of all parents that are not known
  generations_.touch_process(*added);
  generations_.touch_lineage(*added);
  generations_.touch_container(*added);
  stats_.threads = by_tid_.size();
  stats_.threads_peak = std::max(stats_.threads_peak, stats_.threads);
  return added;
}

void ThreadTable::recharge(ThreadEntry& thread) {
  thread.charge = MemoryCharge(&budget_, kThreadBytes + thread.cwd.capacity() + thread.root.capacity());
}

void ThreadTable::make_room() {
  for (size_t i = 0; i < limits::kEvictionsPerEvent && crowded(); ++i) {
    const ThreadEntry* idle = nullptr;
    by_tid_.sample(eviction_hand_, limits::kEvictionSample, [&](int64_t, const std::unique_ptr<ThreadEntry>& entry) {
      const ThreadEntry& t = *entry;
      // A leader whose group lives on would stay; the first process is everybody's ancestor.
      if (t.tid == 1 || (t.is_main() && t.group && t.group->alive > 1)) return;
      if (!idle || (t.is_invalid() && !idle->is_invalid()) ||
          (t.is_invalid() == idle->is_invalid() && t.lastaccess_ts < idle->lastaccess_ts)) {
        idle = &t;
      }
    });
    if (!idle) return;
    remove(idle->tid);
    ++stats_.threads_evicted;
  }
}

void ThreadTable::link(ThreadEntry& thread) {
  if (thread.group) return;
  auto* known = groups_.find(thread.pid);
  std::shared_ptr<ThreadGroup> group = known ? *known : std::make_shared<ThreadGroup>();
  if (!known) {
    group->pid = thread.pid;
    groups_.set(thread.pid, group);
  }
  if (thread.pid == 1 || thread.vpid == 1) group->reaper = true;
  if (!thread.is_dead()) ++group->alive;
  if (thread.is_main()) {
    thread.group_next = group->first;
    (group->first ? group->first->group_prev : group->last) = &thread;
    group->first = &thread;
  } else {
    if (thread.flags & thread_flag::kCloneThread) thread.flags |= thread_flag::kCloneFiles;
    thread.group_prev = group->last;
    (group->last ? group->last->group_next : group->first) = &thread;
    group->last = &thread;
  }
  thread.group = std::move(group);
  thread.group_seen = 0;

  ThreadEntry* parent = thread.tid == 1 ? nullptr : find(thread.ptid);
  set_parent(thread, parent == &thread ? nullptr : parent);
}

void ThreadTable::set_parent(ThreadEntry& child, ThreadEntry* parent) {
  unlink_parent(child);
  if (!parent) {
    child.ptid = 0;
  } else {
    child.ptid = parent->tid;
    child.parent = parent;
    child.next_sibling = parent->first_child;
    if (parent->first_child) parent->first_child->prev_sibling = &child;
    parent->first_child = &child;
  }
  generations_.touch_lineage(child);
}

void ThreadTable::unlink_parent(ThreadEntry& child) {
  if (!child.parent) return;
  (child.prev_sibling ? child.prev_sibling->next_sibling : child.parent->first_child) = child.next_sibling;
  if (child.next_sibling) child.next_sibling->prev_sibling = child.prev_sibling;
  child.parent = child.prev_sibling = child.next_sibling = nullptr;
}

void ThreadTable::unlink_group(ThreadEntry& thread) {
  if (!thread.group) return;
  ThreadGroup& group = *thread.group;
  (thread.group_prev ? thread.group_prev->group_next : group.first) = thread.group_next;
  (thread.group_next ? thread.group_next->group_prev : group.last) = thread.group_prev;
  if (!thread.is_dead() && group.alive > 0) --group.alive;
  if (!group.first) {
    const auto* current = groups_.find(group.pid);
    if (current && *current == thread.group) groups_.erase(group.pid);
  }
  thread.group_prev = thread.group_next = nullptr;
  thread.group = nullptr;
}

void ThreadTable::mark_dead(ThreadEntry& thread) {
  if (thread.is_dead()) return;
  thread.flags |= thread_flag::kClosed;
  if (thread.group && thread.group->alive > 0) --thread.group->alive;
}

void ThreadTable::revive(ThreadEntry& thread) {
  if (!thread.is_dead()) return;
  thread.flags &= ~thread_flag::kClosed;
  if (thread.group) ++thread.group->alive;
}

ThreadEntry* ThreadTable::find_reaper(const ThreadEntry& dying) const {
  const auto alive_in = [&](const ThreadGroup& group) -> ThreadEntry* {
    if (group.alive == 0) return nullptr;
    for (ThreadEntry* t = group.first; t; t = t->group_next)
      if (!t->is_dead() && t != &dying) return t;
    return nullptr;
  };
  if (dying.group)
    if (ThreadEntry* heir = alive_in(*dying.group)) return heir;
  // The bound keeps the end of a very deep tree linear. It also ends walks around a loop.
  size_t steps = 0;
  for (ThreadEntry* t = find(dying.ptid); t && t != &dying && steps < limits::kReaperSteps; t = find(t->ptid), ++steps) {
    if (t->in_pid_namespace() != dying.in_pid_namespace()) return nullptr;
    if (t->group && t->group->reaper)
      if (ThreadEntry* heir = alive_in(*t->group)) return heir;
  }
  return nullptr;
}

void ThreadTable::reparent_children(ThreadEntry& dying) {
  ThreadEntry* reaper = dying.reaper_tid > 0 ? find(dying.reaper_tid) : nullptr;
  if (reaper && (reaper->is_invalid() || reaper == &dying)) reaper = nullptr;
  if (reaper && reaper->group && reaper->pid != dying.pid) reaper->group->reaper = true;
  if (!reaper) reaper = find_reaper(dying);
  while (ThreadEntry* child = dying.first_child) set_parent(*child, child == reaper ? nullptr : reaper);
}

void ThreadTable::detach_children(ThreadEntry& thread) {
  while (ThreadEntry* child = thread.first_child) {
    unlink_parent(*child);
    generations_.lose_links();
    generations_.touch_lineage(*child);
  }
}

void ThreadTable::erase(ThreadEntry& thread) {
  generations_.touch_lineage(thread);
  detach_children(thread);
  unlink_parent(thread);
  unlink_group(thread);
  recent_[static_cast<size_t>(thread.tid) % kRecent] = nullptr;
  const bool erased = by_tid_.erase(thread.tid);
  FALCO_CHECK(erased);
  stats_.threads = by_tid_.size();
}

void ThreadTable::remove(int64_t tid) {
  ThreadEntry* thread = find(tid);
  if (!thread) return;
  if (thread->is_invalid() || !thread->group) return erase(*thread);
  mark_dead(*thread);
  if (thread->first_child) reparent_children(*thread);
  if (thread->is_main()) {
    if (thread->group->alive == 0) erase(*thread);
    return;
  }
  ThreadEntry* leader = main_of(*thread);
  const bool last_one = thread->group->alive == 0;
  erase(*thread);
  if (last_one && leader && leader->is_dead()) erase(*leader);
}

void ThreadTable::remove_secondary(ThreadGroup& group, const ThreadEntry& keep) {
  for (ThreadEntry* t = group.first; t;) {
    ThreadEntry* next = t->group_next;
    if (!t->is_main() && t != &keep) remove(t->tid);
    t = next;
  }
}

void ThreadTable::clear() {
  recent_.fill(nullptr);
  by_tid_.clear();
  groups_.clear();
  stats_.threads = 0;
}

}  // namespace fvm
