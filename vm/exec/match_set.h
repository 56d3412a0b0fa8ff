// SPDX-License-Identifier: Apache-2.0
//
// MatchSet: the rules an event matched, in installation order; the exit of the hot path. Room for every rule is taken
// once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fvm {

enum class MatchMode : uint8_t { First, All };

class MatchSet {
 public:
  explicit MatchSet(size_t rule_count) { rules_.reserve(rule_count); }
  void clear() { rules_.clear(); }
  void add(uint32_t rule) { rules_.push_back(rule); }
  size_t size() const { return rules_.size(); }
  /// Back to the first `count` rules.
  void shrink(size_t count) { rules_.resize(count); }
  bool empty() const { return rules_.empty(); }
  std::span<const uint32_t> rules() const { return rules_; }

 private:
  std::vector<uint32_t> rules_;
};

}  // namespace fvm
