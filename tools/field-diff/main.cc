// SPDX-License-Identifier: Apache-2.0
//
// field-diff CAPTURE EXPECTED.jsonl[.gz]: compares the fields of events with values recorded elsewhere. EXPECTED holds one JSON
// object a line: field text -> value, null for no value; `evt.num` says which event. Prints the agreement per field and
// the first differences. Exit code: 0 all equal, 1 differences, 2 usage, 3 a file failed.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "capture/scap_reader.h"
#include "tools/field-diff/comparison.h"
#include "tools/field-diff/expected_file.h"
#include "vm/event_pump.h"

namespace field_diff {
namespace {

enum ExitCode : int { kEqual = 0, kDifferent = 1, kUsage = 2, kOutsideWorld = 3 };

int complain(const std::string& text) {
  fmt::print(stderr, "field-diff: error: {}\n", text);
  return kOutsideWorld;
}

int run(const std::string& capture, const std::string& expected_path, const ComparisonOptions& options) {
  auto expected = ExpectedFile::open(expected_path);
  if (!expected) return complain(expected.error());
  auto source = fvm::open_capture(capture);
  if (!source) return complain(capture + ": " + source.error().message);

  Comparison comparison(options);
  fvm::EventPump pump;
  bool more = expected->next();
  fvm::BatchStatus status = fvm::BatchStatus::Events;
  while (more && status == fvm::BatchStatus::Events) {
    status = pump.poll_shown(**source, [&](const fvm::EvalContext& context) {
      while (more && expected->event_number() < context.event->num) {
        comparison.missing_event(expected->event_number());
        more = expected->next();
      }
      if (more && expected->event_number() == context.event->num) {
        comparison.compare(context, expected->fields());
        more = expected->next();
      }
      return true;
    });
  }
  for (; more; more = expected->next()) comparison.missing_event(expected->event_number());
  if (!expected->error().empty()) return complain(expected_path + ": " + expected->error());
  if (status == fvm::BatchStatus::Failed) {
    fmt::print("the capture ended early: {}\n", (*source)->error().message);
  }
  fmt::print("{}", comparison.report());
  return comparison.all_equal() ? kEqual : kDifferent;
}

}  // namespace
}  // namespace field_diff

int main(int argc, char** argv) {
  using namespace field_diff;
  CLI::App app{"Compares the fields of a capture's events with recorded values.", "field-diff"};
  std::string capture, expected;
  ComparisonOptions options;
  app.add_option("capture", capture, "the capture, plain or gzip")->required()->type_name("CAPTURE");
  app.add_option("expected", expected, "recorded values, one JSON object a line, plain or gzip")->required()->type_name("EXPECTED");
  app.add_option("--show", options.differences_shown, "differences shown per field")->type_name("N")->capture_default_str();
  app.add_option("--field", options.only, "compare this field only (repeatable)")->type_name("FIELD")->allow_extra_args(false);
  app.add_option("--skip", options.skipped, "leave this field out (repeatable)")->type_name("FIELD")->allow_extra_args(false);
  app.add_flag("--all", options.show_equal, "list fields without a difference, too");
  app.footer("Exit codes: 0 all values are equal, 1 some differ, 2 wrong usage, 3 a file failed.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kEqual : kUsage;
  }
  return run(capture, expected, options);
}
