// SPDX-License-Identifier: Apache-2.0
#include "compiler/fmt/item_layout.h"

#include <algorithm>
#include <vector>

#include "compiler/fmt/condition_layout.h"
#include "compiler/fmt/lines.h"

namespace falcoc {
namespace {

constexpr size_t kWidth = 110;
constexpr size_t kKeyColumn = 2;
constexpr size_t kValueColumn = 4;

/// The order of keys; unknown ones stay behind in their own order.
constexpr std::string_view kOrder[] = {"rule",          "macro",
                                       "list",          "desc",
                                       "source",        "condition",
                                       "items",         "output",
                                       "priority",      "tags",
                                       "exceptions",    "enabled",
                                       "warn_evttypes", "skip-if-unknown-filter",
                                       "capture",       "capture_duration",
                                       "append",        "override"};

struct Entry {
  std::vector<std::string> comments;  ///< lines in front
  std::string key;
  std::string value;              ///< behind the colon, first line
  std::vector<std::string> more;  ///< following lines
  bool block() const { return value.starts_with('|') || value.starts_with('>'); }
  /// A block whose blank lines at the end are part of the text.
  bool keeps_end() const { return block() && value.substr(0, value.find(' ')).find('+') != std::string::npos; }
};

std::string trimmed_right(std::string_view text) {
  const size_t last = text.find_last_not_of(" \t");
  return std::string(text.substr(0, last == std::string_view::npos ? 0 : last + 1));
}

size_t indent_of(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

/// `key: value` or `key:` at `column`.
bool starts_entry(std::string_view line, size_t column, size_t& colon) {
  if (indent_of(line) != column || line.size() == column) return false;
  colon = line.find(':', column);
  if (colon == std::string_view::npos) return false;
  const std::string_view key = line.substr(column, colon - column);
  const bool plain = key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_-") == std::string_view::npos &&
                     !key.starts_with('-') && !key.empty();
  return plain && (colon + 1 == line.size() || line[colon + 1] == ' ');
}

class Item {
 public:
  explicit Item(const RawDocument& document) : document_(document) {}

  /// Splits the lines into entries; false: not understood.
  bool read(std::string_view text) {
    std::vector<std::string_view> lines = lines_of(text);
    if (lines.empty()) return false;
    const size_t dash = indent_of(lines[0]);
    const size_t column = lines[0].find_first_not_of(' ', dash + 1);
    if (column == std::string_view::npos || lines[0][dash] != '-') return false;
    std::string first(lines[0]);
    first[dash] = ' ';
    lines[0] = first;
    std::vector<std::string> comments;
    for (const std::string_view line : lines) {
      size_t colon = 0;
      const bool in_block = !entries_.empty() && entries_.back().block() && comments.empty();
      if (starts_entry(line, column, colon)) {
        Entry entry;
        entry.comments = std::move(comments);
        comments.clear();
        entry.key = line.substr(column, colon - column);
        const size_t value = line.find_first_not_of(' ', colon + 1);
        if (value != std::string_view::npos) entry.value = trimmed_right(line.substr(value));
        entries_.push_back(std::move(entry));
        continue;
      }
      const size_t indent = indent_of(line);
      const bool empty = indent == line.size();
      if (!empty && line[indent] == '#' && indent <= column) {
        comments.push_back(trimmed_right(line.substr(indent)));
        continue;
      }
      // Lines of a value: deeper than its key, or elements or the end of a sequence right below it.
      const bool element =
          indent == column && (line.substr(indent).starts_with("- ") || line.substr(indent).starts_with("]"));
      if (entries_.empty() || (!comments.empty() && !empty) || (!empty && indent <= column && !element)) return false;
      if (empty && !comments.empty()) continue;
      entries_.back().more.push_back(in_block ? std::string(line) : trimmed_right(line));
    }
    tail_ = std::move(comments);
    return understood();
  }

  std::string write() {
    std::vector<Entry*> ordered;
    for (Entry& entry : entries_) ordered.push_back(&entry);
    const auto rank = [](const Entry* e) {
      return std::find(std::begin(kOrder), std::end(kOrder), e->key) - std::begin(kOrder);
    };
    // Comments above the first key belong to the item, wherever its keys go.
    std::stable_sort(ordered.begin(), ordered.end(), [&](const Entry* a, const Entry* b) { return rank(a) < rank(b); });
    std::string out;
    for (Entry* entry : ordered) {
      for (const std::string& comment : entry->comments) out += std::string(kKeyColumn, ' ') + comment + "\n";
      out += std::string(kKeyColumn, ' ') + entry->key + ":";
      write_value(*entry, out);
    }
    for (const std::string& comment : tail_) out += std::string(kKeyColumn, ' ') + comment + "\n";
    const size_t key = out.find_first_not_of(' ');
    if (key == kKeyColumn && out[key] != '#') out[0] = '-';
    return out;
  }

 private:
  bool understood() const {
    if (entries_.empty() || !entries_.front().comments.empty()) return false;
    std::vector<std::string_view> keys;
    for (const Entry& entry : entries_) {
      // Anchors may be used before they are defined once keys move; indicators of indentation fix a column.
      if (entry.value.starts_with('&') || entry.value.starts_with('*')) return false;
      if (entry.block() && entry.value.find_first_of("123456789") != std::string::npos) return false;
      if (std::find(keys.begin(), keys.end(), entry.key) != keys.end()) return false;
      keys.push_back(entry.key);
    }
    const auto leads = [&](const Entry& e) {
      return std::find(std::begin(kOrder), std::end(kOrder), e.key) - std::begin(kOrder);
    };
    for (const Entry& entry : entries_)
      if (!entry.comments.empty() && leads(entry) < 3) return false;
    return leads(entries_.front()) < 3 || entries_.size() == 1;
  }

  const RawNode* value_node(std::string_view key) const {
    const RawNode& root = document_[document_.root];
    if (root.children.size() != 1) return nullptr;
    const RawNode& map = document_[root.children[0]];
    for (size_t i = 0; i + 1 < map.children.size(); i += 2)
      if (document_[map.children[i]].value == key) return &document_[map.children[i + 1]];
    return nullptr;
  }

  void write_value(const Entry& entry, std::string& out) {
    if (entry.key == "condition" && write_condition(entry, out)) return;
    if ((entry.key == "tags" || entry.key == "items") && write_list(entry, out)) return;
    if (!entry.value.empty()) out += " " + entry.value;
    out += "\n";
    write_lines(entry, out);
  }

  /// The lines below a key, moved as a whole.
  void write_lines(const Entry& entry, std::string& out) {
    size_t least = std::string::npos;
    for (const std::string& line : entry.more)
      if (indent_of(line) != line.size()) least = std::min(least, indent_of(line));
    if (least == std::string::npos) least = kValueColumn;
    // Blank lines at the end of a value are space between items; so they would be when the value comes last.
    const auto is_blank = [&](const std::string& line) {
      return line.size() <= least && indent_of(line) == line.size();
    };
    size_t count = entry.more.size();
    while (!entry.keeps_end() && count > 0 && is_blank(entry.more[count - 1])) --count;
    for (size_t i = 0; i < count; ++i) {
      const std::string& line = entry.more[i];
      if (line.size() <= least) {
        out += "\n";
      } else {
        out += std::string(kValueColumn, ' ') + line.substr(least) + "\n";
      }
    }
  }

  bool write_condition(const Entry& entry, std::string& out) {
    const RawNode* node = value_node("condition");
    if (node == nullptr || node->kind != RawNode::Kind::Scalar || entry.value.find(" #") != std::string::npos)
      return false;
    const bool block = entry.block();
    if (!block && (entry.value.empty() || std::string_view("\"'&*!|>").find(entry.value[0]) != std::string_view::npos))
      return false;
    for (const std::string& line : entry.more)
      if (!block && line.find(" #") != std::string::npos) return false;
    // Meant as a comment, which it is not: joined to what follows the mistake would be harder to see.
    if (block && std::ranges::any_of(entry.more, [](const std::string& line) {
          const size_t first = indent_of(line);
          return first < line.size() && line[first] == '#';
        }))
      return false;
    const auto text = one_blank(node->value);
    if (!text || text->empty()) return false;
    if (!block && text->size() + std::string_view("  condition: ").size() <= kWidth) {
      out += " " + *text + "\n";
      return true;
    }
    out += " " + (block ? entry.value : std::string(">")) + "\n";
    for (const std::string& line : wrap_condition(*text, kWidth - kValueColumn))
      out += std::string(kValueColumn, ' ') + line + "\n";
    return true;
  }

  /// Flow lists of plain or quoted words, without comments.
  bool write_list(const Entry& entry, std::string& out) {
    std::string all = entry.value;
    for (const std::string& line : entry.more) all += "\n" + line;
    while (!all.empty() && (all.back() == '\n' || all.back() == ' ')) all.pop_back();
    if (!all.starts_with('[') || !all.ends_with(']') || all.find('#') != std::string::npos) return false;
    std::vector<std::string> items;
    std::string item;
    for (size_t i = 1; i + 1 < all.size(); ++i) {
      const char c = all[i];
      if ((c == '"' || c == '\'') && item.empty()) {
        const size_t end = all.find(c, i + 1);
        if (end == std::string::npos || all.find('\\', i) < end || (end + 1 < all.size() && all[end + 1] == c))
          return false;
        item = all.substr(i, end + 1 - i);
        if (item.find('\n') != std::string::npos) return false;
        i = end;
        continue;
      }
      if (std::string_view("[]{}").find(c) != std::string_view::npos) return false;
      if (c == ',') {
        if (item.empty()) return false;
        items.push_back(trimmed_right(item));
        item.clear();
      } else if (c == '\n' || c == ' ') {
        if (!item.empty() && item.back() != ' ') item += ' ';
      } else {
        item += c;
      }
    }
    if (!trimmed_right(item).empty()) items.push_back(trimmed_right(item));
    std::string line;
    for (const std::string& i : items) line += (line.empty() ? "" : ", ") + i;
    if (kKeyColumn + entry.key.size() + line.size() + 4 <= kWidth) {
      out += " [" + line + "]\n";
      return true;
    }
    out += "\n";
    line.assign(kValueColumn, ' ');
    line += '[';
    for (size_t i = 0; i < items.size(); ++i) {
      const std::string next = items[i] + (i + 1 < items.size() ? "," : "]");
      if (line.size() + next.size() + 1 > kWidth) {
        out += trimmed_right(line) + "\n";
        line.assign(kValueColumn + 1, ' ');
      }
      line += next + " ";
    }
    out += trimmed_right(line) + "\n";
    return true;
  }

  const RawDocument& document_;
  std::vector<Entry> entries_;
  std::vector<std::string> tail_;
};

}  // namespace

std::optional<std::string> lay_out_item(std::string_view text, const RawDocument& document) {
  Item item(document);
  if (!item.read(text)) return std::nullopt;
  return item.write();
}

}  // namespace falcoc
