// SPDX-License-Identifier: Apache-2.0
#include "tools/falcoc/docs_command.h"

#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "compiler/diag/render_text.h"
#include "compiler/driver/rules_files.h"
#include "tools/falcoc/reference.h"

namespace falcoc::tool {

int run_docs_command(const Options& o) {
  const std::filesystem::path folder(o.out);
  // A folder that can't be made shows when the first page is written.
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  for (const ReferencePage& page : reference_pages()) {
    const std::string text = page.text();
    Diagnostics diags;
    if (write_file((folder / page.file).native(), {text.begin(), text.end()}, diags)) continue;
    for (const Diagnostic& d : diags.all()) std::fputs(render_text(SourceManager(), d, {}).c_str(), stderr);
    return kOutsideWorld;
  }
  std::fprintf(stderr, "falcoc: wrote %zu pages to %s\n", reference_pages().size(), printable(o.out).c_str());
  return kOk;
}

}  // namespace falcoc::tool
