// SPDX-License-Identifier: Apache-2.0
//
// TwoWayCache: what ValueMemo and ProcessMemo are made of: a table with two places for each key, of which a new entry
// takes the older one. Places hold entries' numbers, and entries lie together in the order in which they were first
// taken, in memory that grows with them: new memory costs the kernel more than most decisions cost us, and a long run
// finds its entries in few cache lines. Does not know keys: who uses it compares and fills entries.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>

namespace fvm {

template <typename Entry, size_t kEntries>
class TwoWayCache {
  static_assert(std::is_trivially_copyable_v<Entry>);

 public:
  /// The one of the two entries of `hash` for which is(entry), or null. All bits of `hash` matter.
  template <typename Is>
  const Entry* find(uint64_t hash, Is&& is) const {
    if (!places_) return nullptr;
    const Place* set = &places_[place(hash)];
    const uint16_t tag = tag_of(hash);
    for (size_t i = 0; i < 2; ++i) {
      if (set[i].tag != tag || set[i].number == 0) continue;
      const Entry& entry = this->entry(set[i].number);
      if (is(entry)) return &entry;
    }
    return nullptr;
  }
  /// The entry to be filled; null without memory. What it held is forgotten.
  Entry* take(uint64_t hash) {
    if (!places_) places_.reset(new (std::nothrow) Place[kEntries]());
    if (!places_) return nullptr;
    Place* set = &places_[place(hash)];
    uint16_t number = set[1].number;
    if (number != 0) {
      ++evictions_;
    } else {
      number = make();
      if (number == 0) return nullptr;
    }
    set[1] = set[0];  // the older one is the second
    set[0] = {tag_of(hash), number};
    return &entry(number);
  }
  void clear() {
    places_.reset();
    chunks_ = {};
    used_ = 0;
  }
  uint64_t evictions() const { return evictions_; }

 private:
  struct Place {
    uint16_t tag;
    uint16_t number;  ///< of the entry, from 1; 0: none
  };
  static constexpr size_t kChunk = 64;  ///< entries
  static_assert((kEntries & (kEntries - 1)) == 0 && kEntries <= UINT16_MAX && kEntries % kChunk == 0);

  static size_t place(uint64_t hash) { return hash & (kEntries - 2); }
  static uint16_t tag_of(uint64_t hash) { return static_cast<uint16_t>(hash >> 48); }

  Entry& entry(size_t number) { return chunks_[(number - 1) / kChunk][(number - 1) % kChunk]; }
  const Entry& entry(size_t number) const { return chunks_[(number - 1) / kChunk][(number - 1) % kChunk]; }
  /// The number of a new entry; 0 without memory.
  uint16_t make() {
    std::unique_ptr<Entry[]>& chunk = chunks_[used_ / kChunk];
    if (!chunk) chunk.reset(new (std::nothrow) Entry[kChunk]);
    return chunk ? ++used_ : uint16_t{0};
  }

  std::unique_ptr<Place[]> places_;  ///< sets of two, the younger one first
  std::array<std::unique_ptr<Entry[]>, kEntries / kChunk> chunks_;
  uint16_t used_ = 0;
  uint64_t evictions_ = 0;
};

}  // namespace fvm
