// SPDX-License-Identifier: Apache-2.0
//
// falcoc: the command line around the compiler library; prints messages, writes files, chooses exit codes.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "compiler/diag/render_json.h"
#include "compiler/diag/render_text.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/rules_files.h"
#include "compiler/sema/checked_print.h"
#include "compiler/sema/checker.h"
#include "tools/falcoc/cost_report.h"
#include "tools/falcoc/listing.h"
#include "tools/falcoc/options.h"
#include "vm/image/disasm.h"
#include "vm/image/verifier.h"

namespace falcoc::tool {
namespace {

bool colour_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  return (no_color == nullptr || *no_color == '\0') && isatty(STDERR_FILENO) != 0;
}

/// Prints what was not printed yet.
class Messages {
 public:
  Messages(const Options& options, const SourceManager& sources, const Diagnostics& diags)
      : options_(options), sources_(sources), diags_(diags) {}

  void flush() {
    const TextStyle style{colour_wanted(), options_.warnings_are_errors};
    for (; printed_ < diags_.all().size(); ++printed_) {
      const Diagnostic& d = diags_.all()[printed_];
      const bool json = options_.format == MessageFormat::Json;
      std::string text = json ? render_json(sources_, d) : render_text(sources_, d, style);
      if (!text.ends_with('\n')) text += '\n';
      std::fputs(text.c_str(), json ? stdout : stderr);
    }
  }

  /// The exit code that the messages so far ask for.
  int exit_code() const {
    if (diags_.has_errors()) {
      for (const Diagnostic& d : diags_.all()) {
        if (d.severity != Severity::Error) continue;
        switch (d.id) {
          case DiagId::CannotRead:
          case DiagId::NotRegularFile:
          case DiagId::FileTooLarge:
          case DiagId::NoRulesFiles:
          case DiagId::CannotWrite: return kOutsideWorld;
          default: break;
        }
      }
      return kBadRules;
    }
    return options_.warnings_are_errors && diags_.warning_count() != 0 ? kBadRules : kOk;
  }

 private:
  const Options& options_;
  const SourceManager& sources_;
  const Diagnostics& diags_;
  size_t printed_ = 0;
};

void complain(const std::string& text) { std::fprintf(stderr, "falcoc: error: %s\n", printable(text).c_str()); }

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

int run_rules_command(const Options& o) {
  SourceManager sources;
  Diagnostics diags;
  Messages messages(o, sources, diags);

  const std::optional<Priority> priority = parse_priority(o.priority);
  if (!priority) {
    complain("--priority: `" + o.priority + "` is not a priority (emergency, alert, critical, error, warning, notice, informational, debug)");
    return kUsage;
  }
  const std::vector<uint32_t> files = read_rules_files(o.rules, sources, diags);
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
    std::fputs((o.subject == "rules" ? list_rules(result.loaded->rules, json)
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

int explain(const std::string& name) {
  const DiagInfo* info = find_diag(name);
  if (info == nullptr) {
    complain("there is no diagnostic `" + name + "`; `falcoc list diagnostics` shows all");
    return kUsage;
  }
  std::printf("FC%04u %s (%s)\n\n  %s\n\n%s\n", info->number(), std::string(info->slug).c_str(),
              info->severity == Severity::Error ? "error" : "warning", std::string(info->text).c_str(),
              std::string(info->explanation).c_str());
  if (info->code != LoadCode::None) std::printf("\nFalco reports this as %s.\n", std::string(load_code_name(info->code)).c_str());
  return kOk;
}

int run_image_command(const Options& o) {
  int exit_code = kOk;
  const std::optional<fvm::VerifiedImage> image = load_image(o.image, exit_code);
  if (!image) return exit_code;
  if (o.command == Command::Disasm) {
    std::fputs(fvm::disassemble(*image).c_str(), stdout);
  } else {
    std::printf("%s: fine: %zu rules, %zu predicates, %zu programs, %zu bytes\n", printable(o.image).c_str(), image->view().rules().size(),
                image->view().predicates().size(), image->view().programs().size(), image->view().bytes().size());
  }
  return kOk;
}

int run(int argc, char** argv) {
  int exit_code = kOk;
  const std::optional<Options> parsed = parse_options(argc, argv, exit_code);
  if (!parsed) return exit_code;
  const Options& o = *parsed;
  switch (o.command) {
    case Command::Verify:
    case Command::Disasm: return run_image_command(o);
    case Command::Explain: return explain(o.subject);
    case Command::List: {
      const bool from_abi = o.subject == "fields" || o.subject == "events";
      if (o.list_format == listing::Format::Markdown && !from_abi) {
        complain("only fields and events are listed as Markdown");
        return kUsage;
      }
      if (from_abi) {
        std::fputs((o.subject == "fields" ? listing::fields(o.list_format) : listing::events(o.list_format)).c_str(), stdout);
        return kOk;
      }
      if (o.subject != "rules" && o.subject != "macros" && o.subject != "lists") {
        std::fputs(list_table(o.subject, o.list_format == listing::Format::Json).c_str(), stdout);
        return kOk;
      }
      break;
    }
    case Command::Compile:
    case Command::Cost:
    case Command::Dump: break;
  }
  if (o.rules.empty()) {
    complain("no rules given; see falcoc --help");
    return kUsage;
  }
  return run_rules_command(o);
}

}  // namespace
}  // namespace falcoc::tool

int main(int argc, char** argv) {
  const int exit_code = falcoc::tool::run(argc, argv);
  // A full disk or a closed pipe must not look like success.
  if (std::fflush(stdout) != 0 && exit_code == falcoc::tool::kOk) return falcoc::tool::kOutsideWorld;
  return exit_code;
}
