// SPDX-License-Identifier: Apache-2.0
//
// What the author of a condition that can't be parsed probably meant: words of other languages, operators misspelt,
// values without a field. Guesses only; the message itself says what is wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/parse/condition_parser.h"

namespace falcoc {

struct SyntaxHelp {
  std::string replacement;  ///< for the error's range; empty: none
  std::string text;         ///< a sentence; empty: none
};

SyntaxHelp syntax_help(std::string_view condition, const SyntaxError& error);
/// Where the last `(` stands that nothing closes, for conditions that miss a `)` at their end.
std::optional<size_t> open_parenthesis(std::string_view condition, const SyntaxError& error);
/// A word that joins checks, so no macro is called that.
bool is_connective(std::string_view word);

}  // namespace falcoc
