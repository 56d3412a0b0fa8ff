// SPDX-License-Identifier: Apache-2.0
//
// Facts: what follows from terms that are known to hold. Sound and incomplete: an answer is right for every event,
// "unknown" is always allowed. What values satisfy is asked from vm/ops, the meaning that the machine has. Checks that
// authors use as switches
// (`evt.num = 0`, empty lists) are never decided, and neither are fields that yield several values or another value
// each time.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/sema/checked_rules.h"

namespace falcoc {

/// The term as an author writes it.
std::string term_text(const CheckedRules& rules, TermId id);

/// Numbers for terms and checks such that equal ones have equal numbers.
class PredicateTable {
 public:
  explicit PredicateTable(const CheckedRules& rules);
  const CheckedRules& rules() const { return rules_; }
  uint32_t term(TermId id) const { return terms_[static_cast<size_t>(id)]; }
  uint32_t check(ExprId id) const { return checks_[static_cast<size_t>(id)]; }
  size_t terms() const { return term_count_; }
  size_t checks() const { return check_count_; }
  /// At most one value per event, the same however often it is read.
  bool single_valued(TermId id) const;
  /// A switch of its author, not a statement about events.
  bool is_switch(const Expr& check) const;

 private:
  const CheckedRules& rules_;
  std::vector<uint32_t> terms_, checks_;
  size_t term_count_ = 0, check_count_ = 0;
};

class Facts {
 public:
  explicit Facts(const PredicateTable& table) : table_(&table) {}

  void assume(ExprId expr, bool truth);
  std::optional<bool> decide(ExprId expr) const;
  /// The assumptions exclude each other.
  bool contradictory() const { return contradictory_; }

  /// `field=value` pairs of an event that fits what is known; `complete` says whether nothing else is required.
  std::string example(bool& complete) const;

 private:
  struct Known {
    TermId term = TermId::None;
    std::optional<std::vector<ConstId>> values;  ///< it has one of these
    std::vector<ExprId> holds, fails;
  };
  void assume_check(ExprId id, bool truth);
  std::optional<bool> decide_check(ExprId id) const;
  std::optional<bool> decide_by_terms(const Expr& check, const Known& known) const;
  std::optional<bool> decide_by_numbers(const Expr& check, const Known& known) const;
  bool satisfies(const Expr& check, const Constant& value) const;
  bool possible(const Known& known, const Constant& value) const;

  const PredicateTable* table_;
  std::unordered_map<uint32_t, bool> checks_;  ///< by check number
  std::unordered_map<uint32_t, bool> others_;  ///< by ExprId: and, or
  std::unordered_map<uint32_t, Known> terms_;  ///< by term number
  bool contradictory_ = false;
  bool opaque_ = false;  ///< something was assumed that is only remembered as a whole
};

}  // namespace falcoc
