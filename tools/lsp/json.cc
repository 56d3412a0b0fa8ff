// SPDX-License-Identifier: Apache-2.0
#include "tools/lsp/json.h"

#include <limits>

namespace lsp {
namespace {

bool shallow(std::string_view text) {
  size_t depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if ((c == '[' || c == '{') && ++depth > kJsonNesting) {
      return false;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return true;
}

std::optional<uint32_t> number_member(const Json& object, const char* name) {
  const Json& number = member(object, {name});
  if (!number.is_number_unsigned()) return std::nullopt;
  const auto value = number.get<uint64_t>();
  if (value > std::numeric_limits<int32_t>::max()) return std::nullopt;
  return static_cast<uint32_t>(value);
}

Json position_json(Position position) { return {{"line", position.line}, {"character", position.character}}; }

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
  if (!shallow(text)) return std::nullopt;
  Json parsed = Json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return std::nullopt;
  return parsed;
}

const Json& member(const Json& object, std::initializer_list<const char*> path) {
  static const Json kNull;
  const Json* at = &object;
  for (const char* name : path) {
    if (!at->is_object()) return kNull;
    const auto found = at->find(name);
    if (found == at->end()) return kNull;
    at = &*found;
  }
  return *at;
}

std::optional<std::string> string_member(const Json& object, std::initializer_list<const char*> path) {
  const Json& value = member(object, path);
  if (!value.is_string()) return std::nullopt;
  return value.get<std::string>();
}

std::optional<Position> position_member(const Json& object, const char* name) {
  const Json& position = member(object, {name});
  const std::optional<uint32_t> line = number_member(position, "line");
  const std::optional<uint32_t> character = number_member(position, "character");
  if (!line || !character) return std::nullopt;
  return Position{*line, *character};
}

Json range_json(const TextPositions& positions, Span span) {
  return {{"start", position_json(positions.at(span.begin))}, {"end", position_json(positions.at(span.end))}};
}

}  // namespace lsp
