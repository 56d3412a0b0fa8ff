// SPDX-License-Identifier: Apache-2.0
#include "compiler/diag/diagnostics.h"

#include <algorithm>

#include "vm/base/check.h"

namespace falcoc {

namespace {

constexpr bool ascending() {
  for (size_t i = 1; i < std::size(kDiagnostics); ++i)
    if (kDiagnostics[i - 1].number() >= kDiagnostics[i].number()) return false;
  return true;
}
static_assert(ascending(), "rows of diagnostics.def stand in id order");

constexpr std::string_view kLoadCodeNames[] = {
    "",
#define FALCO_LOAD_CODE(name) #name,
#include "compiler/diag/load_codes.def"
#undef FALCO_LOAD_CODE
};

}  // namespace

std::string_view load_code_name(LoadCode code) { return kLoadCodeNames[static_cast<size_t>(code)]; }

const DiagInfo& diag_info(DiagId id) {
  const DiagInfo* found = std::lower_bound(std::begin(kDiagnostics), std::end(kDiagnostics), id,
                                           [](const DiagInfo& info, DiagId wanted) { return info.id < wanted; });
  FALCO_CHECK(found != std::end(kDiagnostics) && found->id == id);
  return *found;
}

const DiagInfo* find_diag(std::string_view name) {
  std::string_view digits = name;
  if (digits.size() > 2 && (digits[0] == 'F' || digits[0] == 'f') && (digits[1] == 'C' || digits[1] == 'c')) digits.remove_prefix(2);
  for (const DiagInfo& info : kDiagnostics)
    if (info.slug == name || std::to_string(info.number()) == digits) return &info;
  return nullptr;
}

Diagnostic& Diagnostic::note(std::string text, SourceRange where) {
  notes.push_back({DiagNote::Kind::Note, std::move(text), where});
  return *this;
}

Diagnostic& Diagnostic::help(std::string text) {
  notes.push_back({DiagNote::Kind::Help, std::move(text), {}});
  return *this;
}

Diagnostic& Diagnostic::labelled(std::string text) {
  label = std::move(text);
  return *this;
}

Diagnostic& Diagnostic::suggest(SourceRange where, std::string replacement) {
  suggestion = DiagSuggestion{where, std::move(replacement)};
  return *this;
}

Diagnostic& Diagnostic::repair(std::string title, std::vector<DiagSuggestion> edits) {
  fix = DiagFix{std::move(title), std::move(edits)};
  return *this;
}

Diagnostic& Diagnostic::at(ReferencePosition position) {
  reference = position;
  return *this;
}

Diagnostic& Diagnostics::add(DiagId id, SourceRange range, std::string message) {
  Diagnostic d;
  d.id = id;
  d.severity = diag_info(id).severity;
  d.message = std::move(message);
  d.range = range;
  add(std::move(d));
  return all_.back();
}

void Diagnostics::add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::Error) ++errors_;
  all_.push_back(std::move(diagnostic));
}

void Diagnostics::take(Diagnostics&& other) {
  for (Diagnostic& d : other.all_) add(std::move(d));
  other.all_.clear();
  other.errors_ = 0;
}

std::string_view nearest_name(std::string_view wanted, const std::vector<std::string_view>& names) {
  // Optimal string alignment: insert, delete, replace, and swap of neighbours each cost one.
  constexpr size_t kLongest = 64;
  if (wanted.empty() || wanted.size() > kLongest) return {};
  size_t best = std::max<size_t>(1, wanted.size() / 4) + 1;
  std::string_view found;
  std::array<std::array<size_t, kLongest + 8>, 3> rows{};
  for (const std::string_view name : names) {
    if (name.size() + best <= wanted.size() || wanted.size() + best <= name.size() || name == wanted) continue;
    if (name.size() > kLongest + 7) continue;
    for (size_t j = 0; j <= name.size(); ++j) rows[0][j] = j;
    for (size_t i = 1; i <= wanted.size(); ++i) {
      auto& row = rows[i % 3];
      const auto& above = rows[(i + 2) % 3];
      const auto& above2 = rows[(i + 1) % 3];
      row[0] = i;
      for (size_t j = 1; j <= name.size(); ++j) {
        const size_t replace = above[j - 1] + (wanted[i - 1] == name[j - 1] ? 0 : 1);
        row[j] = std::min({above[j] + 1, row[j - 1] + 1, replace});
        if (i > 1 && j > 1 && wanted[i - 1] == name[j - 2] && wanted[i - 2] == name[j - 1]) row[j] = std::min(row[j], above2[j - 2] + 1);
      }
    }
    const size_t distance = rows[wanted.size() % 3][name.size()];
    if (distance < best) {
      best = distance;
      found = name;
    }
  }
  return found;
}

}  // namespace falcoc
