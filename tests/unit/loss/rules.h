// SPDX-License-Identifier: Apache-2.0
//
// Rules as text to a verified image.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "compiler/driver/compile.h"
#include "vm/image/verifier.h"

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
  falcoc::SourceManager sources;
  falcoc::Diagnostics diags;
  const falcoc::CompileResult result = falcoc::compile(sources, {sources.add("r.yaml", text)}, {}, diags);
  REQUIRE(result.image);
  auto sealed = SealedImage::from_bytes(result.image->bytes);
  REQUIRE(sealed);
  auto verified = verify(std::move(*sealed));
  REQUIRE(verified);
  return std::move(*verified);
}

}  // namespace fvm::testing
