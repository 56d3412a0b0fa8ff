// SPDX-License-Identifier: Apache-2.0
//
// The canonical form of rules files. Works on the lines of one item after the other and touches only what it is sure
// of: order and indentation of keys, layout of `tags` and `items`, conditions wrapped at and/or, blank lines and
// trailing spaces. Comments stay where they are. Each item is read again afterwards; one that would say something else
// stays as its author wrote it. Formatting twice is formatting once. Knows nothing of what conditions mean beyond
// words, quotes and parentheses.
#pragma once

#include <optional>
#include <string>

#include "compiler/diag/diagnostics.h"
#include "compiler/source/source_manager.h"

namespace falcoc {

/// nullopt: the file is no YAML; an error was emitted.
std::optional<std::string> format_rules(const SourceManager& sources, uint32_t file, Diagnostics& diags);

/// What changes, as lines with `-` and `+` under the number of the first one; empty when nothing does.
std::string changed_lines(std::string_view before, std::string_view after);

}  // namespace falcoc
