// SPDX-License-Identifier: Apache-2.0
//
// RuleTree: the condition of one rule with each predicate counted where it stands: a macro used twice is two
// predicates. What became of an event is the truth of its predicates, and any change of the condition can be tried on
// that without an event.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "compiler/sema/checked_rules.h"

namespace falcoc::testing {

/// Truth of each predicate for one event.
using Truths = std::vector<uint8_t>;

class RuleTree {
 public:
  struct Node {
    Expr::Kind kind{};
    std::vector<uint32_t> children;
    uint32_t leaf = 0;  ///< Check
    uint32_t parent = 0;
    ExprId expr{};
  };
  struct Leaf {
    ExprId expr{};
    uint32_t node = 0;
    /// What stands for "nothing" (`not evt.num exists`, `evt.num = 0`): it can't come out both ways.
    bool is_fixed = false;
    bool is_event_type = false;
  };
  enum class Change : uint8_t { None, Negate, Drop, Swap };

  RuleTree(const CheckedRules& rules, ExprId condition);

  const std::vector<Node>& nodes() const { return nodes_; }  ///< the root is the last one; children in front of parents
  const std::vector<Leaf>& leaves() const { return leaves_; }
  /// Whether the condition holds, with one change at a node.
  bool holds(const Truths& truths, Change change = Change::None, uint32_t node = 0) const;
  /// Whether the result would be another one if this predicate came out otherwise.
  bool is_decisive(const Truths& truths, uint32_t leaf) const {
    return holds(truths) != holds(truths, Change::Negate, leaves_[leaf].node);
  }
  /// Predicates that would have to come out otherwise to make the condition `wanted`; of several ways the one of least
  /// weight. `weights`: by predicate; empty: all alike.
  std::vector<uint32_t> in_the_way(const Truths& truths, bool wanted, std::span<const uint32_t> weights = {}) const;
  /// The same to make one predicate decide, with the condition coming out as `wanted`.
  std::vector<uint32_t> in_the_way_of(uint32_t leaf, const Truths& truths, bool wanted,
                                      std::span<const uint32_t> weights = {}) const;

 private:
  uint32_t add(const CheckedRules& rules, ExprId id);
  std::vector<uint32_t> in_the_way(const std::vector<uint8_t>& values, uint32_t node, bool wanted,
                                   std::span<const uint32_t> weights) const;
  std::vector<uint8_t> values(const Truths& truths, Change change, uint32_t node) const;

  std::vector<Node> nodes_;
  std::vector<Leaf> leaves_;
};

}  // namespace falcoc::testing
