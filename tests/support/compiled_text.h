// SPDX-License-Identifier: Apache-2.0
//
// From the text of a rules file to an image that a machine takes; a failure on the way fails the test.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "compiler/driver/compile.h"
#include "vm/image/verifier.h"

namespace fvm::testing {

inline VerifiedImage compiled_text(const std::string& text) {
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
