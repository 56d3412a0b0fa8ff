// SPDX-License-Identifier: Apache-2.0
#include "tools/falcoc/explain.h"

#include <fmt/format.h>

#include <cstdio>

#include "compiler/diag/examples.h"
#include "compiler/lint/lint.h"
#include "tools/falcoc/messages.h"

namespace falcoc::tool {
namespace {

std::string indented(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    out += (end > at ? "    " : "") + std::string(text.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  return out;
}

}  // namespace

int explain(const std::string& name) {
  const DiagInfo* info = find_diag(name);
  if (info == nullptr) {
    complain("there is no diagnostic `" + name + "`; `falcoc list diagnostics` shows all");
    return kUsage;
  }
  const LintInfo* lint = find_lint(info->id);
  std::string kind = info->severity == Severity::Error ? "error" : "warning";
  if (lint != nullptr)
    kind = fmt::format("lint, {}, {}", lint_group_name(lint->group), lint->strict ? "with --strict" : "by default");
  std::string out =
      fmt::format("FC{:04} {} ({})\n\n  {}\n\n{}\n", info->number(), info->slug, kind, info->text, info->explanation);
  const DiagExample& example = diag_example(info->id);
  out += "\nExample:\n\n" + indented(example.bad);
  if (!example.good.empty()) out += "\nInstead:\n\n" + indented(example.good);
  if (info->code != LoadCode::None) out += fmt::format("\nFalco reports this as {}.\n", load_code_name(info->code));
  std::fputs(out.c_str(), stdout);
  return kOk;
}

}  // namespace falcoc::tool
