// SPDX-License-Identifier: Apache-2.0
#include "compiler/diag/policy.h"

#include <algorithm>

#include "compiler/source/item_outline.h"

namespace falcoc {
namespace {

constexpr std::string_view kMark = "# falcoc: allow(";

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r") == std::string_view::npos; }

bool is_comment(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t");
  return first != std::string_view::npos && line[first] == '#';
}

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

/// What the comment in this line (counted from 1) is about.
SourceRange scope_of(const SourceManager& sources, uint32_t file, uint32_t line,
                     const std::vector<OutlineItem>& items) {
  const auto range_of = [&](const OutlineItem& item) { return SourceRange{file, item.begin, item.end}; };
  uint32_t below = line;
  while (below <= sources.line_count(file) && is_comment(sources.line_text(file, below))) ++below;
  if (below != line && below <= sources.line_count(file)) {
    const uint32_t begin = sources.line_begin(file, below);
    const OutlineItem* next = item_at(items, begin);
    if (next != nullptr && next->begin == begin) return range_of(*next);
  }
  const OutlineItem* around = item_at(items, sources.line_begin(file, line));
  if (around != nullptr) return range_of(*around);
  return {file, 0, static_cast<uint32_t>(sources.text(file).size())};
}

}  // namespace

void DiagPolicy::read_comments(const SourceManager& sources, uint32_t file, Diagnostics& diags) {
  const std::string_view text = sources.text(file);
  if (text.find(kMark) == std::string_view::npos) return;
  const std::vector<OutlineItem> items = outline_items(text);
  for (uint32_t line = 1; line <= sources.line_count(file); ++line) {
    const std::string_view all = sources.line_text(file, line);
    const size_t mark = all.find(kMark);
    if (mark == std::string_view::npos || (mark != 0 && !blank(all.substr(mark - 1, 1)))) continue;
    const size_t begin = mark + kMark.size();
    const std::string_view names = all.substr(begin, std::min(all.find(')', begin), all.size()) - begin);
    const SourceRange scope = scope_of(sources, file, line, items);
    for (size_t at = 0; at <= names.size();) {
      const size_t end = std::min(names.find(',', at), names.size());
      const std::string_view name = trim(names.substr(at, end - at));
      const DiagInfo* info = find_diag(name);
      if (info != nullptr && info->severity == Severity::Warning) {
        allowances_.push_back({info->id, scope});
      } else {
        const uint32_t place = sources.line_begin(file, line) + static_cast<uint32_t>(begin + at);
        diags.emit<diag::BadAllow>({file, place, place + static_cast<uint32_t>(end - at)}, name);
      }
      at = end + 1;
    }
  }
}

Verdict DiagPolicy::verdict(const Diagnostic& d) const {
  if (d.severity == Severity::Error) return Verdict::Error;
  const bool by_comment =
      d.range.known() && std::any_of(allowances_.begin(), allowances_.end(), [&](const Allowance& a) {
        return a.id == d.id && a.range.file == d.range.file && a.range.begin <= d.range.begin &&
               d.range.begin < a.range.end;
      });
  if (by_comment || allowed_.contains(d.id)) return Verdict::Hidden;
  return all_denied_ || denied_.contains(d.id) ? Verdict::Error : Verdict::Warning;
}

}  // namespace falcoc
