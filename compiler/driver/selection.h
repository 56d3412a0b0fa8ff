// SPDX-License-Identifier: Apache-2.0
//
// Selection: which of the checked rules run. Applies the rules' own `enabled`, the priority threshold, the configuration's
// ordered entries, and the command line's -t, -T, -D, and counts what each of them did.
// Facts: rules language reference 4.3 and 4.4. Knows no command line: whoever parses one fills SelectionOptions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/sema/checked_rules.h"
#include "compiler/source/priority.h"

namespace falcoc {

/// One entry of the configuration list `rules`; applied in order, the last applicable one decides.
struct SelectEntry {
  bool enable = false;
  std::optional<std::string> rule;  ///< name; `*` matches any run of characters
  std::optional<std::string> tag;   ///< exact
};

struct SelectionOptions {
  Priority min_priority = Priority::Debug;  ///< rules less severe are not installed; nothing brings them back
  std::vector<SelectEntry> entries;
  std::vector<std::string> only_tags;       ///< -t: run only rules with one of them, also those with `enabled: false`
  std::vector<std::string> without_tags;    ///< -T
  std::vector<std::string> without_names;   ///< -D: name contains the text; with `*` the whole name must match
};

struct SelectionSummary {
  size_t total = 0;
  size_t selected = 0;
  std::vector<std::string> reasons;  ///< one per criterion that was given or had an effect
  /// `selected 88 of 93 rules (-T cis: 5 disabled)`
  std::string line() const;
};

/// Sets CheckedRule::enabled; rules that an entry brings back move to the end, as in the reference. Criteria without effect get
/// a warning. Emits NothingSelected when no rule is left of at least one.
SelectionSummary select(CheckedRules& rules, const SelectionOptions& options, Diagnostics& diags);

/// `*` matches any run of characters; everything else itself.
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace falcoc
