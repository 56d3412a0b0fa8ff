// SPDX-License-Identifier: Apache-2.0
//
// Rules as text to a verified image.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/compiled_text.h"

namespace fvm::testing {

struct NamedCondition {
  std::string name;
  std::string condition;
};

inline VerifiedImage compiled(const std::vector<NamedCondition>& rules) {
  std::string text;
  for (const auto& [name, condition] : rules) {
    text += "- rule: " + name + "\n  desc: d\n  condition: " + condition + "\n  output: o\n  priority: INFO\n";
  }
  return compiled_text(text);
}

}  // namespace fvm::testing
