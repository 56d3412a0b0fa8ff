// SPDX-License-Identifier: Apache-2.0
//
// CheckedRules -> ir::Module: the conditions of enabled rules. Output terms are added by whoever lays out the image.
#pragma once

#include "compiler/ir/ir.h"

namespace falcoc::ir {

/// A rule whose condition is nested deeper than limits::kConditionDepth, or nothing.
struct TooDeep {
  uint32_t rule;
};

/// Fills `module.rules`. Returns the rule to blame when a condition is too deep.
std::optional<TooDeep> lower_conditions(const CheckedRules& rules, Module& module);

/// The same term in `module`.
TermId lower_term(const CheckedRules& rules, falcoc::TermId term, Module& module);

}  // namespace falcoc::ir
