// SPDX-License-Identifier: Apache-2.0
//
// One rules file through the whole compiler. Whatever compiles must verify; whatever does not must come with an error.
// What compiles is linted, and formatted: that must not change what it compiles to, and not be in need of formatting
// again.
#include <cstddef>
#include <cstdint>
#include <string>

#include "compiler/driver/compile.h"
#include "compiler/fmt/format.h"
#include "compiler/lint/lint.h"
#include "vm/base/check.h"
#include "vm/image/verifier.h"

namespace {

struct Run {
  falcoc::SourceManager sources;
  falcoc::Diagnostics diags;
  std::vector<uint32_t> files;
  falcoc::CompileResult result;

  explicit Run(std::string text) {
    files.push_back(sources.add("fuzz.yaml", std::move(text)));
    falcoc::CompileOptions options;
    options.strip = true;
    result = falcoc::compile(sources, files, options, diags);
  }
  std::string formatted() {
    const auto text = falcoc::format_rules(sources, files[0], diags);
    FALCO_CHECK(text.has_value());
    return *text;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Run run(std::string(reinterpret_cast<const char*>(data), size));
  FALCO_CHECK(run.result.loaded.has_value() || run.diags.has_errors());
  if (!run.result.image) return 0;
  auto sealed = fvm::SealedImage::from_bytes(run.result.image->bytes);
  FALCO_CHECK(sealed);
  FALCO_CHECK(fvm::verify(std::move(*sealed)));

  falcoc::LintOptions everything;
  everything.strict = true;
  everything.target = 36;
  falcoc::lint({run.sources, run.files, run.result.loaded->collection, run.result.loaded->rules}, everything,
               run.diags);

  const std::string text = run.formatted();
  Run again(text);
  FALCO_CHECK(again.result.image && again.result.image->bytes == run.result.image->bytes);
  FALCO_CHECK(again.formatted() == text);
  return 0;
}
