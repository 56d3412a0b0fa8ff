// SPDX-License-Identifier: Apache-2.0
#include "vm/exec/gram_index.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

namespace fvm {
namespace {

/// How common a letter is in paths, command lines and names: a rough order is enough.
uint32_t commonness(char letter) {
  constexpr std::string_view kEverywhere = "/etaosir ", kOften = "nlcudpbm.-0123456789_=fhg";
  if (kEverywhere.find(letter) != std::string_view::npos) return 8;
  return kOften.find(letter) != std::string_view::npos ? 4 : 1;
}

}  // namespace

GramIndex::GramIndex(std::span<const Entry> entries) {
  add(entries, sizeof(uint32_t), longs_);
  add(entries, sizeof(uint16_t), shorts_);
}

/// Takes those that are long enough for such grams, and too short for longer ones.
void GramIndex::add(std::span<const Entry> entries, size_t gram_bytes, Table& table) {
  std::vector<const Entry*> fitting;
  for (const Entry& entry : entries) {
    const bool is_long = entry.text.size() >= sizeof(uint32_t);
    if (entry.text.size() >= gram_bytes && is_long == (gram_bytes == sizeof(uint32_t))) fitting.push_back(&entry);
  }
  if (fitting.empty()) return;
  // About one hash in 64 is taken as long as a cache holds the table.
  constexpr uint32_t kLeastBits = 12, kMostBits = 17;
  table.place_bits = static_cast<uint32_t>(std::bit_width(fitting.size()));
  table.bits = std::clamp(table.place_bits + 6, kLeastBits, kMostBits);
  table.place_bits = std::min(table.place_bits, table.bits);
  table.known.resize(size_t{1} << table.bits);
  table.places.assign(size_t{1} << table.place_bits, kNone);

  std::unordered_map<uint32_t, uint32_t> used;  // by gram: how many entries it stands for
  const auto gram_of = [&](std::string_view text, size_t at) {
    const auto* letters = reinterpret_cast<const uint8_t*>(text.data()) + at;
    return gram_bytes == sizeof(uint32_t) ? load<uint32_t>(letters) : load<uint16_t>(letters);
  };
  for (const Entry* entry : fitting) {
    size_t best = 0;
    uint32_t least = UINT32_MAX;
    for (size_t at = 0; at + gram_bytes <= entry->text.size(); ++at) {
      uint32_t cost = 0;
      for (size_t i = 0; i < gram_bytes; ++i) cost += commonness(entry->text[at + i]);
      const auto shared = used.find(gram_of(entry->text, at));
      if (shared != used.end()) cost += 4 * shared->second;
      if (cost >= least) continue;
      least = cost;
      best = at;
    }
    const uint32_t gram = gram_of(entry->text, best);
    ++used[gram];
    const uint32_t h = hash(gram, table.bits);
    table.known[h] = 1;
    uint32_t& place = table.places[h >> (table.bits - table.place_bits)];
    entries_.push_back({static_cast<uint32_t>(letters_.size()), static_cast<uint32_t>(entry->text.size()),
                        entry->number, static_cast<uint32_t>(best), place});
    place = static_cast<uint32_t>(entries_.size() - 1);
    letters_ += entry->text;
  }
}

}  // namespace fvm
