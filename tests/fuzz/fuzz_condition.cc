// SPDX-License-Identifier: Apache-2.0
//
// Condition text through parser, checker, emitter and verifier. The checker may refuse it, the emitter may find it too big;
// what they accept the verifier must accept too.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "compiler/emit/emit.h"
#include "compiler/sema/checker.h"
#include "vm/base/check.h"
#include "vm/image/verifier.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view condition(reinterpret_cast<const char*>(data), size);
  falcoc::Diagnostics diags;
  const auto rules = falcoc::check_filter(condition, diags);
  FALCO_CHECK(rules.has_value() != diags.has_errors());
  if (!rules) return 0;
  const auto compiled = falcoc::emit(*rules, {}, {});
  if (!compiled) return 0;
  auto sealed = fvm::SealedImage::from_bytes(compiled->bytes);
  FALCO_CHECK(sealed);
  FALCO_CHECK(fvm::verify(std::move(*sealed)));
  return 0;
}
