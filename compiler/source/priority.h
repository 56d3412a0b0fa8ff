// SPDX-License-Identifier: Apache-2.0
//
// Rule priorities: number = severity order, 0 is the most severe. Written case-insensitively in rules files, options and
// configuration; printed as the capitalised long form.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "vm/abi/priorities.h"

namespace falcoc {

enum class Priority : uint8_t { Emergency, Alert, Critical, Error, Warning, Notice, Informational, Debug };

using fvm::kPriorityNames;

constexpr std::string_view priority_name(Priority priority) { return kPriorityNames[static_cast<size_t>(priority)]; }

/// A whole word in any case: a long name, or `info`. Nothing else (`warn`, `err`, numbers).
std::optional<Priority> parse_priority(std::string_view word);

}  // namespace falcoc
