// SPDX-License-Identifier: Apache-2.0
//
// Reading requests without trusting their shape: what is absent or of another type is null. Nothing here throws.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "tools/lsp/structure.h"
#include "tools/lsp/text_positions.h"

namespace lsp {

using Json = nlohmann::json;

/// Requests are shallow; deeper texts are refused before they are parsed.
inline constexpr size_t kJsonNesting = 64;

/// nullopt: no JSON, or nested too deeply.
std::optional<Json> parse_json(std::string_view text);
/// The member at the end of a path of names; null when there is none.
const Json& member(const Json& object, std::initializer_list<const char*> path);
/// nullopt: absent or no string.
std::optional<std::string> string_member(const Json& object, std::initializer_list<const char*> path);
/// nullopt: absent, or not two numbers that fit.
std::optional<Position> position_member(const Json& object, const char* name);
/// `{"start": …, "end": …}`.
Json range_json(const TextPositions& positions, Span span);

}  // namespace lsp
