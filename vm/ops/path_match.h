// SPDX-License-Identifier: Apache-2.0
//
// pmatch: a path matches an operand when the operand's components are a prefix of the path's. Empty components vanish, so
// `etc`, `/etc` and `//etc/` are the same; `/` and "" match everything. An operand component with `?`, `*` or `[` is a glob.
// path_match is the meaning; PathSet answers for a whole set at once and is what the machine uses.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fvm::ops {

/// One path against one operand. No heap.
bool path_match(std::string_view path, std::string_view operand);

/// A set of operands, compiled into a trie of components. matches() allocates nothing and visits each trie node at most once.
class PathSet {
 public:
  PathSet() = default;
  explicit PathSet(std::span<const std::string_view> operands);

  bool matches(std::string_view path) const;
  bool empty() const { return nodes_.empty(); }

 private:
  struct Edge {
    std::string component;
    uint32_t node;
  };
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  struct Node {
    std::unordered_map<std::string, uint32_t, TextHash, std::equal_to<>> exact;
    std::vector<Edge> globs;
    bool accepts = false;
  };
  bool matches_from(uint32_t node, std::string_view rest) const;

  std::vector<std::string> long_operands_;  ///< longer than the compiler makes them; kept out of the trie to bound its depth
  std::vector<Node> nodes_;                 ///< nodes_[0] is the root; empty: no operands, matches nothing
};

}  // namespace fvm::ops
