// SPDX-License-Identifier: Apache-2.0
//
// Constants of checks: from text to a value of the field's type, with the reference's conventions (decimal numbers
// only, wrap at the width of the type, service names for ports, ...). Knows nothing of conditions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/sema/checked_rules.h"

namespace falcoc {

struct ConstantResult {
  std::optional<Constant> constant;
  std::string expected;  ///< without constant: what the text is not, e.g. "a decimal number"
};
ConstantResult convert_constant(std::string_view text, fvm::TypeId type, fvm::CmpOp op);

}  // namespace falcoc
