// SPDX-License-Identifier: Apache-2.0
//
// Slots lie in one array that grows to the number of threads seen; an index by tid with linear probing finds them.
#include "capture/enter_store.h"

#include <algorithm>
#include <bit>

#include "vm/base/check.h"

namespace fvm {

namespace {

constexpr size_t kFirstBuckets = 1024;

uint64_t mix(int64_t tid) {
  uint64_t h = static_cast<uint64_t>(tid) * 0x9E3779B97F4A7C15u;
  return h ^ (h >> 32);
}

}  // namespace

Bytes EnterStore::Slot::param(size_t i) const {
  const uint8_t* lens = bytes();
  size_t at = count_ * sizeof(uint16_t);
  for (size_t k = 0; k < i; ++k) at += load<uint16_t>(lens + k * sizeof(uint16_t));
  return {lens + at, load<uint16_t>(lens + i * sizeof(uint16_t))};
}

EnterStore::EnterStore() : buckets_(kFirstBuckets, kNone) {}

EnterStore::Slot* EnterStore::find(int64_t tid) {
  const uint32_t i = lookup(tid);
  return i != kNone && slots_[i].occupied_ ? &slots_[i] : nullptr;
}

std::optional<EventCode> EnterStore::put(int64_t tid, EventCode code, std::span<const Bytes> params) {
  uint32_t number = lookup(tid);
  if (number == kNone) number = add(tid);

  size_t total = params.size() * sizeof(uint16_t);
  for (const Bytes p : params) total += p.size();
  if (total > Slot::kInlineBytes && total > slots_[number].heap_bytes_) {
    const size_t capacity = std::bit_ceil(total);
    release_heap(slots_[number]);
    while (heap_bytes_ + capacity > limits::kPendingEnterBytes) {
      Slot& victim = slots_[hand_++ % slots_.size()];
      if (victim.heap_bytes_ > 0 && victim.occupied_) ++evicted_;
      if (victim.heap_bytes_ > 0) victim.occupied_ = false;
      release_heap(victim);
    }
    slots_[number].heap_.reset(new uint8_t[capacity]);
    slots_[number].heap_bytes_ = static_cast<uint32_t>(capacity);
    heap_bytes_ += capacity;
  }

  Slot& slot = slots_[number];
  const std::optional<EventCode> replaced = slot.occupied_ ? std::optional(slot.code_) : std::nullopt;
  uint8_t* lens = slot.heap_ ? slot.heap_.get() : slot.inline_;
  uint8_t* data = lens + params.size() * sizeof(uint16_t);
  for (const Bytes p : params) {
    FALCO_DCHECK(p.size() <= UINT16_MAX);
    const uint16_t n = static_cast<uint16_t>(p.size());
    std::memcpy(lens, &n, sizeof n);
    lens += sizeof n;
    if (n > 0) std::memcpy(data, p.data(), n);
    data += n;
  }
  slot.code_ = code;
  slot.count_ = static_cast<uint8_t>(params.size());
  slot.occupied_ = slot.known_ = true;
  return replaced;
}

void EnterStore::clear() {
  slots_.clear();
  buckets_.assign(kFirstBuckets, kNone);
  heap_bytes_ = 0;
  hand_ = 0;
}

size_t EnterStore::bucket_of(int64_t tid) const { return mix(tid) & (buckets_.size() - 1); }

uint32_t EnterStore::lookup(int64_t tid) const {
  for (size_t b = bucket_of(tid); buckets_[b] != kNone; b = (b + 1) & (buckets_.size() - 1)) {
    if (slots_[buckets_[b]].tid_ == tid) return buckets_[b];
  }
  return kNone;
}

uint32_t EnterStore::add(int64_t tid) {
  uint32_t number;
  if (slots_.size() < limits::kPendingEnters) {
    number = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
    if (slots_.size() * 2 > buckets_.size()) rehash(buckets_.size() * 2);
  } else {
    number = make_room();
  }
  slots_[number].tid_ = tid;
  size_t b = bucket_of(tid);
  while (buckets_[b] != kNone) b = (b + 1) & (buckets_.size() - 1);
  buckets_[b] = number;
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
  if (slots_[number].occupied_) ++evicted_;
  slots_[number].occupied_ = slots_[number].known_ = false;
  unlink(static_cast<uint32_t>(number));
  return static_cast<uint32_t>(number);
}

/// Takes a slot out of the index and closes the gap, so that probing still finds what lies behind it.
void EnterStore::unlink(uint32_t slot) {
  const size_t mask = buckets_.size() - 1;
  size_t gap = bucket_of(slots_[slot].tid_);
  while (buckets_[gap] != slot) gap = (gap + 1) & mask;
  for (size_t b = (gap + 1) & mask; buckets_[b] != kNone; b = (b + 1) & mask) {
    const size_t home = bucket_of(slots_[buckets_[b]].tid_);
    if (((b - home) & mask) >= ((b - gap) & mask)) {
      buckets_[gap] = buckets_[b];
      gap = b;
    }
  }
  buckets_[gap] = kNone;
}

void EnterStore::rehash(size_t buckets) {
  std::vector<uint32_t> old(buckets, kNone);
  old.swap(buckets_);
  for (const uint32_t number : old) {
    if (number == kNone) continue;
    size_t b = bucket_of(slots_[number].tid_);
    while (buckets_[b] != kNone) b = (b + 1) & (buckets_.size() - 1);
    buckets_[b] = number;
  }
}

void EnterStore::release_heap(Slot& slot) {
  heap_bytes_ -= slot.heap_bytes_;
  slot.heap_bytes_ = 0;
  slot.heap_.reset();
}

}  // namespace fvm
