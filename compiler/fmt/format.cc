// SPDX-License-Identifier: Apache-2.0
#include "compiler/fmt/format.h"

#include <algorithm>
#include <vector>

#include "compiler/fmt/condition_layout.h"
#include "compiler/fmt/item_layout.h"
#include "compiler/fmt/lines.h"
#include "compiler/source/item_outline.h"
#include "compiler/yaml/yaml_reader.h"

namespace falcoc {
namespace {

using Documents = std::optional<std::vector<RawDocument>>;

Documents read(std::string_view text) {
  SourceManager sources;
  Diagnostics diags;
  return read_yaml(sources, sources.add("", std::string(text)), diags);
}

bool same(const RawDocument& a, uint32_t x, const RawDocument& b, uint32_t y, bool is_condition);

/// The same keys in any order, none twice.
bool same_mapping(const RawDocument& a, const RawNode& x, const RawDocument& b, const RawNode& y) {
  if (x.children.size() != y.children.size()) return false;
  for (size_t i = 0; i + 1 < x.children.size(); i += 2) {
    const std::string& key = a[x.children[i]].value;
    size_t found = 0;
    while (found + 1 < y.children.size() && b[y.children[found]].value != key) found += 2;
    if (found + 1 >= y.children.size() || !same(a, x.children[i + 1], b, y.children[found + 1], key == "condition"))
      return false;
  }
  return true;
}

bool same(const RawDocument& a, uint32_t x, const RawDocument& b, uint32_t y, bool is_condition) {
  const RawNode& left = a[x];
  const RawNode& right = b[y];
  if (left.kind != right.kind) return false;
  switch (left.kind) {
    case RawNode::Kind::Null:
      return true;
    case RawNode::Kind::Scalar:
      return left.value == right.value ||
             (is_condition && one_blank(left.value) && one_blank(left.value) == one_blank(right.value));
    case RawNode::Kind::Sequence:
      if (left.children.size() != right.children.size()) return false;
      for (size_t i = 0; i < left.children.size(); ++i)
        if (!same(a, left.children[i], b, right.children[i], false)) return false;
      return true;
    case RawNode::Kind::Mapping:
      return same_mapping(a, left, b, right);
  }
  return false;
}

bool same(const Documents& a, const Documents& b) {
  if (!a || !b || a->size() != b->size()) return false;
  for (size_t i = 0; i < a->size(); ++i)
    if (!same((*a)[i], (*a)[i].root, (*b)[i], (*b)[i].root, false)) return false;
  return true;
}

/// Bytes of the item without the comments and blank lines between it and the next one.
size_t content_size(std::string_view item) {
  const size_t dash = item.find('-');
  size_t size = item.size();
  while (size > 0) {
    const size_t begin = size >= 2 ? item.rfind('\n', size - 2) + 1 : 0;
    if (begin == 0) break;
    const std::string_view line = item.substr(begin, size - begin);
    const size_t first = line.find_first_not_of(" \t\n");
    if (first != std::string_view::npos && (line[first] != '#' || first > dash)) break;
    size = begin;
  }
  return size;
}

/// Comments and blank lines: no trailing spaces, no two blank lines in a row.
std::string tidy_gap(std::string_view gap) {
  std::string out;
  for (size_t begin = 0; begin < gap.size();) {
    const size_t end = std::min(gap.find('\n', begin), gap.size());
    std::string_view line = gap.substr(begin, end - begin);
    const size_t last = line.find_last_not_of(" \t");
    line = line.substr(0, last == std::string_view::npos ? 0 : last + 1);
    const size_t first = line.find_first_not_of(" \t");
    const bool twice = line.empty() && (out.empty() || out.ends_with("\n\n"));
    if (!twice) out += std::string(first == std::string_view::npos ? line : line.substr(first)) + "\n";
    begin = end + 1;
  }
  return out;
}

std::string format_item(std::string_view item) {
  std::string original(item);
  if (!original.ends_with('\n')) original += '\n';
  const Documents before = read(original);
  if (!before || before->size() != 1) return original;
  const std::optional<std::string> laid_out = lay_out_item(original, before->front());
  return laid_out && same(before, read(*laid_out)) ? *laid_out : original;
}

std::string format_text(std::string_view text) {
  const std::vector<OutlineItem> items = outline_items(text);
  if (items.empty()) return std::string(text);
  std::string out = tidy_gap(text.substr(0, items.front().begin));
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string_view whole = text.substr(items[i].begin, items[i].end - items[i].begin);
    const size_t content = content_size(whole);
    out += format_item(whole.substr(0, content));
    std::string gap = tidy_gap(whole.substr(content));
    while (i + 1 == items.size() && gap.ends_with('\n') && (gap.size() == 1 || gap[gap.size() - 2] == '\n'))
      gap.pop_back();
    if (i + 1 < items.size() || !gap.empty()) out += '\n';
    out += gap;
  }
  return out;
}

/// How far ahead the same line is looked for.
constexpr size_t kLookAhead = 200;

}  // namespace

std::optional<std::string> format_rules(const SourceManager& sources, uint32_t file, Diagnostics& diags) {
  const std::string_view text = sources.text(file);
  const Documents before = read_yaml(sources, file, diags);
  if (!before) return std::nullopt;
  // Files with other line ends, several documents or in flow style are not ours to rearrange.
  if (text.find('\r') != std::string_view::npos || before->size() != 1 || text.find("\n---") != std::string_view::npos)
    return std::string(text);
  std::string formatted = format_text(text);
  return same(before, read(formatted)) ? formatted : std::string(text);
}

std::string changed_lines(std::string_view before, std::string_view after) {
  const std::vector<std::string_view> a = lines_of(before);
  const std::vector<std::string_view> b = lines_of(after);
  std::string out;
  size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      ++i;
      ++j;
      continue;
    }
    // The nearest place where both go on alike.
    size_t skip_a = a.size() - i, skip_b = b.size() - j;
    for (size_t sum = 1; sum < 2 * kLookAhead; ++sum) {
      bool found = false;
      for (size_t da = 0; da <= sum && !found; ++da) {
        const size_t db = sum - da;
        found = i + da < a.size() && j + db < b.size() && a[i + da] == b[j + db] && !a[i + da].empty();
        if (found) {
          skip_a = da;
          skip_b = db;
        }
      }
      if (found) break;
    }
    out += fmt::format("@@ line {}\n", i + 1);
    for (size_t k = 0; k < skip_a; ++k) out += "-" + std::string(a[i + k]) + "\n";
    for (size_t k = 0; k < skip_b; ++k) out += "+" + std::string(b[j + k]) + "\n";
    i += skip_a;
    j += skip_b;
  }
  if (out.empty() && before != after) out = "@@ line breaks at the end of the file\n";
  return out;
}

}  // namespace falcoc
