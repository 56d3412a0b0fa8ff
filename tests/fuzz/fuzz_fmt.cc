// SPDX-License-Identifier: Apache-2.0
//
// Any text through the formatter, also rules that don't compile: what it writes is YAML, and it would not change it
// again.
#include <cstddef>
#include <cstdint>
#include <string>

#include "compiler/fmt/format.h"
#include "vm/base/check.h"

namespace {

std::optional<std::string> formatted(std::string text) {
  falcoc::SourceManager sources;
  falcoc::Diagnostics diags;
  const auto out = falcoc::format_rules(sources, sources.add("fuzz.yaml", std::move(text)), diags);
  FALCO_CHECK(out.has_value() || diags.has_errors());
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto once = formatted(std::string(reinterpret_cast<const char*>(data), size));
  if (!once) return 0;
  const auto twice = formatted(*once);
  FALCO_CHECK(twice && *twice == *once);
  return 0;
}
