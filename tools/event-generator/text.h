// SPDX-License-Identifier: Apache-2.0
//
// Words that stand for others in the texts of acts, such as @dir.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace event_generator {

using Replacements = std::vector<std::pair<std::string_view, std::string>>;

/// `text` with every word replaced, in the order given: what starts like another must stand in front of it.
inline std::string replaced(std::string text, const Replacements& words) {
  for (const auto& [word, value] : words) {
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + value.size())) {
      text.replace(at, word.size(), value);
    }
  }
  return text;
}

}  // namespace event_generator
