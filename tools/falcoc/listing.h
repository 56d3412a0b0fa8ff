// SPDX-License-Identifier: Apache-2.0
//
// `falcoc list`: what the compiler's tables and the rules hold, as text or JSON. Events and fields: tools/listing.
#pragma once

#include <string>
#include <string_view>

#include "compiler/sema/checked_rules.h"
#include "compiler/yaml/collection.h"

namespace falcoc::tool {

/// operators or diagnostics.
std::string list_table(std::string_view subject, bool json);
/// rules, with their priority, tags and event types.
/// `only_selected`: without rules that are off.
std::string list_rules(const CheckedRules& rules, bool json, bool only_selected);
/// macros or lists.
std::string list_definitions(const Collection& collection, std::string_view subject, bool json);

}  // namespace falcoc::tool
