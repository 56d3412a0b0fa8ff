// SPDX-License-Identifier: Apache-2.0
//
// The checker: from the collected items of all files to CheckedRules. Parses all macros and conditions, resolves macros
// by reference, types fields, operators and constants, computes event sets and splits outputs. What it finds wrong goes
// to Diagnostics; a rule that fails is left out and the others are still checked, so one run shows every mistake.
// Selection (-t, -T, -D, --priority) is not its business: CheckedRule::enabled is what the item says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/parse/condition_parser.h"
#include "compiler/sema/checked_rules.h"
#include "compiler/source/recall.h"
#include "compiler/yaml/collection.h"

namespace falcoc {

struct CheckOptions {
  std::vector<std::string> append_output = {};  ///< each is added to every rule's output behind one blank
  Recall<ParsedCondition>* recall = nullptr;    ///< conditions parsed before, if that is of use
};

/// Collection::expand_lists() must have run. nullopt iff an error was emitted.
std::optional<CheckedRules> check(const Collection& collection, const CheckOptions& options, Diagnostics& diags);

/// One condition without lists and macros; the result holds one rule without name and output.
std::optional<CheckedRules> check_filter(std::string_view condition, Diagnostics& diags);

/// One output format; the result holds one rule without name and condition. A leading `*` is not part of the result's
/// parts.
std::optional<CheckedRules> check_output(std::string_view format, Diagnostics& diags);

/// Syntax trees of all macros and rules, for `dump --stage=ast`; see checked_print.h for the stage behind it.
std::string dump_syntax(const Collection& collection, Diagnostics& diags);

}  // namespace falcoc
