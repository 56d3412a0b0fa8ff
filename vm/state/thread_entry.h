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

/// Parameters of an enter event, copied because its exit event comes later.
class StoredEnter {
 public:
  /// Keeps `event` unless it is larger than kStoredEnterBytes or memory is short.
  void store(const EventView& event, MemoryBudget& budget) {
    if (event.is_as_recorded()) {
      const ParamTable record = event.record();
      keep(record.lens, record.bytes(), record.count, budget);
    } else {
      store_located(event, budget);
    }
  }
  void clear() {
    if (bytes_.capacity() > kKeptBytes) {
      bytes_ = std::string();
      charge_.set(0);
    }
    count_ = 0;
    present_ = false;
  }
  bool present() const { return present_; }
  /// Empty where there is none.
  Bytes param(size_t i) const {
    if (i >= count_) return {};
    return ParamTable{fvm::as_bytes(bytes_).data(), count_}.at(i);
  }

 private:
  static constexpr size_t kHeaderBytes = 26;  // of an event record
  static constexpr size_t kInlineBytes = 15;  // of a std::string, no heap
  static constexpr size_t kKeptBytes = 128;   // memory that most events need is kept for the next one

  void keep(const uint8_t* table, size_t bytes, uint32_t count, MemoryBudget& budget) {
    clear();
    if (kHeaderBytes + bytes > limits::kStoredEnterBytes || !budget.fits(bytes)) return;
    const size_t before = bytes_.capacity();
    bytes_.assign(reinterpret_cast<const char*>(table), bytes);
    count_ = count;
    present_ = true;
    if (bytes_.capacity() != before) charge_ = MemoryCharge(&budget, bytes_.capacity() > kInlineBytes ? bytes_.capacity() : 0);
  }
  /// Of an event whose parameters don't lie behind each other.
  void store_located(const EventView& event, MemoryBudget& budget);

  MemoryCharge charge_;
  std::string bytes_;  ///< u16 lengths, then the parameters
  uint32_t count_ = 0;
  bool present_ = false;
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
