// SPDX-License-Identifier: Apache-2.0
//
// Generations: the one place that says "cached answers about this are stale". Values come from one counter, so two
// different states of a thread never carry the same number. A change that concerns many threads is one
// bump of an epoch, which a thread takes over when its next event comes (catch_up); what a thread without events would
// answer nobody asks.
#pragma once

#include <cstdint>

#include "vm/state/fd.h"
#include "vm/state/thread_entry.h"

namespace fvm {

class Generations {
 public:
  /// A Process-domain value of this thread changed.
  void touch_process(Thread& thread) { thread.process_generation = ++last_; }
  /// A value changed that this thread and others of its process read from the main thread.
  void touch_with_group(ThreadEntry& thread) {
    touch_process(thread);
    if (thread.group) touch_group(*thread.group);
  }
  /// The same; threads take it over when their next event comes.
  void touch_group(ThreadGroup& group) { group_epoch_ = group.process_epoch = ++last_; }
  void touch_container(Thread& thread) { thread.container_generation = ++last_; }
  /// Something that any thread may show changed: a user, a group.
  void touch_all_processes() { process_epoch_ = ++last_; }
  /// Metadata of some container came or went.
  void touch_all_containers() { container_epoch_ = ++last_; }
  void touch_fd(Fd& fd) { fd.generation = ++last_fd_; }

  /// `thread` comes or goes, or its parent link or what its descendants see of it changed.
  void touch_lineage(ThreadEntry& thread) {
    thread.lineage_generation = ++last_;
    if (by_number_ || thread.first_child) lineage_epoch_ = ++last_;
    // Threads read from their main thread, and walks to ancestors start there.
    else if (thread.is_main() && thread.group && thread.group->first != thread.group->last) touch_group(*thread.group);
  }

  /// From now on some thread may name a parent that is not linked to it, and find it by number: any change may concern it.
  void lose_links() { by_number_ = true; }

  void catch_up(ThreadEntry& thread) const {
    if (group_epoch_ > thread.group_seen) {  // some group has changed since the last look at this one
      if (thread.group && thread.group->process_epoch > thread.process_generation)
        thread.process_generation = thread.group->process_epoch;
      thread.group_seen = last_;
    }
    if (process_epoch_ > thread.process_generation) thread.process_generation = process_epoch_;
    if (lineage_epoch_ > thread.lineage_generation) thread.lineage_generation = lineage_epoch_;
    if (container_epoch_ > thread.container_generation) thread.container_generation = container_epoch_;
  }

 private:
  uint64_t last_ = 0;         // a machine that runs for years does not use it up
  uint64_t group_epoch_ = 0;  ///< the latest of all groups
  uint64_t process_epoch_ = 0, lineage_epoch_ = 0, container_epoch_ = 0;
  uint32_t last_fd_ = 0;
  bool by_number_ = false;
};

}  // namespace fvm
