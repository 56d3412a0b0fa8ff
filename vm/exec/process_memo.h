// SPDX-License-Identifier: Apache-2.0
//
// ProcessMemo: where a process, in the state it is in, has led from a node of the decision graph, past all questions
// about it. What it is keyed by changes with exec, credentials, parents and container metadata (Thread::state_number),
// so nothing goes stale; what is no longer asked for is overwritten.
#pragma once

#include <cstdint>

#include "vm/abi/limits.h"
#include "vm/exec/two_way_cache.h"
#include "vm/field/field_reader.h"

namespace fvm {

class ProcessMemo {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  uint32_t find(uint32_t node, const ProcessState& process) const {
    const Entry* entry =
        entries_.find(hash(node, process), [&](const Entry& e) { return e.node == node && e.process == process; });
    return entry != nullptr ? entry->next : kNone;
  }
  void put(uint32_t node, const ProcessState& process, uint32_t next) {
    Entry* entry = entries_.take(hash(node, process));
    if (entry == nullptr) return;
    entry->process = process;
    entry->node = node;
    entry->next = next;
  }
  void clear() { entries_.clear(); }
  uint64_t evictions() const { return entries_.evictions(); }

 private:
  struct Entry {
    ProcessState process;
    uint32_t node;
    uint32_t next;
  };
  static_assert(sizeof(Entry) == 24);

  static uint64_t hash(uint32_t node, const ProcessState& process) {
    const uint64_t key = static_cast<uint64_t>(process.tid) ^ process.number << 24 ^ static_cast<uint64_t>(node) << 44;
    const uint64_t mixed = key * 0x9E3779B97F4A7C15u;
    return mixed ^ mixed >> 32;
  }

  TwoWayCache<Entry, limits::kProcessMemoEntries> entries_;
};

}  // namespace fvm
