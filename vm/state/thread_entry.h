// SPDX-License-Identifier: Apache-2.0
//
// ThreadEntry: a Thread with what only state/ needs: links to parent, children and group, the stored enter event.
// Links are plain pointers kept by ThreadTable, which owns all entries.
#pragma once

#include <cstdint>
#include <string>

#include "vm/abi/limits.h"
#include "vm/event/event_view.h"
#include "vm/state/cgroups.h"
#include "vm/state/memory_budget.h"
#include "vm/state/thread.h"

namespace fvm {

/// Parameters of an enter event, for its exit event. Borrowed where they were read while that is known to stay as it is, else copied.
class StoredEnter {
 public:
  StoredEnter() = default;
  StoredEnter(const StoredEnter&) = delete;
  StoredEnter& operator=(const StoredEnter&) = delete;

  /// Takes `event`, unless it is larger than kStoredEnterBytes, until clear() or store(). Borrows it if that can be: then keep() has
  /// to be called before the record's memory goes away.
  void borrow(const EventView& event, MemoryBudget& budget) {
    if (!event.is_as_recorded()) return store_located(event, budget);
    clear();
    if (kHeaderBytes + event.record().bytes() > limits::kStoredEnterBytes) return;
    params_ = event.record();
    borrowed_ = true;
  }
  /// The same, copied at once.
  void store(const EventView& event, MemoryBudget& budget) {
    borrow(event, budget);
    keep(budget);
  }
  /// Copies what is borrowed; without room for it, forgets it.
  void keep(MemoryBudget& budget);
  void clear() {
    if (bytes_.capacity() > kKeptBytes) release();
    params_ = {};
    borrowed_ = false;
  }
  bool present() const { return params_.lens != nullptr; }
  /// Empty where there is none.
  Bytes param(size_t i) const { return i < params_.count ? params_.at(i) : Bytes{}; }

 private:
  static constexpr size_t kHeaderBytes = 26;  // of an event record
  static constexpr size_t kInlineBytes = 15;  // of a std::string, no heap
  static constexpr size_t kKeptBytes = 128;   // memory that most events need is kept for the next one

  void copy(const ParamTable& record, size_t bytes, MemoryBudget& budget);
  /// Of an event whose parameters don't lie behind each other.
  void store_located(const EventView& event, MemoryBudget& budget);
  void release();

  MemoryCharge charge_;
  std::string bytes_;  ///< of what is copied: u16 lengths, then the parameters
  ParamTable params_;
  bool borrowed_ = false;
};

struct ThreadEntry;

/// The threads of one process.
struct ThreadGroup {
  int64_t pid = -1;
  uint64_t alive = 0;
  bool reaper = false;                            ///< takes over orphans: init of a namespace, or a subreaper
  ThreadEntry *first = nullptr, *last = nullptr;  ///< the main thread, if known, is first
  uint64_t process_epoch = 0;                     ///< see Generations
};

struct ThreadEntry final : Thread {
  uint64_t group_seen = 0;   ///< see Generations::catch_up
  StoredEnter enter;

  ThreadEntry *parent = nullptr, *first_child = nullptr, *prev_sibling = nullptr, *next_sibling = nullptr;
  ThreadEntry *group_prev = nullptr, *group_next = nullptr;
  std::shared_ptr<const CgroupSet> cgroup_set;  ///< never null once in the table; Thread::cgroups points into it
  MemoryCharge charge;                          ///< see ThreadTable::recharge

  void set_cgroups(std::shared_ptr<const CgroupSet> set) {
    cgroups = std::shared_ptr<const Cgroups>(set, &set->list);
    cgroup_set = std::move(set);
  }
};

}  // namespace fvm
