// SPDX-License-Identifier: Apache-2.0
//
// One rules file through the whole compiler. Whatever compiles must verify; whatever does not must come with an error.
#include <cstddef>
#include <cstdint>
#include <string>

#include "compiler/driver/compile.h"
#include "vm/base/check.h"
#include "vm/image/verifier.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  falcoc::SourceManager sources;
  const uint32_t file = sources.add("fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size));
  falcoc::Diagnostics diags;
  const falcoc::CompileResult result = falcoc::compile(sources, {file}, {}, diags);
  FALCO_CHECK(result.loaded.has_value() || diags.has_errors());
  if (!result.image) return 0;
  auto sealed = fvm::SealedImage::from_bytes(result.image->bytes);
  FALCO_CHECK(sealed);
  FALCO_CHECK(fvm::verify(std::move(*sealed)));
  return 0;
}
