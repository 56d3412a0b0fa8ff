// SPDX-License-Identifier: Apache-2.0
//
// A text as lines. No knowledge of YAML.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace falcoc {

/// Without their line breaks; nothing behind the last one.
inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace falcoc
