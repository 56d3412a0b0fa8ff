// SPDX-License-Identifier: Apache-2.0
#include "vm/exec/text_trie.h"

#include <algorithm>

namespace fvm {

TextTrie::TextTrie(Of of, std::span<const Entry> entries) : of_(of) {
  if (entries.empty()) return;
  std::vector<Sorted> sorted;
  sorted.reserve(entries.size());
  for (const Entry& entry : entries) {
    sorted.push_back({std::string(entry.text), entry.number});
    if (of == Of::Endings) std::ranges::reverse(sorted.back().text);
  }
  std::ranges::sort(sorted, {}, &Sorted::text);
  build(sorted, 0, 0);
}

/// Makes the node of sorted entries that share their first `done` letters, and what is below it. Goes as deep as the
/// longest entry has letters at which others branch off, so at most that long; texts are bounded by the image format.
uint32_t TextTrie::build(std::span<const Sorted> entries, size_t done, size_t label_from) {
  const auto at = static_cast<uint32_t>(nodes_.size());
  nodes_.emplace_back();
  Node node;
  node.first_label = static_cast<uint32_t>(labels_.size());
  node.label_bytes = static_cast<uint32_t>(done - label_from);
  labels_ += entries[0].text.substr(label_from, done - label_from);
  node.first_number = static_cast<uint32_t>(numbers_.size());
  size_t next = 0;
  for (; next < entries.size() && entries[next].text.size() == done; ++next) numbers_.push_back(entries[next].number);
  node.number_count = static_cast<uint32_t>(next);

  // Runs of entries with the same next letter.
  std::vector<std::span<const Sorted>> runs;
  while (next < entries.size()) {
    const char letter = entries[next].text[done];
    size_t end = next;
    while (end < entries.size() && entries[end].text[done] == letter) ++end;
    runs.push_back(entries.subspan(next, end - next));
    next = end;
  }
  node.first_child = static_cast<uint32_t>(children_.size());
  node.child_count = static_cast<uint32_t>(runs.size());
  for (const auto& run : runs) firsts_ += run[0].text[done];
  children_.resize(children_.size() + runs.size());
  for (size_t i = 0; i < runs.size(); ++i) {
    // Sorted, so what first and last share all share.
    const std::string& first = runs[i].front().text;
    const std::string& last = runs[i].back().text;
    size_t shared = done + 1;
    while (shared < first.size() && shared < last.size() && first[shared] == last[shared]) ++shared;
    const uint32_t child = build(runs[i], shared, done);
    children_[node.first_child + i] = child;
  }
  nodes_[at] = node;
  return at;
}

}  // namespace fvm
