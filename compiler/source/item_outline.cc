// SPDX-License-Identifier: Apache-2.0
#include "compiler/source/item_outline.h"

#include <algorithm>

namespace falcoc {
namespace {

constexpr std::string_view kKinds[] = {"rule", "macro", "list", "required_engine_version", "required_plugin_versions"};

/// Calls `take(begin, line)` for each line, without its line break.
template <typename Take>
void each_line(std::string_view text, Take take) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    take(begin, text.substr(begin, end - begin));
    begin = end + 1;
  }
}

bool starts_item(std::string_view line, size_t indent) {
  return line.size() > indent && line[indent] == '-' &&
         (line.size() == indent + 1 || line[indent + 1] == ' ' || line[indent + 1] == '\r');
}

std::string plain_value(std::string_view value) {
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  if (const size_t comment = value.find(" #"); comment != std::string_view::npos) value = value.substr(0, comment);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t' || value.back() == '\r'))
    value.remove_suffix(1);
  const bool quoted =
      value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
  return std::string(quoted ? value.substr(1, value.size() - 2) : value);
}

void name_item(std::string_view text, OutlineItem& item) {
  each_line(text.substr(item.begin, item.end - item.begin), [&](size_t, std::string_view line) {
    if (!item.kind.empty()) return;
    const size_t at = line.find_first_not_of(" -");
    if (at == std::string_view::npos) return;
    for (const std::string_view kind : kKinds) {
      if (line.substr(at).starts_with(kind) && line.substr(at + kind.size()).starts_with(':')) {
        item.kind = kind;
        item.name = plain_value(line.substr(at + kind.size() + 1));
      }
    }
  });
}

}  // namespace

std::vector<OutlineItem> outline_items(std::string_view text) {
  std::vector<OutlineItem> items;
  size_t indent = std::string_view::npos;
  each_line(text, [&](size_t begin, std::string_view line) {
    if (indent == std::string_view::npos) {
      const size_t first = line.find_first_not_of(' ');
      if (first != std::string_view::npos && starts_item(line, first)) indent = first;
    }
    if (indent == std::string_view::npos || line.find_first_not_of(' ') != indent || !starts_item(line, indent)) return;
    if (!items.empty()) items.back().end = static_cast<uint32_t>(begin);
    items.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(text.size()), {}, {}});
  });
  for (OutlineItem& item : items) name_item(text, item);
  return items;
}

const OutlineItem* item_at(const std::vector<OutlineItem>& items, uint32_t offset) {
  const auto after = std::upper_bound(items.begin(), items.end(), offset,
                                      [](uint32_t at, const OutlineItem& item) { return at < item.begin; });
  return after == items.begin() ? nullptr : &*std::prev(after);
}

}  // namespace falcoc
