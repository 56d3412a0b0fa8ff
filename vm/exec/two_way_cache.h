// SPDX-License-Identifier: Apache-2.0
//
// TwoWayCache: what ValueMemo and ProcessMemo are made of: a table of fixed size with two places for each key, of which a new
// entry takes the older one. Entries are trivial and have `owner`, 0 while nothing is in them, and `age`. Allocates once,
// with the first entry. Does not know keys: who uses it compares and fills entries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <type_traits>

namespace fvm {

template <typename Entry, size_t kEntries>
class TwoWayCache {
  static_assert(std::is_trivially_copyable_v<Entry>, "an entry is empty when all of it is zero");
  static_assert((kEntries & (kEntries - 1)) == 0);

 public:
  /// The one of the two entries of `hash` for which is(entry), or null.
  template <typename Is>
  const Entry* find(uint64_t hash, Is&& is) const {
    if (!entries_) return nullptr;
    const Entry* set = &entries_[place(hash)];
    if (is(set[0])) return &set[0];
    return is(set[1]) ? &set[1] : nullptr;
  }
  /// The entry to be filled, its age set; null without memory. What it held is forgotten.
  Entry* take(uint64_t hash) {
    if (!entries_) entries_.reset(static_cast<Entry*>(std::calloc(kEntries, sizeof(Entry))));
    if (!entries_) return nullptr;
    Entry* set = &entries_[place(hash)];
    Entry& entry = set[0].age > set[1].age ? set[1] : set[0];
    if (entry.owner != 0) ++evictions_;
    entry.age = ++takes_;
    return &entry;
  }
  void clear() { entries_.reset(); }
  uint64_t evictions() const { return evictions_; }

 private:
  static size_t place(uint64_t hash) { return hash & (kEntries - 2); }

  struct Free {
    void operator()(Entry* entries) const { std::free(entries); }
  };
  /// From calloc, so that a short run touches only the memory it uses.
  std::unique_ptr<Entry[], Free> entries_;
  decltype(Entry::age) takes_ = 0;
  uint64_t evictions_ = 0;
};

}  // namespace fvm
