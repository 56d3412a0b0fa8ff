// SPDX-License-Identifier: Apache-2.0
//
// An example for every diagnostic, for `falcoc explain` and docs/lint.md. Tests compile them: the bad one is reported
// with just that id, the good one is not.
#pragma once

#include <string_view>

#include "compiler/diag/diagnostics.h"

namespace falcoc {

struct DiagExample {
  /// What is an example: a whole rules file, or the condition of a rule, or (starting with `$`) a command.
  std::string_view bad;
  /// What to write instead; may be empty.
  std::string_view good;
};

const DiagExample& diag_example(DiagId id);

/// The rules file that an example means: itself, or a rule with this condition. Empty for a command.
std::string example_rules(std::string_view example);

}  // namespace falcoc
