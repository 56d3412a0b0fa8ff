// SPDX-License-Identifier: Apache-2.0
//
// RecentExits: which children left a moment ago. A parent's clone event that arrives after its child is gone must not
// bring the child back.
#pragma once

#include <array>
#include <cstdint>

#include "vm/abi/limits.h"
#include "vm/base/flat_table.h"

namespace fvm {

class RecentExits {
 public:
  static constexpr uint64_t kWindowNs = 2'000'000'000;

  void add(int64_t ptid, int64_t tid, uint64_t ts_ns) {
    Exit& slot = ring_[next_];
    const auto* newest = newest_.find(slot.tid);
    if (newest && *newest == next_) newest_.erase(slot.tid);
    slot = {ptid, tid, ts_ns};
    newest_.set(tid, next_);
    next_ = (next_ + 1) % limits::kRecentExits;
  }
  bool contains(int64_t ptid, int64_t tid, uint64_t now_ns) const {
    const auto* at = newest_.find(tid);
    if (!at) return false;
    const Exit& exit = ring_[*at];
    return exit.ptid == ptid && (now_ns <= exit.ts_ns || now_ns - exit.ts_ns <= kWindowNs);
  }
  void clear() {
    newest_.clear();
    ring_.fill({});
    next_ = 0;
  }

 private:
  struct Exit {
    int64_t ptid = -1, tid = -1;
    uint64_t ts_ns = 0;
  };
  std::array<Exit, limits::kRecentExits> ring_{};
  FlatTable<size_t> newest_;  // tid -> place in the ring
  size_t next_ = 0;
};

}  // namespace fvm
