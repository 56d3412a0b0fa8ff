// SPDX-License-Identifier: Apache-2.0
//
// Wildcard match with the meaning of POSIX fnmatch(3) without flags in the C locale: `*` and `?` match every byte, `/` and
// leading dots included; bracket lists with ranges, negation by `!` or `^`, classes `[:alpha:]`, `[=x=]` and `[.x.]`; a backslash
// escapes the next byte. An unterminated bracket is a literal `[`. The whole text must match.
// Time is at most pattern length times text length; no heap, no recursion.
#pragma once

#include <string_view>

namespace fvm::ops {

enum class Case : bool { Exact, Ignore };

bool glob_match(std::string_view pattern, std::string_view text, Case letters = Case::Exact);

/// Whether the pattern has a byte that starts a wildcard (`?`, `*`, `[`). A backslash alone does not count.
constexpr bool has_wildcard(std::string_view pattern) { return pattern.find_first_of("?*[") != std::string_view::npos; }

}  // namespace fvm::ops
