// SPDX-License-Identifier: Apache-2.0
//
// A condition as lines: blanks outside quotes mean nothing, so it is broken in front of and/or, outermost first;
// what stands inside parentheses is indented.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace falcoc {

/// One blank between words, none at the ends; text in quotes as it is. nullopt: a quote is not closed or holds a line
/// break.
std::optional<std::string> one_blank(std::string_view condition);

/// Lines of at most `width` bytes where and/or allow it. `condition` comes from one_blank().
std::vector<std::string> wrap_condition(std::string_view condition, size_t width);

}  // namespace falcoc
