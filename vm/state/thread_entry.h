// SPDX-License-Identifier: Apache-2.0
//
// ThreadEntry: a Thread with what only state/ needs: links to parent, children and group, the stored enter event.
// Links are plain pointers kept by ThreadTable, which owns all entries.
#pragma once

#include <array>
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
    clear();
    size_t bytes = kHeaderBytes;
    for (size_t i = 0; i < event.nparams; ++i) bytes += event.param(i).size() + 2;
    if (bytes > limits::kStoredEnterBytes || !budget.fits(bytes)) return;
    nparams_ = event.nparams < kParams ? event.nparams : kParams;
    for (size_t i = 0; i < nparams_; ++i) {
      bytes_ += as_text(event.param(i));
      ends_[i] = static_cast<uint16_t>(bytes_.size());
    }
    present_ = true;
    if (bytes_.capacity() > kInlineBytes) charge_ = MemoryCharge(&budget, bytes_.capacity());
  }
  void clear() {
    bytes_.clear();
    if (bytes_.capacity() > kKeptBytes) {
      bytes_ = std::string();
      charge_.set(0);
    }
    nparams_ = 0;
    present_ = false;
  }
  bool present() const { return present_; }
  Bytes param(size_t i) const {
    if (i >= nparams_) return {};
    const size_t start = i == 0 ? 0 : ends_[i - 1];
    return fvm::as_bytes(std::string_view(bytes_).substr(start, ends_[i] - start));
  }

 private:
  static constexpr size_t kHeaderBytes = 26;  // of an event record
  static constexpr size_t kInlineBytes = 15;  // of a std::string, no heap
  static constexpr size_t kKeptBytes = 128;   // memory that most events need is kept for the next one
  static constexpr size_t kParams = 5;        // openat2's; the widest of the stored events
  MemoryCharge charge_;
  std::string bytes_;
  std::array<uint16_t, kParams> ends_{};
  size_t nparams_ = 0;
  bool present_ = false;
};

struct ThreadEntry;

/// The threads of one process.
struct ThreadGroup {
  int64_t pid = -1;
  uint64_t alive = 0;
  bool reaper = false;                            ///< takes over orphans: init of a namespace, or a subreaper
  ThreadEntry *first = nullptr, *last = nullptr;  ///< the main thread, if known, is first
  uint32_t process_epoch = 0;                     ///< see Generations
};

struct ThreadEntry final : Thread {
  uint32_t group_seen = 0;   ///< see Generations::catch_up
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
