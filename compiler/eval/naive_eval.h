// SPDX-License-Identifier: Apache-2.0
//
// NaiveEvaluator: says which rules match by walking the checked trees, with no event index, no caches, no sets and no passes.
// It shares with the machine what one operator means for one pair of values and what a transformer computes (vm/ops), and
// nothing else: lists, endpoints, ancestors, modifiers and missing values are written out here a second time, on purpose.
// It judges the machine in tests, and says for `falcoc test` what became of each predicate.
// Must not know images, the machine, or how events become field values.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "compiler/sema/checked_rules.h"
#include "vm/base/arena.h"
#include "vm/field/field_use.h"
#include "vm/ops/regex.h"
#include "vm/ops/value.h"

namespace falcoc {

/// What a field yields for the event at hand.
using FieldValues = std::function<fvm::ValueList(const fvm::FieldUse&, fvm::Arena&)>;

/// The same field as the machine would ask for it; the key borrows from `field`.
fvm::FieldUse field_use(const FieldRef& field);

class NaiveEvaluator {
 public:
  /// Borrows the rules.
  explicit NaiveEvaluator(const CheckedRules& rules) : rules_(rules) {}

  /// Whether one predicate holds: a Kind::Check of these rules, perhaps with other constants of theirs.
  bool check_holds(const Expr& check, const FieldValues& fields, fvm::Arena& arena);
  bool holds(ExprId condition, const FieldValues& fields, fvm::Arena& arena);
  fvm::ValueList evaluate(TermId term, const FieldValues& fields, fvm::Arena& arena);
  /// Numbers of the enabled rules for system calls whose condition holds, in installation order.
  std::vector<uint32_t> matches(const FieldValues& fields, fvm::Arena& arena);

 private:
  /// `value op constant`, one to one.
  bool pair_holds(const Expr& check, const fvm::Value& value, ConstId constant);
  /// `value op right side`, modifier included.
  bool value_holds(const Expr& check, const fvm::Value& value);
  bool endpoints_hold(const Expr& check, const fvm::ValueList& ends);

  const CheckedRules& rules_;
  std::map<std::string, fvm::ops::Regex> regexes_;
};

}  // namespace falcoc
