// SPDX-License-Identifier: Apache-2.0
#include "tools/falcoc/fmt_command.h"

#include <cstdio>
#include <string>

#include "compiler/diag/render_text.h"
#include "compiler/driver/rules_files.h"
#include "compiler/fmt/format.h"
#include "tools/falcoc/messages.h"
#include "vm/abi/limits.h"

namespace falcoc::tool {
namespace {

constexpr std::string_view kStandardInput = "-";

/// Standard input; empty after an error.
std::optional<std::string> read_standard_input(Diagnostics& diags) {
  std::string text;
  char buffer[64 * 1024];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, stdin)) {
    text.append(buffer, n);
    if (text.size() <= fvm::limits::kSourceBytes) continue;
    diags.emit<diag::FileTooLarge>({}, kStandardInput, fvm::limits::kSourceBytes);
    return std::nullopt;
  }
  if (std::ferror(stdin) == 0) return text;
  diags.emit<diag::CannotRead>({}, kStandardInput, std::string_view("reading failed"));
  return std::nullopt;
}

/// Lines of a file are shown with control characters written out.
void print_changes(std::string_view name, const std::string& changes) {
  std::printf("%s\n", printable(name).c_str());
  for (size_t begin = 0; begin < changes.size();) {
    const size_t end = std::min(changes.find('\n', begin), changes.size());
    std::printf("%s\n", printable(std::string_view(changes).substr(begin, end - begin)).c_str());
    begin = end + 1;
  }
}

}  // namespace

int run_fmt_command(const Options& o) {
  SourceManager sources;
  Diagnostics diags;
  Messages messages(o, sources, diags);
  std::vector<uint32_t> files;
  const bool from_stdin = o.rules.size() == 1 && o.rules[0] == kStandardInput;
  if (from_stdin) {
    if (auto text = read_standard_input(diags)) files.push_back(sources.add("<stdin>", std::move(*text)));
  } else {
    files = read_rules_files(o.rules, sources, diags);
  }
  size_t changed = 0;
  for (const uint32_t file : files) {
    const std::optional<std::string> text = format_rules(sources, file, diags);
    if (!text) continue;
    const std::string name(sources.name(file));
    const bool differs = *text != sources.text(file);
    if (differs) ++changed;
    if (o.check) {
      if (differs) print_changes(name, changed_lines(sources.text(file), *text));
    } else if (from_stdin) {
      std::fwrite(text->data(), 1, text->size(), stdout);
    } else if (differs && write_file(name, {text->begin(), text->end()}, diags)) {
      std::fprintf(stderr, "falcoc: formatted %s\n", printable(name).c_str());
    }
  }
  messages.finish();
  if (messages.exit_code() != kOk) return messages.exit_code();
  return o.check && changed != 0 ? kBadRules : kOk;
}

}  // namespace falcoc::tool
