// SPDX-License-Identifier: Apache-2.0
//
// FlatTable: open-addressing hash table keyed by a 64-bit integer, for tables that grow to a fixed ceiling. Linear
// probing with backward-shift deletion, so a table under constant turnover doesn't decay. Keys are mixed with a
// per-table seed, so that an input can't choose keys that collide. Pointers to values are valid until the next insert
// or erase. No project knowledge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "vm/base/prefetch.h"

namespace fvm {

template <typename V>
class FlatTable {
 public:
  FlatTable() : seed_(reinterpret_cast<uintptr_t>(this) * 0x9E3779B97F4A7C15ull) {}
  FlatTable(const FlatTable&) = delete;
  FlatTable& operator=(const FlatTable&) = delete;

  V* find(int64_t key) {
    if (slots_.empty()) return nullptr;
    for (size_t i = home(key);; i = next(i)) {
      Slot& s = slots_[i];
      if (!s.used) return nullptr;
      if (s.key == key) return &s.value;
    }
  }
  const V* find(int64_t key) const { return const_cast<FlatTable*>(this)->find(key); }

  /// Starts loading what find(key) will look at.
  void prefetch(int64_t key) const {
    if (!slots_.empty()) fvm::prefetch(&slots_[home(key)]);
  }

  /// Inserts or overwrites.
  V& set(int64_t key, V value) {
    if (V* present = find(key)) return *present = std::move(value);
    if ((size_ + 1) * 10 > slots_.size() * 7) grow();
    size_t i = home(key);
    while (slots_[i].used) i = next(i);
    slots_[i] = {key, std::move(value), true};
    ++size_;
    return slots_[i].value;
  }

  bool erase(int64_t key) {
    if (slots_.empty()) return false;
    size_t hole = home(key);
    for (;; hole = next(hole)) {
      if (!slots_[hole].used) return false;
      if (slots_[hole].key == key) break;
    }
    // What the slot held is destroyed last: its destructor may look here again.
    [[maybe_unused]] const Slot gone = std::exchange(slots_[hole], Slot{});
    for (size_t i = next(hole); slots_[i].used; i = next(i)) {
      const size_t distance_to_home = (i - home(slots_[i].key)) & (slots_.size() - 1);
      const size_t distance_to_hole = (i - hole) & (slots_.size() - 1);
      if (distance_to_home < distance_to_hole) continue;
      slots_[hole] = std::exchange(slots_[i], Slot{});
      hole = i;
    }
    --size_;
    return true;
  }

  void clear() {
    slots_.clear();
    size_ = 0;
  }
  size_t size() const { return size_; }

  /// Calls f(key, value) for `count` entries or all, from `hand` on, which moves behind the last one; f must not change
  /// the table. Bounded work: empty places count, too.
  template <typename F>
  void sample(size_t& hand, size_t count, F&& f) const {
    if (slots_.empty()) return;
    constexpr size_t kPlacesPerEntry = 8;
    size_t seen = 0;
    for (size_t step = 0; step < count * kPlacesPerEntry && seen < count; ++step) {
      hand = (hand + 1) & (slots_.size() - 1);
      if (!slots_[hand].used) continue;
      ++seen;
      f(slots_[hand].key, slots_[hand].value);
    }
  }

  /// Calls f(key, value) for each entry, in no particular order; f must not change the table.
  template <typename F>
  void for_each(F&& f) {
    for (Slot& s : slots_)
      if (s.used) f(s.key, s.value);
  }

 private:
  struct Slot {
    int64_t key = 0;
    V value{};
    bool used = false;
  };
  size_t home(int64_t key) const {
    uint64_t h = static_cast<uint64_t>(key) ^ seed_;
    h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDull;
    h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53ull;
    return static_cast<size_t>(h ^ (h >> 33)) & (slots_.size() - 1);
  }
  size_t next(size_t i) const { return (i + 1) & (slots_.size() - 1); }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    for (Slot& s : old) {
      if (!s.used) continue;
      size_t i = home(s.key);
      while (slots_[i].used) i = next(i);
      slots_[i] = std::move(s);
    }
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
  uint64_t seed_;
};

}  // namespace fvm
