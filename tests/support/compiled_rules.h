// SPDX-License-Identifier: Apache-2.0
//
// From rules made by hand to an image that a machine takes; a failure on the way fails the test, with its reason.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "compiler/emit/emit.h"
#include "tests/support/sample_rules.h"
#include "vm/image/verifier.h"

namespace falcoc::test {

inline fvm::VerifiedImage verified(const std::vector<uint8_t>& bytes) {
  auto sealed = fvm::SealedImage::from_bytes(bytes);
  REQUIRE(sealed);
  auto image = fvm::verify(std::move(*sealed));
  if (!image) FAIL(fvm::describe(image.error()));
  return std::move(*image);
}

inline fvm::VerifiedImage compiled(const CheckedRules& rules, const EmitOptions& options = {}) {
  const auto image = emit(rules, options, place_of);
  REQUIRE(image);
  return verified(image->bytes);
}

}  // namespace falcoc::test
