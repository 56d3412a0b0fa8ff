// SPDX-License-Identifier: Apache-2.0
//
// Rules in, what compiler and linter say out.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "compiler/driver/compile.h"
#include "compiler/lint/lint.h"

struct Linted {
  falcoc::SourceManager sources;
  falcoc::Diagnostics diags;

  explicit Linted(std::string text, const falcoc::LintOptions& options = all()) {
    const std::vector<uint32_t> files{sources.add("r.yaml", std::move(text))};
    falcoc::CompileOptions compile_options;
    compile_options.emit = false;
    const auto loaded = falcoc::load_files(sources, files, compile_options, diags);
    if (loaded) falcoc::lint({sources, files, loaded->collection, loaded->rules}, options, diags);
  }

  /// Everything on, as for the oldest release.
  static falcoc::LintOptions all() {
    falcoc::LintOptions options;
    options.strict = true;
    options.target = 36;
    return options;
  }

  size_t count(falcoc::DiagId id) const {
    return static_cast<size_t>(
        std::count_if(diags.all().begin(), diags.all().end(), [&](const falcoc::Diagnostic& d) { return d.id == id; }));
  }
  bool says(falcoc::DiagId id) const { return count(id) != 0; }
};

/// A rule with this condition.
inline std::string rule_with(const std::string& condition, const std::string& name = "R") {
  return "- rule: " + name + "\n  desc: what this rule is about\n  condition: " + condition +
         "\n  output: \"%proc.cmdline\"\n  priority: INFO\n  tags: [host]\n";
}
