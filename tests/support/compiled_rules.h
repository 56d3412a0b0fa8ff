// SPDX-License-Identifier: Apache-2.0
//
// From rules made by hand to an image that a machine takes; a failure on the way fails the test, with its reason.
#pragma once

#include <doctest/doctest.h>

#include <utility>

#include "compiler/emit/emit.h"
#include "tests/support/sample_rules.h"
#include "vm/image/verifier.h"

namespace falcoc::test {

inline fvm::VerifiedImage compiled(const CheckedRules& rules, const EmitOptions& options = {}) {
  auto image = emit(rules, options, place_of);
  REQUIRE(image);
  auto sealed = fvm::SealedImage::from_bytes(image->bytes);
  REQUIRE(sealed);
  auto verified = fvm::verify(std::move(*sealed));
  if (!verified) FAIL(fvm::describe(verified.error()));
  return std::move(*verified);
}

}  // namespace falcoc::test
