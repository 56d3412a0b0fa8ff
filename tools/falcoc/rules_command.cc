// SPDX-License-Identifier: Apache-2.0
#include "tools/falcoc/rules_command.h"

#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "compiler/diag/render_text.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/rules_files.h"
#include "compiler/sema/checked_print.h"
#include "compiler/sema/checker.h"
#include "tools/falcoc/cost_report.h"
#include "tools/falcoc/listing.h"
#include "tools/falcoc/messages.h"
#include "vm/image/disasm.h"
#include "vm/image/verifier.h"

namespace falcoc::tool {
namespace {

/// The same verifier that the host will run; an image it refuses is never written.
std::optional<fvm::VerifiedImage> verify_own(const CompiledImage& image) {
  auto sealed = fvm::SealedImage::from_bytes(image.bytes);
  if (!sealed) {
    complain("can't check the compiled rules: " + fvm::describe(sealed.error(), "memory"));
    return std::nullopt;
  }
  auto verified = fvm::verify(std::move(*sealed));
  if (!verified) {
    complain("internal error: the compiled rules do not verify: " + fvm::describe(verified.error()));
    return std::nullopt;
  }
  return std::move(*verified);
}

std::string dump_stage(const std::string& stage, const LoadedRules& loaded, const fvm::VerifiedImage& image) {
  if (stage == "asm") return fvm::disassemble(image);
  if (stage == "checked") return print_checked(loaded.rules);
  Diagnostics said_already;  // the rules were compiled before
  return dump_syntax(loaded.collection, said_already);
}

int run(const Options& o, SourceManager& sources, Diagnostics& diags, Messages& messages) {
  const std::optional<Priority> priority = parse_priority(o.priority);
  if (!priority) {
    complain("--priority: `" + o.priority +
             "` is not a priority (emergency, alert, critical, error, warning, notice, informational, debug)");
    return kUsage;
  }
  const std::vector<uint32_t> files = read_rules_files(o.rules, sources, diags);
  messages.read_comments(files);
  messages.flush();
  if (diags.has_errors()) return messages.exit_code();

  CompileOptions options;
  options.selection = {*priority, {}, o.only_tags, o.without_tags, o.without_names};
  options.strip = o.strip;
  const CompileResult result = compile(sources, files, options, diags);
  messages.flush();
  if (!result.loaded || !result.image) return messages.exit_code();

  if (o.command == Command::Cost) {
    const std::optional<std::string> report = cost_report(*result.loaded, sources, o, diags);
    if (report) std::fputs(report->c_str(), stdout);
    messages.flush();
    return messages.exit_code();
  }
  if (o.command == Command::List) {
    const bool json = o.list_format == listing::Format::Json;
    // Who chooses wants to see the choice; who doesn't, also what is there and off.
    const bool chosen = !o.only_tags.empty() || !o.without_tags.empty() || !o.without_names.empty() ||
                        *priority != Priority::Debug;
    std::fputs((o.subject == "rules" ? list_rules(result.loaded->rules, json, chosen)
                                     : list_definitions(result.loaded->collection, o.subject, json))
                   .c_str(),
               stdout);
    return messages.exit_code();
  }
  const std::optional<fvm::VerifiedImage> verified = verify_own(*result.image);
  if (!verified) return kBadRules;
  if (o.command == Command::Dump) {
    std::fputs(dump_stage(o.stage, *result.loaded, *verified).c_str(), stdout);
    return messages.exit_code();
  }

  std::fprintf(stderr, "falcoc: %s\n", printable(result.selection.line()).c_str());
  if (messages.exit_code() != kOk || o.out.empty()) return messages.exit_code();
  if (!write_file(o.out, result.image->bytes, diags)) {
    messages.flush();
    return messages.exit_code();
  }
  std::fprintf(stderr, "falcoc: wrote %s (%zu bytes)\n", printable(o.out).c_str(), result.image->bytes.size());
  return kOk;
}

}  // namespace

int run_rules_command(const Options& o) {
  SourceManager sources;
  Diagnostics diags;
  Messages messages(o, sources, diags);
  const int exit_code = run(o, sources, diags, messages);
  messages.finish();
  return exit_code;
}

}  // namespace falcoc::tool
