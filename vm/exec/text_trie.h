// SPDX-License-Identifier: Apache-2.0
//
// TextTrie: which of many texts another text begins with, or ends with, in one walk as long as the longest of them that
// fits. Each of the many carries a number. Built once; walking allocates nothing. Knows no predicates.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fvm {

class TextTrie {
 public:
  enum class Of : bool { Beginnings, Endings };
  struct Entry {
    std::string_view text;  ///< not kept
    uint32_t number;
  };

  explicit TextTrie(Of of) : of_(of) {}
  TextTrie(Of of, std::span<const Entry> entries);

  bool empty() const { return nodes_.empty(); }
  /// Calls f(number, bytes) for each entry that `text` begins (ends) with; `bytes` is the entry's length.
  template <typename F>
  void walk(std::string_view text, F&& f) const {
    if (nodes_.empty()) return;
    uint32_t at = 0;
    for (size_t done = 0;;) {
      const Node& node = nodes_[at];
      for (uint32_t i = 0; i < node.number_count; ++i) f(numbers_[node.first_number + i], done);
      if (done == text.size() || node.child_count == 0) return;
      const char* const firsts = firsts_.data() + node.first_child;
      const void* const found = std::memchr(firsts, letter(text, done), node.child_count);
      if (found == nullptr) return;
      at = children_[node.first_child + static_cast<size_t>(static_cast<const char*>(found) - firsts)];
      const Node& child = nodes_[at];
      if (text.size() - done < child.label_bytes) return;
      for (uint32_t i = 1; i < child.label_bytes; ++i) {
        if (letter(text, done + i) != static_cast<uint8_t>(labels_[child.first_label + i])) return;
      }
      done += child.label_bytes;
    }
  }

 private:
  /// A node stands for the letters on the way to it; the last of them are its label.
  struct Node {
    uint32_t first_label = 0, label_bytes = 0;
    uint32_t first_child = 0, child_count = 0;
    uint32_t first_number = 0, number_count = 0;
  };
  uint8_t letter(std::string_view text, size_t i) const {
    return static_cast<uint8_t>(of_ == Of::Beginnings ? text[i] : text[text.size() - 1 - i]);
  }
  struct Sorted {
    std::string text;  ///< backwards for endings
    uint32_t number;
  };
  uint32_t build(std::span<const Sorted> entries, size_t done, size_t label_from);

  Of of_;
  std::vector<Node> nodes_;  ///< nodes_[0] is the root
  std::string labels_;
  std::string firsts_;              ///< first letter of each child's label
  std::vector<uint32_t> children_;  ///< beside firsts_
  std::vector<uint32_t> numbers_;
};

}  // namespace fvm
