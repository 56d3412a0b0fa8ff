// SPDX-License-Identifier: Apache-2.0
//
// The items of a rules file as lines show them: where each begins and ends, its kind and its name. Works on text that
// is no YAML (yet), so messages about broken files can say which item they are about. Knows only how items are laid out
// usually: `- ` at one indentation; files in flow style have no outline.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace falcoc {

struct OutlineItem {
  uint32_t begin = 0;  ///< first byte of the line with the `-`
  uint32_t end = 0;    ///< where the next item begins, or the text ends; includes comments in front of the next item
  std::string kind;    ///< "rule", "macro", "list", "required_engine_version", "required_plugin_versions" or empty
  std::string name;    ///< the value of that key, without quotes
};

std::vector<OutlineItem> outline_items(std::string_view text);

/// The item that `offset` lies in; null in front of the first one.
const OutlineItem* item_at(const std::vector<OutlineItem>& items, uint32_t offset);

}  // namespace falcoc
