// SPDX-License-Identifier: Apache-2.0
#include "tools/falcoc/fmt_command.h"

#include <cstdio>
#include <string>

#include "compiler/diag/render_text.h"
#include "compiler/driver/rules_files.h"
#include "compiler/fmt/format.h"
#include "tools/falcoc/messages.h"

namespace falcoc::tool {
namespace {

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
  const std::vector<uint32_t> files = read_rules_files(o.rules, sources, diags);
  size_t changed = 0;
  for (const uint32_t file : files) {
    const std::optional<std::string> text = format_rules(sources, file, diags);
    if (!text) continue;
    const std::string name(sources.name(file));
    const bool differs = *text != sources.text(file);
    if (differs) ++changed;
    if (o.check) {
      if (differs) print_changes(name, changed_lines(sources.text(file), *text));
    } else if (name == kStandardInputName) {
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
