// SPDX-License-Identifier: Apache-2.0
//
// falcoc: the command line around the compiler library; prints messages, writes files, chooses exit codes.
// Each command is a row of kCommands (options.h) and a row of kRunners here.
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "compiler/diag/render_text.h"
#include "tools/falcoc/diff_command.h"
#include "tools/falcoc/docs_command.h"
#include "tools/falcoc/explain.h"
#include "tools/falcoc/explain_rule.h"
#include "tools/falcoc/fmt_command.h"
#include "tools/falcoc/lint_command.h"
#include "tools/falcoc/listing.h"
#include "tools/falcoc/messages.h"
#include "tools/falcoc/options.h"
#include "tools/falcoc/rules_command.h"
#include "tools/falcoc/test_command.h"
#include "tools/lsp/server.h"
#include "vm/image/disasm.h"
#include "vm/image/verifier.h"

namespace falcoc::tool {
namespace {

std::optional<fvm::VerifiedImage> load_image(const std::string& path, int& exit_code) {
  auto sealed = fvm::SealedImage::from_file(path);
  if (!sealed) {
    complain(fvm::describe(sealed.error(), path));
    exit_code = kOutsideWorld;
    return std::nullopt;
  }
  auto image = fvm::verify(std::move(*sealed));
  if (!image) {
    complain(path + ": " + fvm::describe(image.error()));
    exit_code = kBadRules;
    return std::nullopt;
  }
  return std::move(*image);
}

int run_image_command(const Options& o) {
  int exit_code = kOk;
  const std::optional<fvm::VerifiedImage> image = load_image(o.image, exit_code);
  if (!image) return exit_code;
  if (o.command == Command::Disasm) {
    std::fputs(fvm::disassemble(*image).c_str(), stdout);
  } else {
    std::printf("%s: fine: %zu rules, %zu predicates, %zu programs, %zu bytes\n", printable(o.image).c_str(),
                image->view().rules().size(), image->view().predicates().size(), image->view().programs().size(),
                image->view().bytes().size());
  }
  return kOk;
}

int run_on_rules(const Options& o, int (*run)(const Options&)) {
  if (!o.rules.empty()) return run(o);
  complain("no rules given; see falcoc --help");
  return kUsage;
}

int compile_rules(const Options& o) { return run_on_rules(o, run_rules_command); }
int lint_rules(const Options& o) { return run_on_rules(o, run_lint_command); }
int explain_one(const Options& o) { return o.rules.empty() ? explain(o.subject) : explain_rule(o); }

int list(const Options& o) {
  const bool from_abi = o.subject == "fields" || o.subject == "events";
  if (o.list_format == listing::Format::Markdown && !from_abi && o.subject != "lints") {
    complain("only fields, events and lints are listed as Markdown");
    return kUsage;
  }
  std::string text;
  if (from_abi) {
    text = o.subject == "fields" ? listing::fields(o.list_format) : listing::events(o.list_format);
  } else if (o.subject == "lints") {
    text = list_lints(o.list_format);
  } else if (o.subject == "operators" || o.subject == "diagnostics") {
    text = list_table(o.subject, o.list_format == listing::Format::Json);
  } else {
    return compile_rules(o);
  }
  std::fputs(text.c_str(), stdout);
  return kOk;
}

int serve_editor(const Options&) {
  // An editor that died is an error of write(), not the end of this process by a signal.
  std::signal(SIGPIPE, SIG_IGN);
  return lsp::serve(STDIN_FILENO, STDOUT_FILENO) ? kOk : kBadRules;
}

struct Runner {
  Command command;
  int (*run)(const Options&);
};
constexpr Runner kRunners[] = {
    {Command::Compile, compile_rules},
    {Command::Lint, lint_rules}, {Command::Fmt, run_fmt_command}, {Command::Cost, compile_rules},
    {Command::Test, run_test_command}, {Command::Diff, run_diff_command},
    {Command::Dump, compile_rules},
    {Command::List, list},
    {Command::Explain, explain_one},
    {Command::Docs, run_docs_command},
    {Command::Lsp, serve_editor},
    {Command::Verify, run_image_command},
    {Command::Disasm, run_image_command},
};
static_assert(std::size(kRunners) == std::size(kCommands) + 1, "every command has a runner");

int run(int argc, char** argv) {
  int exit_code = kOk;
  const std::optional<Options> o = parse_options(argc, argv, exit_code);
  if (!o) return exit_code;
  for (const Runner& runner : kRunners)
    if (runner.command == o->command) return runner.run(*o);
  return kUsage;
}

}  // namespace
}  // namespace falcoc::tool

int main(int argc, char** argv) {
  const int exit_code = falcoc::tool::run(argc, argv);
  // A full disk or a closed pipe must not look like success.
  const bool full = std::fflush(stdout) != 0;
  if (!full && std::ferror(stdout) == 0) return exit_code;
  falcoc::tool::complain("can't write to standard output" + (full ? ": " + std::string(std::strerror(errno)) : ""));
  return falcoc::tool::kOutsideWorld;
}
