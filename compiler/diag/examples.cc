// SPDX-License-Identifier: Apache-2.0
#include "compiler/diag/examples.h"

#include <iterator>

namespace falcoc {
namespace {

struct Row {
  DiagId id;
  DiagExample example;
};

constexpr Row kExamples[] = {
#define FALCO_EXAMPLE(Sym, bad, good) {DiagId::Sym, {bad, good}},
#include "compiler/diag/examples.def"
#undef FALCO_EXAMPLE
};

constexpr bool one_for_each() {
  if (std::size(kExamples) != std::size(kDiagnostics)) return false;
  for (size_t i = 0; i < std::size(kExamples); ++i)
    if (kExamples[i].id != kDiagnostics[i].id) return false;
  return true;
}
static_assert(one_for_each(), "examples.def has a row for each diagnostic, in the same order");

/// Items of files start like this; conditions don't.
bool is_condition(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  return !first.starts_with('-') && !first.starts_with('#') && !first.starts_with('[') &&
         first.find(": ") == std::string_view::npos && !first.ends_with(':');
}

}  // namespace

const DiagExample& diag_example(DiagId id) {
  size_t i = 0;
  while (kExamples[i].id != id) ++i;
  return kExamples[i].example;
}

std::string example_rules(std::string_view example) {
  if (example.starts_with('$')) return {};
  if (!is_condition(example)) return std::string(example) + "\n";
  std::string rule = "- rule: Example\n  desc: An example of what the text above is about\n  condition: >\n    ";
  for (const char c : example) rule += c == '\n' ? std::string("\n    ") : std::string(1, c);
  return rule + "\n  output: \"%proc.cmdline\"\n  priority: NOTICE\n  tags: [process]\n";
}

}  // namespace falcoc
