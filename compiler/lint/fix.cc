// SPDX-License-Identifier: Apache-2.0
#include "compiler/lint/fix.h"

#include <algorithm>

namespace falcoc {
namespace {

bool meet(const DiagSuggestion& a, const DiagSuggestion& b) {
  if (a.range.file != b.range.file) return false;
  // Two insertions at one place have no order; an insertion at the edge of a change neither.
  return a.range.begin <= b.range.end && b.range.begin <= a.range.end;
}

}  // namespace

FixedTexts apply_fixes(const SourceManager& sources, const std::vector<const Diagnostic*>& diagnostics) {
  FixedTexts out;
  std::vector<DiagSuggestion> taken;
  for (const Diagnostic* d : diagnostics) {
    if (!d->fix || d->fix->edits.empty()) continue;
    const std::vector<DiagSuggestion>& edits = d->fix->edits;
    const auto blocked = [&](const DiagSuggestion& edit) {
      return !edit.range.known() ||
             std::any_of(taken.begin(), taken.end(), [&](const DiagSuggestion& t) { return meet(t, edit); });
    };
    if (std::any_of(edits.begin(), edits.end(), blocked)) continue;
    taken.insert(taken.end(), edits.begin(), edits.end());
    ++out.applied;
  }
  std::sort(taken.begin(), taken.end(),
            [](const DiagSuggestion& a, const DiagSuggestion& b) { return a.range.begin > b.range.begin; });
  for (const DiagSuggestion& edit : taken) {
    const auto [text, added] = out.texts.emplace(edit.range.file, "");
    if (added) text->second = sources.text(edit.range.file);
    text->second.replace(edit.range.begin, edit.range.end - edit.range.begin, edit.replacement);
  }
  return out;
}

}  // namespace falcoc
