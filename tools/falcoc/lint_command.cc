// SPDX-License-Identifier: Apache-2.0
#include "tools/falcoc/lint_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "compiler/diag/render_text.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/rules_files.h"
#include "compiler/lint/fix.h"
#include "tools/falcoc/messages.h"
#include "tools/falcoc/reference.h"

namespace falcoc::tool {
namespace {

/// A repair may make room for the next one; more rounds than this would be repairs that undo each other.
constexpr int kMostRounds = 10;

/// One version of the files and what is said about it.
struct Findings {
  SourceManager sources;
  std::vector<uint32_t> files;
  Diagnostics diags;

  void check(const LintOptions& options) {
    CompileOptions compile_options;
    compile_options.emit = false;
    const std::optional<LoadedRules> loaded = load_files(sources, files, compile_options, diags);
    if (loaded) lint({sources, files, loaded->collection, loaded->rules}, options, diags);
  }
};

/// Repairs what can be repaired and writes the files. False: something was reported to `diags`.
bool repair(const Options& o, Diagnostics& diags) {
  Findings first;
  first.files = read_rules_files(o.rules, first.sources, first.diags);
  if (first.diags.has_errors()) return true;  // reported when the files are read again
  std::map<uint32_t, size_t> repaired;
  std::vector<std::string> texts;
  for (const uint32_t file : first.files) texts.emplace_back(first.sources.text(file));
  for (int round = 0; round < kMostRounds; ++round) {
    Findings now;
    for (size_t i = 0; i < texts.size(); ++i)
      now.files.push_back(now.sources.add(std::string(first.sources.name(first.files[i])), texts[i]));
    now.check(o.lint);
    if (now.diags.has_errors()) {
      if (round == 0) return true;
      diags.emit<diag::FixFailed>({}, now.diags.all().front().message);
      return false;
    }
    DiagPolicy policy = make_policy(o);
    Diagnostics ignored;
    for (const uint32_t file : now.files) policy.read_comments(now.sources, file, ignored);
    std::vector<const Diagnostic*> wanted;
    for (const Diagnostic& d : now.diags.all())
      if (policy.verdict(d) != Verdict::Hidden) wanted.push_back(&d);
    const FixedTexts fixed = apply_fixes(now.sources, wanted);
    if (fixed.applied == 0) break;
    for (const auto& [file, text] : fixed.texts) {
      texts[file] = text;
      repaired[file] += 1;
    }
  }
  for (const auto& [file, rounds] : repaired) {
    const std::string name(first.sources.name(first.files[file]));
    const std::vector<uint8_t> bytes(texts[file].begin(), texts[file].end());
    if (!write_file(name, bytes, diags)) return false;
    std::fprintf(stderr, "falcoc: repaired %s\n", printable(name).c_str());
  }
  return true;
}

int run(const Options& o, Findings& findings, Messages& messages) {
  if (o.fix && !repair(o, findings.diags)) {
    messages.flush();
    return messages.exit_code();
  }
  findings.files = read_rules_files(o.rules, findings.sources, findings.diags);
  messages.read_comments(findings.files);
  messages.flush();
  if (findings.diags.has_errors()) return messages.exit_code();
  findings.check(o.lint);
  messages.flush();
  const size_t errors = messages.errors(), warnings = messages.warnings();
  std::fprintf(stderr, "falcoc: %zu error%s, %zu warning%s\n", errors, errors == 1 ? "" : "s", warnings,
               warnings == 1 ? "" : "s");
  return messages.exit_code();
}

}  // namespace

int run_lint_command(const Options& o) {
  Findings findings;
  Messages messages(o, findings.sources, findings.diags);
  const int exit_code = run(o, findings, messages);
  messages.finish();
  return exit_code;
}

std::string list_lints(listing::Format format) {
  if (format == listing::Format::Markdown) return lints_page();
  nlohmann::json all = nlohmann::json::array();
  std::string text;
  for (const LintInfo* lint : all_lints()) {
    const DiagInfo& info = diag_info(lint->id);
    const char* level = lint->strict ? "strict" : "default";
    text += fmt::format("FC{} {:<13} {:<7} {:<3} {:<24} {}\n", info.number(), lint_group_name(lint->group), level,
                        lint->fixes ? "fix" : "", info.slug, info.text);
    all.push_back({{"id", fmt::format("FC{}", info.number())},
                   {"slug", info.slug},
                   {"group", lint_group_name(lint->group)},
                   {"level", level},
                   {"fix", lint->fixes},
                   {"text", info.text},
                   {"explanation", info.explanation}});
  }
  return format == listing::Format::Json ? all.dump(2) + "\n" : text;
}

}  // namespace falcoc::tool
