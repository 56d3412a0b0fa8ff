// SPDX-License-Identifier: Apache-2.0
//
// EnterStore: the last old enter event of each thread, until its exit event takes its parameters. One slot per thread,
// reused. Events are borrowed where they were read and copied only when that memory goes away (keep_borrowed()), so most are
// never copied; in steady state nothing is allocated. Bounded by kPendingEnters and kPendingEnterBytes: beyond, the slot
// under a moving hand makes room and is counted. Does not know rules.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "vm/abi/limits.h"
#include "vm/abi/tables.h"
#include "vm/base/flat_table.h"
#include "vm/event/decoder.h"
#include "vm/event/event_view.h"

namespace fvm {

class EnterStore {
 public:
  class Slot {
   public:
    EventCode code() const { return code_; }
    /// Checked when it was put.
    ParamTable params() const { return {payload_, count_}; }

   private:
    friend class EnterStore;
    size_t own_bytes() const { return own_ ? size_t{1} << own_bits_ : 0; }

    int64_t tid_ = 0;
    const uint8_t* payload_ = nullptr;  ///< u16 lengths, then the parameters
    std::unique_ptr<uint8_t[]> own_;    ///< once an event had to be copied
    uint16_t payload_bytes_ = 0;
    EventCode code_{};
    uint8_t count_ = 0;
    uint8_t own_bits_ = 0;         ///< logarithm of its size
    bool occupied_ : 1 = false;
    bool known_ : 1 = false;       ///< has stored an event since the thread began
    bool borrowed_ : 1 = false;    ///< is in borrowed_ of the store; then payload_ may point to memory of others
  };
  static_assert(sizeof(Slot) == 32, "two to a cache line");
  static_assert(limits::kPlainEventBytes - 1 <= UINT16_MAX, "a payload is shorter than the event that holds it");

  EnterStore() { clear(); }
  /// No event's code.
  static constexpr EventCode kNoEvent{UINT16_MAX};
  /// Replaces what the thread had, and returns its code, or kNoEvent. `params` have been checked and have 2-byte lengths; they are
  /// borrowed until keep_borrowed().
  EventCode put(int64_t tid, EventCode code, const WireParams& params) {
    uint32_t number = lookup(tid);
    if (number == kNone) number = add(tid);
    Slot& slot = slots_[number];
    const EventCode replaced = slot.occupied_ ? slot.code_ : kNoEvent;
    occupy(slot);
    slot.payload_ = params.lens;
    slot.payload_bytes_ = static_cast<uint16_t>(params.payload_bytes());
    slot.code_ = code;
    slot.count_ = static_cast<uint8_t>(params.count);
    slot.known_ = true;
    if (!slot.borrowed_) {
      slot.borrowed_ = true;
      borrowed_.push_back(number);
    }
    return replaced;
  }
  /// The memory that put() borrowed from is about to change: copies what is still waiting there.
  void keep_borrowed();
  /// Null when the thread has none. Its parameters stay valid until keep_borrowed(), also when it is freed.
  Slot* find(int64_t tid) {
    const uint32_t number = lookup(tid);
    return number != kNone && slots_[number].occupied_ ? &slots_[number] : nullptr;
  }
  void free(Slot& slot) { vacate(slot); }
  /// False: the thread has none. Cheaper than find(); true says nothing.
  bool may_hold(int64_t tid) const { return occupied_[place(tid)] != 0; }
  /// Whether the thread has stored an event since it began.
  bool knows(int64_t tid) {
    const uint32_t number = lookup(tid);
    return number != kNone && slots_[number].known_;
  }
  /// Forgets what the thread has stored, not the thread.
  void forget_event(int64_t tid) {
    const uint32_t number = lookup(tid);
    if (number != kNone) vacate(slots_[number]);
  }
  /// The thread has ended; its number may come back as another one's.
  void forget(int64_t tid) {
    const uint32_t number = lookup(tid);
    if (number == kNone) return;
    vacate(slots_[number]);
    slots_[number].known_ = false;
  }
  void clear();
  uint64_t evicted() const { return evicted_; }
  size_t size() const { return slots_.size(); }  ///< threads seen, with and without a stored event

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr size_t kRecent = 1024;  // power of two

  static size_t place(int64_t tid) { return static_cast<size_t>(tid) & (kRecent - 1); }
  void occupy(Slot& slot) {
    occupied_[place(slot.tid_)] += slot.occupied_ ? 0 : 1;
    slot.occupied_ = true;
  }
  void vacate(Slot& slot) {
    occupied_[place(slot.tid_)] -= slot.occupied_ ? 1 : 0;
    slot.occupied_ = false;
  }
  uint32_t lookup(int64_t tid) {
    uint32_t& recent = recent_[place(tid)];
    if (recent != kNone && slots_[recent].tid_ == tid) return recent;
    const uint32_t* number = by_tid_.find(tid);
    return number ? recent = *number : kNone;
  }
  uint32_t add(int64_t tid);
  uint32_t make_room();
  void copy(Slot& slot);
  void release_own(Slot& slot);

  std::vector<Slot> slots_;
  FlatTable<uint32_t> by_tid_;                ///< numbers of slots
  std::array<uint32_t, kRecent> recent_;      ///< numbers of the slots found last, by the low bits of the tid
  std::array<uint32_t, kRecent> occupied_;    ///< how many slots are, by the low bits of the tid
  std::vector<uint32_t> borrowed_;            ///< numbers of slots
  size_t own_bytes_ = 0;
  size_t hand_ = 0;
  uint64_t evicted_ = 0;
};

}  // namespace fvm
