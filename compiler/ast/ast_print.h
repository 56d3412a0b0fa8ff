// SPDX-License-Identifier: Apache-2.0
//
// Text forms of a condition: the normal form (one line, comparable with the reference's compiled condition) and a tree
// dump. The normal form is for comparison; it is not always re-parsable (the empty string prints as nothing).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/ast/ast.h"

namespace falcoc::ast {

/// What stands for a macro name; nullopt: the name itself.
using MacroText = std::function<std::optional<std::string_view>(std::string_view name)>;

/// nullopt when it would be longer than `limit_bytes`.
std::optional<std::string> normal_form(const Condition& condition, const MacroText& macro_text, size_t limit_bytes);
std::string normal_form(const Condition& condition, OperandId operand);

/// A value as the normal form prints it: in quotes with escapes when it holds blanks, quotes, `=`, `\` or control
/// characters.
std::string print_value(std::string_view value);

/// Text as messages quote it: what an author can read, cut in front of a character. Names may be megabytes long.
std::string excerpt(std::string_view text);

/// One node per line with byte ranges, indented; for `dump --stage=ast` and goldens.
std::string dump(const Condition& condition);

}  // namespace falcoc::ast
