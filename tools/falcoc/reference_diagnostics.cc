// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "compiler/diag/examples.h"
#include "compiler/lint/lint.h"
#include "tools/falcoc/reference.h"

namespace falcoc::tool {
namespace {

constexpr std::string_view kLints = R"(# Lints

`falcoc lint RULES...` reports what is slow, wrong, easy to get around or untidy in rules that compile. This page is
`falcoc list lints --format markdown`. `falcoc explain ID` prints one of them.

Choosing: `--group GROUP` runs one group (repeatable), `--strict` adds what is a matter of judgement, `--target falco-0.NN`
turns on the compatibility group. Silencing: `--allow ID`, or a comment `# falcoc: allow(ID)`: on a line right above an item, in
it, or behind its text it is for that item; on top of the file, followed by a blank line, for the file. Failing: `--deny ID`
makes one warning an error, `--Werror` all. `--fix` writes the repairs of the lints marked **fix** into the files.
)";

constexpr std::string_view kDiagnosticsHead = R"(# Diagnostics

What falcoc says, by id. `falcoc explain ID` prints one of them, `falcoc list diagnostics` a line for each. Warnings can be denied
(`--deny ID`, `--Werror`) and allowed (`--allow ID`, a comment `# falcoc: allow(ID)`). Those with an id from FC4001 to FC4999 are
[lints](lint.md). What programs get instead of text is in [messages](messages.md).
)";

/// Ids from `first` on, until the next row.
struct Section {
  uint16_t first;
  std::string_view title;
};
constexpr Section kSections[] = {{1000, "YAML and items"},     {2000, "Conditions and outputs"},
                                 {3000, "Rules that compile"}, {4000, {}},
                                 {7000, "Tests of rules"},     {9000, "Files, limits, selection"}};

std::string code_block(std::string_view text) {
  return fmt::format("```{}\n{}\n```\n", text.starts_with('$') ? "sh" : "yaml", text);
}

/// The message as a quotation, with dots for what varies; nothing when all of it does.
std::string quotation(std::string_view text) {
  if (text == "{}") return {};
  std::string out = "> ";
  for (size_t at = 0; at < text.size(); ++at) {
    const bool varies = text.substr(at, 2) == "{}";
    out += varies ? std::string("…") : std::string(1, text[at]);
    if (varies) ++at;
  }
  return out + "\n\n";
}

std::string example_text(DiagId id) {
  const DiagExample& example = diag_example(id);
  std::string out = code_block(example.bad);
  if (!example.good.empty()) out += "\nInstead:\n\n" + code_block(example.good);
  return out;
}

}  // namespace

std::string lints_page() {
  std::string out(kLints);
  for (const std::string& group : lint_group_names()) {
    out += fmt::format("\n## {}\n", group);
    for (const LintInfo* lint : all_lints()) {
      if (lint_group_name(lint->group) != group) continue;
      const DiagInfo& info = diag_info(lint->id);
      out += fmt::format("\n### FC{} {}{}{}\n\n{}\n\n", info.number(), info.slug, lint->strict ? " (strict)" : "",
                         lint->fixes ? ", **fix**" : "", info.explanation);
      out += example_text(lint->id);
    }
  }
  return out;
}

std::string diagnostics_page() {
  std::string out(kDiagnosticsHead);
  const Section* section = nullptr;
  for (const DiagInfo& info : kDiagnostics) {
    const Section* own = std::begin(kSections);
    while (own + 1 != std::end(kSections) && (own + 1)->first <= info.number()) ++own;
    if (own->title.empty()) continue;
    if (own != section) out += fmt::format("\n## {}\n", own->title);
    section = own;
    out += fmt::format("\n### FC{} {} ({})\n\n{}{}\n\n", info.number(), info.slug,
                       info.severity == Severity::Error ? "error" : "warning", quotation(info.text), info.explanation);
    out += example_text(info.id);
    if (info.code != LoadCode::None) out += fmt::format("\nFalco reports this as `{}`.\n", load_code_name(info.code));
  }
  return out;
}

}  // namespace falcoc::tool
