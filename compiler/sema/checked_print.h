// SPDX-License-Identifier: Apache-2.0
//
// Stable text form of CheckedRules, for `dump --stage=checked` and goldens: per rule its head, event codes, typed
// condition tree and output parts. Shared macro trees print at each use.
#pragma once

#include <string>

#include "compiler/sema/checked_rules.h"

namespace falcoc {

std::string print_checked(const CheckedRules& rules);
std::string print_expr(const CheckedRules& rules, ExprId expr);
std::string print_term(const CheckedRules& rules, TermId term);

}  // namespace falcoc
