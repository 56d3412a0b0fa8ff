// SPDX-License-Identifier: Apache-2.0
//
// EnterStore: the last old enter event of each thread, until its exit event takes its parameters. One slot per thread,
// reused; in steady state nothing is allocated. Bounded by kPendingEnters and kPendingEnterBytes: beyond, the slot
// under a moving hand makes room and is counted. Copies bytes; does not know rules.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "vm/abi/limits.h"
#include "vm/abi/tables.h"
#include "vm/base/bytes.h"

namespace fvm {

class EnterStore {
 public:
  class Slot {
   public:
    EventCode code() const { return code_; }
    size_t count() const { return count_; }
    Bytes param(size_t i) const;

   private:
    friend class EnterStore;
    static constexpr size_t kInlineBytes = 32;
    const uint8_t* bytes() const { return heap_ ? heap_.get() : inline_; }

    int64_t tid_ = 0;
    std::unique_ptr<uint8_t[]> heap_;  ///< once an event was larger than the inline room
    uint32_t heap_bytes_ = 0;
    EventCode code_{};
    uint8_t count_ = 0;
    bool occupied_ = false;
    bool known_ = false;
    uint8_t inline_[kInlineBytes] = {};  ///< u16 lengths, then the parameters
  };

  EnterStore();
  /// Replaces what the thread had, and returns its code. Every parameter is shorter than 64 KiB.
  std::optional<EventCode> put(int64_t tid, EventCode code, std::span<const Bytes> params);
  /// Null when the thread has none. The slot's bytes stay valid until the next put(); free() keeps them.
  Slot* find(int64_t tid);
  void free(Slot& slot) { slot.occupied_ = false; }
  /// Whether the thread has stored an event since it began.
  bool knows(int64_t tid) const {
    const uint32_t number = lookup(tid);
    return number != kNone && slots_[number].known_;
  }
  /// Forgets what the thread has stored, not the thread.
  void forget_event(int64_t tid) {
    const uint32_t number = lookup(tid);
    if (number != kNone) slots_[number].occupied_ = false;
  }
  /// The thread has ended; its number may come back as another one's.
  void forget(int64_t tid) {
    const uint32_t number = lookup(tid);
    if (number != kNone) slots_[number].occupied_ = slots_[number].known_ = false;
  }
  void clear();
  uint64_t evicted() const { return evicted_; }
  size_t size() const { return slots_.size(); }  ///< threads seen, with and without a stored event

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  size_t bucket_of(int64_t tid) const;
  uint32_t lookup(int64_t tid) const;
  uint32_t add(int64_t tid);
  uint32_t make_room();
  void unlink(uint32_t slot);
  void rehash(size_t buckets);
  void release_heap(Slot& slot);

  std::vector<Slot> slots_;
  std::vector<uint32_t> buckets_;  ///< slot numbers, open addressing, power of two, at most half full
  size_t heap_bytes_ = 0;
  size_t hand_ = 0;
  uint64_t evicted_ = 0;
};

}  // namespace fvm
