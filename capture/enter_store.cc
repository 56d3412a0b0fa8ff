// SPDX-License-Identifier: Apache-2.0
//
// Slots lie in one array that grows to the number of threads seen. A slot's number never changes; its thread does when
// room is made.
#include "capture/enter_store.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace fvm {

void EnterStore::keep_borrowed() {
  for (const uint32_t number : borrowed_) {
    Slot& slot = slots_[number];
    slot.borrowed_ = false;
    if (slot.occupied_) copy(slot);
  }
  borrowed_.clear();
}

void EnterStore::copy(Slot& slot) {
  if (slot.payload_bytes_ > slot.own_bytes()) {
    constexpr size_t kLeastBytes = 32;
    const size_t capacity = std::max(kLeastBytes, std::bit_ceil(size_t{slot.payload_bytes_}));
    release_own(slot);
    while (own_bytes_ + capacity > limits::kPendingEnterBytes) {
      Slot& victim = slots_[hand_++ % slots_.size()];
      if (victim.own_ && victim.occupied_ && victim.payload_ == victim.own_.get()) {
        ++evicted_;
        vacate(victim);
      }
      release_own(victim);
    }
    slot.own_.reset(new uint8_t[capacity]);
    slot.own_bits_ = static_cast<uint8_t>(std::countr_zero(capacity));
    own_bytes_ += capacity;
  }
  if (slot.payload_bytes_ > 0) std::memcpy(slot.own_.get(), slot.payload_, slot.payload_bytes_);
  slot.payload_ = slot.own_.get();
}

void EnterStore::clear() {
  slots_.clear();
  by_tid_.clear();
  recent_.fill(kNone);
  occupied_.fill(0);
  borrowed_.clear();
  own_bytes_ = 0;
  hand_ = 0;
}

uint32_t EnterStore::add(int64_t tid) {
  uint32_t number;
  if (slots_.size() < limits::kPendingEnters) {
    number = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    number = make_room();
  }
  slots_[number].tid_ = tid;
  by_tid_.set(tid, number);
  return number;
}

/// A slot without a stored event if one is near the hand, otherwise the one under it.
uint32_t EnterStore::make_room() {
  constexpr size_t kLookAhead = 64;
  size_t number = hand_ % slots_.size();
  for (size_t i = 0; i < kLookAhead; ++i) {
    const size_t candidate = (hand_ + i) % slots_.size();
    if (!slots_[candidate].occupied_) {
      number = candidate;
      break;
    }
  }
  hand_ = number + 1;
  Slot& slot = slots_[number];
  if (slot.occupied_) ++evicted_;
  vacate(slot);
  slot.known_ = false;
  by_tid_.erase(slot.tid_);
  return static_cast<uint32_t>(number);
}

void EnterStore::release_own(Slot& slot) {
  own_bytes_ -= slot.own_bytes();
  slot.own_.reset();
}

}  // namespace fvm
