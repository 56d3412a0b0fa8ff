// SPDX-License-Identifier: Apache-2.0
//
// Lint: what is slow, wrong, easy to get around or untidy in rules that compile. Each lint is a row of diag/lints.def
// and a function over the checked rules; this file chooses which run. What they find goes to Diagnostics like
// everything else, so levels, comments and output formats are not their business.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/sema/checked_rules.h"
#include "compiler/source/source_manager.h"
#include "compiler/yaml/collection.h"

namespace falcoc {

enum class LintGroup : uint8_t { Performance, Logic, Bypass, Style, Compatibility };
std::string_view lint_group_name(LintGroup group);
std::optional<LintGroup> find_lint_group(std::string_view name);
std::vector<std::string> lint_group_names();

/// Minor number of a Falco release: 36 for falco-0.36.
std::optional<uint32_t> find_target(std::string_view name);
std::vector<std::string> target_names();

struct LintOptions {
  bool strict = false;
  std::set<LintGroup> groups;      ///< empty: all
  std::vector<std::string> tags;   ///< that rules may have; empty: the usual ones
  std::optional<uint32_t> target;  ///< compatibility lints run only with one
};

/// What lints look at: rules that compiled, before selection.
struct LintInput {
  const SourceManager& sources;
  const std::vector<uint32_t>& files;
  const Collection& collection;
  const CheckedRules& rules;
};

struct LintContext;
struct LintInfo {
  DiagId id;
  LintGroup group;
  bool strict;
  bool fixes;  ///< offers a repair where it can
  void (*run)(LintContext&);
};

/// null: the diagnostic is not a lint.
const LintInfo* find_lint(DiagId id);
/// In order of their numbers.
std::vector<const LintInfo*> all_lints();

/// Runs the lints that the options choose; what they find is in order of place.
void lint(const LintInput& input, const LintOptions& options, Diagnostics& diags);

}  // namespace falcoc
