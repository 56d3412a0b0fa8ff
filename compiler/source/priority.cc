// SPDX-License-Identifier: Apache-2.0
#include "compiler/source/priority.h"

#include <algorithm>

namespace falcoc {

std::optional<Priority> parse_priority(std::string_view word) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const auto same = [&](std::string_view name) {
    return std::equal(word.begin(), word.end(), name.begin(), name.end(), [&](char a, char b) { return lower(a) == lower(b); });
  };
  for (size_t i = 0; i < std::size(kPriorityNames); ++i)
    if (same(kPriorityNames[i])) return static_cast<Priority>(i);
  if (same("info")) return Priority::Informational;
  return std::nullopt;
}

}  // namespace falcoc
