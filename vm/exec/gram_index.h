// SPDX-License-Identifier: Apache-2.0
//
// GramIndex: which of many short texts occur anywhere in another one, letter case aside, in one pass whose cost hardly
// depends on how many there are. Of each it knows one gram, a run of letters that is rare in ordinary texts; at each
// place of a text a look into a table says whether some gram may begin there. Only then is anything compared. Built
// once; finding allocates nothing. Knows no predicates.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vm/base/bytes.h"

namespace fvm {

class GramIndex {
 public:
  static constexpr size_t kLeastBytes = 2;  ///< shorter texts it does not take
  struct Entry {
    std::string_view text;  ///< in small letters; not kept
    uint32_t number;
  };

  GramIndex() = default;
  explicit GramIndex(std::span<const Entry> entries);

  bool empty() const { return entries_.empty(); }
  /// Calls f(number, place) for each place at which an entry occurs in `text`, which is in small letters.
  template <typename F>
  void find(std::string_view text, F&& f) const {
    if (!longs_.places.empty()) look<uint32_t>(longs_, text, f);
    if (!shorts_.places.empty()) look<uint16_t>(shorts_, text, f);
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Known {
    uint32_t first_letter;  ///< in letters_
    uint32_t bytes;
    uint32_t number;
    uint32_t gram_at;  ///< where in the text its gram begins
    uint32_t next;     ///< entry with the same hash, or kNone
  };
  /// Entries whose gram has one size, by the gram's hash.
  struct Table {
    uint32_t bits = 0;             ///< of a hash
    std::vector<uint8_t> known;    ///< by hash: whether it is the one of a gram
    std::vector<uint32_t> places;  ///< by the upper bits of a hash: the first entry
    uint32_t place_bits = 0;
  };
  static uint32_t hash(uint32_t gram, uint32_t bits) { return (gram * 0x9E3779B1u) >> (32 - bits); }

  template <typename Gram, typename F>
  void look(const Table& table, std::string_view text, F& f) const {
    if (text.size() < sizeof(Gram)) return;
    const auto* letters = reinterpret_cast<const uint8_t*>(text.data());
    const uint8_t* const known = table.known.data();
    const uint32_t bits = table.bits;
    const size_t end = text.size() - sizeof(Gram) + 1;
    for (size_t i = 0; i < end; ++i) {
      const uint32_t h = hash(load<Gram>(letters + i), bits);
      if (known[h] != 0) compare(table, h, text, i, f);
    }
  }
  template <typename F>
  void compare(const Table& table, uint32_t h, std::string_view text, size_t gram_at, F& f) const {
    for (uint32_t i = table.places[h >> (table.bits - table.place_bits)]; i != kNone; i = entries_[i].next) {
      const Known& entry = entries_[i];
      if (entry.gram_at > gram_at) continue;
      const size_t start = gram_at - entry.gram_at;
      if (text.size() - start < entry.bytes) continue;
      if (std::memcmp(text.data() + start, letters_.data() + entry.first_letter, entry.bytes) == 0)
        f(entry.number, start);
    }
  }
  void add(std::span<const Entry> entries, size_t gram_bytes, Table& table);

  std::string letters_;
  std::vector<Known> entries_;
  Table longs_;   ///< grams of four letters
  Table shorts_;  ///< of two, for entries that are shorter
};

}  // namespace fvm
