// SPDX-License-Identifier: Apache-2.0
#include "tools/falcoc/messages.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "compiler/diag/render_falco_json.h"
#include "compiler/diag/render_github.h"
#include "compiler/diag/render_json.h"
#include "compiler/diag/render_sarif.h"
#include "compiler/diag/render_text.h"

namespace falcoc::tool {
namespace {

bool colour_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  return (no_color == nullptr || *no_color == '\0') && isatty(STDERR_FILENO) != 0;
}

bool about_the_world(DiagId id) {
  switch (id) {
    case DiagId::CannotRead:
    case DiagId::NotRegularFile:
    case DiagId::FileTooLarge:
    case DiagId::NoRulesFiles:
    case DiagId::CannotWrite:
      return true;
    default:
      return false;
  }
}

void put(std::FILE* to, const std::string& text) { std::fputs(text.c_str(), to); }

}  // namespace

DiagPolicy make_policy(const Options& options) {
  DiagPolicy policy;
  if (options.warnings_are_errors) policy.warnings_are_errors();
  for (const DiagId id : options.denied) policy.deny(id);
  for (const DiagId id : options.allowed) policy.allow(id);
  return policy;
}

Messages::Messages(const Options& options, const SourceManager& sources, Diagnostics& diags)
    : options_(options), sources_(sources), diags_(diags), policy_(make_policy(options)) {}

void Messages::read_comments(const std::vector<uint32_t>& files) {
  for (const uint32_t file : files) policy_.read_comments(sources_, file, diags_);
}

void Messages::flush() {
  for (; printed_ < diags_.all().size(); ++printed_) {
    Diagnostic d = diags_.all()[printed_];
    const Verdict verdict = policy_.verdict(d);
    if (verdict == Verdict::Hidden) continue;
    d.severity = verdict == Verdict::Error ? Severity::Error : Severity::Warning;
    (verdict == Verdict::Error ? errors_ : warnings_) += 1;
    if (verdict == Verdict::Error && about_the_world(d.id)) world_failed_ = true;
    print(d);
  }
}

void Messages::print(const Diagnostic& d) {
  switch (options_.format) {
    case MessageFormat::Text:
      put(stderr, render_text(sources_, d, {colour_wanted()}));
      return;
    case MessageFormat::Json:
      put(stdout, render_json(sources_, d) + "\n");
      return;
    case MessageFormat::Github:
      put(stdout, render_github(sources_, d));
      return;
    case MessageFormat::Sarif:
    case MessageFormat::FalcoJson:
      kept_.push_back(d);
      return;
  }
}

void Messages::finish() {
  flush();
  if (options_.format == MessageFormat::Sarif) put(stdout, render_sarif(sources_, kept_, FALCO_VERSION));
  if (options_.format == MessageFormat::FalcoJson) put(stdout, render_falco_json(sources_, kept_));
}

int Messages::exit_code() const {
  if (world_failed_) return kOutsideWorld;
  return errors_ != 0 ? kBadRules : kOk;
}

void complain(const std::string& text) { std::fprintf(stderr, "falcoc: error: %s\n", printable(text).c_str()); }

}  // namespace falcoc::tool
