// SPDX-License-Identifier: Apache-2.0
//
// Checked conditions as the language writes them, for people: macros, lists and exceptions expanded, values quoted
// where needed.
#pragma once

#include <string>

#include "compiler/sema/checked_rules.h"

namespace falcoc {

/// One predicate: `proc.name in (bash, sh)`.
std::string check_text(const CheckedRules& rules, ExprId check);
/// A whole condition on one line, with the parentheses it needs.
std::string condition_text(const CheckedRules& rules, ExprId condition);

}  // namespace falcoc
