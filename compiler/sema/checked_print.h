// SPDX-License-Identifier: Apache-2.0
//
// CheckedRules as text with a stable order, for `falcoc dump --stage=checked` and goldens.
#pragma once

#include <string>

#include "compiler/sema/checked_rules.h"

namespace falcoc {

std::string print_checked(const CheckedRules& rules);

}  // namespace falcoc
