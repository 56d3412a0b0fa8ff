// SPDX-License-Identifier: Apache-2.0
//
// ProcessMemo: where a process, in the state it is in, has led from a node of the decision graph, past all questions
// about it. What it is keyed by changes with exec, credentials, parents and container metadata (Thread::state_number),
// so nothing goes stale; what is no longer asked for is overwritten. A cache of fixed size, two places for each key.
// Allocates once, when first used.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "vm/abi/limits.h"
#include "vm/field/field_reader.h"

namespace fvm {

class ProcessMemo {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  uint32_t find(uint32_t node, const ProcessState& process) const {
    if (!entries_) return kNone;
    const Entry* set = &entries_[place(node, process)];
    if (set[0].is(node, process)) return set[0].next;
    return set[1].is(node, process) ? set[1].next : kNone;
  }
  void put(uint32_t node, const ProcessState& process, uint32_t next) {
    if (!entries_) entries_.reset(static_cast<Entry*>(std::calloc(limits::kProcessMemoEntries, sizeof(Entry))));
    if (!entries_) return;
    Entry* set = &entries_[place(node, process)];
    Entry& entry = set[0].age > set[1].age ? set[1] : set[0];
    if (entry.owner != 0) ++evictions_;
    entry = {process, node + 1, next, ++puts_};
  }
  void clear() { entries_.reset(); }
  uint64_t evictions() const { return evictions_; }

 private:
  /// All zero: empty.
  struct Entry {
    ProcessState process;
    uint32_t owner;  ///< the node + 1
    uint32_t next;
    uint64_t age;
    bool is(uint32_t node, const ProcessState& of) const { return owner == node + 1 && process == of; }
  };
  static_assert(sizeof(Entry) == 32);
  static_assert((limits::kProcessMemoEntries & (limits::kProcessMemoEntries - 1)) == 0);

  static size_t place(uint32_t node, const ProcessState& process) {
    uint64_t h = static_cast<uint64_t>(process.tid) ^ process.number << 24 ^ static_cast<uint64_t>(node) << 44;
    h *= 0x9E3779B97F4A7C15u;
    return (h >> 32) & (limits::kProcessMemoEntries - 2);
  }

  struct Free {
    void operator()(Entry* entries) const { std::free(entries); }
  };
  std::unique_ptr<Entry[], Free> entries_;
  uint64_t puts_ = 0;
  uint64_t evictions_ = 0;
};

}  // namespace fvm
