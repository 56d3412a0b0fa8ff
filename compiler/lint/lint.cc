// SPDX-License-Identifier: Apache-2.0
#include "compiler/lint/lint.h"

#include <algorithm>
#include <tuple>

#include "compiler/lint/context.h"

namespace falcoc {

// A row of lints.def without its function does not link.
#define FALCO_LINT(id, Sym, ...) void lint_##Sym(LintContext& context);
#include "compiler/diag/lints.def"
#undef FALCO_LINT

namespace {

enum class Level : uint8_t { Default, Strict };
enum class Repair : uint8_t { NoFix, Fix };

constexpr LintInfo kLints[] = {
#define FALCO_LINT(id, Sym, Group, level, fix, ...) \
  {DiagId::Sym, LintGroup::Group, Level::level == Level::Strict, Repair::fix == Repair::Fix, lint_##Sym},
#include "compiler/diag/lints.def"
#undef FALCO_LINT
};

constexpr std::string_view kGroupNames[] = {"performance", "logic", "bypass", "style", "compatibility"};

constexpr uint32_t kOldestTarget = 36;
constexpr uint32_t kNewestTarget = 44;

bool chosen(const LintInfo& info, const LintOptions& options) {
  if (!options.groups.empty() && !options.groups.contains(info.group)) return false;
  if (info.group == LintGroup::Compatibility && !options.target) return false;
  // Who lists the tags wants to hear of others.
  if (info.id == DiagId::UnknownTag && !options.tags.empty()) return true;
  return options.strict || !info.strict;
}

}  // namespace

std::string_view lint_group_name(LintGroup group) { return kGroupNames[static_cast<size_t>(group)]; }

std::optional<LintGroup> find_lint_group(std::string_view name) {
  const auto* found = std::find(std::begin(kGroupNames), std::end(kGroupNames), name);
  if (found == std::end(kGroupNames)) return std::nullopt;
  return static_cast<LintGroup>(found - std::begin(kGroupNames));
}

std::vector<std::string> lint_group_names() { return {std::begin(kGroupNames), std::end(kGroupNames)}; }

std::vector<std::string> target_names() {
  std::vector<std::string> names;
  for (uint32_t minor = kOldestTarget; minor <= kNewestTarget; ++minor)
    names.push_back("falco-0." + std::to_string(minor));
  return names;
}

std::optional<uint32_t> find_target(std::string_view name) {
  for (uint32_t minor = kOldestTarget; minor <= kNewestTarget; ++minor)
    if (name == "falco-0." + std::to_string(minor)) return minor;
  return std::nullopt;
}

const LintInfo* find_lint(DiagId id) {
  for (const LintInfo& info : kLints)
    if (info.id == id) return &info;
  return nullptr;
}

std::vector<const LintInfo*> all_lints() {
  std::vector<const LintInfo*> all;
  for (const LintInfo& info : kLints) all.push_back(&info);
  return all;
}

void lint(const LintInput& input, const LintOptions& options, Diagnostics& diags) {
  Diagnostics found;
  LintContext context(input, options, found);
  for (const LintInfo& info : kLints)
    if (chosen(info, options)) info.run(context);
  std::vector<Diagnostic> sorted(found.all().begin(), found.all().end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.range.file, a.range.begin, a.id) < std::tie(b.range.file, b.range.begin, b.id);
  });
  for (Diagnostic& d : sorted) diags.add(std::move(d));
}

}  // namespace falcoc
