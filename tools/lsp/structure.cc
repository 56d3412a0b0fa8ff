// SPDX-License-Identifier: Apache-2.0
//
// Items and keys. The words of conditions have their own file, condition_words.cc.
#include "tools/lsp/structure.h"

#include <algorithm>

#include "compiler/source/item_outline.h"

namespace lsp {
namespace {

using falcoc::ItemKind;

struct Line {
  Span range;  ///< without the line break
  std::string_view text;
  size_t indent = 0;  ///< letters in front of the first that is no blank; the whole line when there is none
  bool blank() const { return indent == text.size(); }
  bool comment() const { return !blank() && text[indent] == '#'; }
};

std::vector<Line> lines_of(std::string_view text, Span range) {
  std::vector<Line> lines;
  for (size_t begin = range.begin; begin < range.end;) {
    const size_t end = std::min(text.find('\n', begin), range.end);
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back({{begin, begin + line.size()}, line, std::min(line.find_first_not_of(" \t"), line.size())});
    begin = end + 1;
  }
  return lines;
}

/// Length of the key at `at`, which a colon and a blank or the line's end follow; 0: there is none.
size_t key_length(std::string_view line, size_t at) {
  size_t end = at;
  while (end < line.size() && (line[end] == '_' || line[end] == '-' || (line[end] >= 'a' && line[end] <= 'z'))) ++end;
  const bool is_key =
      end > at && end < line.size() && line[end] == ':' && (end + 1 == line.size() || line[end + 1] == ' ');
  return is_key ? end - at : 0;
}

/// Cuts blanks at both ends, the header of a block and quotes.
Span trim_value(std::string_view text, Span value) {
  const auto blank = [&](size_t i) { return text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r'; };
  while (value.begin < value.end && (text[value.begin] == ' ' || text[value.begin] == '\t')) ++value.begin;
  if (value.begin < value.end && (text[value.begin] == '>' || text[value.begin] == '|'))
    value.begin = std::min(text.find('\n', value.begin), value.end);
  while (value.begin < value.end && blank(value.begin)) ++value.begin;
  while (value.end > value.begin && blank(value.end - 1)) --value.end;
  const bool quoted = value.end - value.begin >= 2 && (text[value.begin] == '"' || text[value.begin] == '\'') &&
                      text[value.end - 1] == text[value.begin];
  return quoted ? Span{value.begin + 1, value.end - 1} : value;
}

Span trim_name(std::string_view text, Span value) {
  const std::string_view line = text.substr(value.begin, value.end - value.begin);
  if (const size_t comment = std::min(line.find(" #"), line.find('\n')); comment != std::string_view::npos) {
    value.end = value.begin + comment;
    return trim_value(text, value);
  }
  return value;
}

void read_keys(std::string_view text, Item& item) {
  const std::vector<Line> lines = lines_of(text, item.range);
  size_t column = std::string_view::npos;
  for (size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (line.blank() || line.comment()) continue;
    size_t at = line.indent;
    if (i == 0) at = std::min(line.text.find_first_not_of(' ', at + 1), line.text.size());
    if (column == std::string_view::npos && at < line.text.size()) column = at;
    const size_t length = at == column ? key_length(line.text, at) : 0;
    if (length == 0) {
      if (!item.keys.empty()) item.keys.back().value.end = line.range.end;
      continue;
    }
    const Span key{line.range.begin + at, line.range.begin + at + length};
    item.keys.push_back({std::string(text.substr(key.begin, length)), key, {key.end + 1, line.range.end}});
  }
  for (KeyEntry& entry : item.keys) entry.value = trim_value(text, entry.value);
}

void classify(std::string_view text, Item& item) {
  for (const KeyEntry& entry : item.keys) {
    for (const falcoc::ItemKey& key : falcoc::kItemKeys) {
      // Names are in the first rows of their kinds.
      if (key.name != entry.name || falcoc::item_key_names(key.item).front() != key.name || item.kind) continue;
      item.kind = key.item;
      item.name_range = trim_name(text, entry.value);
      item.name = text.substr(item.name_range.begin, item.name_range.end - item.name_range.begin);
    }
  }
  const KeyEntry* append = item.find("append");
  item.adds = item.find("override") != nullptr ||
              (append != nullptr && text.substr(append->value.begin).starts_with("true")) ||
              (item.kind == ItemKind::Rule && item.find("condition") == nullptr);
}

}  // namespace

const KeyEntry* Item::find(std::string_view key) const {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const KeyEntry& entry) { return entry.name == key; });
  return found == keys.end() ? nullptr : &*found;
}

const Item* Structure::item_at(size_t offset) const {
  const auto after = std::upper_bound(items.begin(), items.end(), offset,
                                      [](size_t at, const Item& item) { return at < item.range.begin; });
  return after == items.begin() ? nullptr : &*std::prev(after);
}

Structure read_structure(std::string_view text) {
  Structure structure;
  for (const falcoc::OutlineItem& outline : falcoc::outline_items(text)) {
    Item item;
    item.range = {outline.begin, outline.end};
    read_keys(text, item);
    classify(text, item);
    structure.items.push_back(std::move(item));
  }
  return structure;
}

}  // namespace lsp
