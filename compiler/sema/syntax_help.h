// SPDX-License-Identifier: Apache-2.0
//
// What the author of a condition that can't be parsed probably meant: words of other languages, operators misspelt,
// values without a field. Guesses only; the message itself says what is wrong.
#pragma once

#include <string>
#include <string_view>

#include "compiler/parse/condition_parser.h"

namespace falcoc {

struct SyntaxHelp {
  std::string replacement;  ///< for the error's range; empty: none
  std::string text;         ///< a sentence; empty: none
};

SyntaxHelp syntax_help(std::string_view condition, const SyntaxError& error);

}  // namespace falcoc
