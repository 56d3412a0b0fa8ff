// SPDX-License-Identifier: Apache-2.0
#include "tools/testing/test_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "compiler/diag/render_text.h"
#include "tools/testing/markup.h"

namespace falcoc::testing {
namespace {

bool is_wanted(const TestCase& test, const std::string& filter) {
  const auto names = [&](const std::vector<WantedAlert>& alerts) {
    return std::ranges::any_of(alerts, [&](const WantedAlert& a) { return a.rule.find(filter) != std::string::npos; });
  };
  return filter.empty() || test.name.find(filter) != std::string::npos || names(test.hits) || names(test.misses);
}

std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool fits =
        c == '\n' || static_cast<unsigned char>(c) >= 0x80 || printable(std::string_view(&c, 1)).size() == 1;
    append_markup(out, fits ? c : '?');
  }
  return out;
}

double seconds(std::chrono::microseconds took) { return std::chrono::duration<double>(took).count(); }

/// Line breaks are ours; everything else may come from rules and events.
std::string lines(const std::string& text) {
  std::string out;
  size_t begin = 0;
  while (true) {
    const size_t end = text.find('\n', begin);
    out += printable(std::string_view(text).substr(begin, end == std::string::npos ? end : end - begin));
    if (end == std::string::npos) return out;
    out += '\n';
    begin = end + 1;
  }
}

}  // namespace

RulesUnderTest* TestRun::rules_at(const std::vector<std::string>& paths) {
  const auto [found, is_new] = rules_.try_emplace(paths);
  RulesUnderTest& under_test = found->second;
  if (is_new) {
    under_test.rules = Ruleset::load(paths, sources_, diags_);
    if (under_test.rules) under_test.player = std::make_unique<Player>(*under_test.rules);
  }
  return under_test.rules ? &under_test : nullptr;
}

CaseReport TestRun::not_run(std::string name, std::string place, size_t said) const {
  CaseReport out{std::move(name), std::move(place), {}, {}};
  for (; said < diags_.all().size(); ++said)
    if (const Diagnostic& d = diags_.all()[said]; d.severity == Severity::Error)
      out.failures.push_back("not run: " + d.message);
  if (out.failures.empty()) out.failures.emplace_back("not run: the rules are wrong");
  return out;
}

bool TestRun::run(uint32_t file, const TestRunOptions& options) {
  FileReport report;
  report.path = sources_.name(file);
  size_t said = diags_.all().size();
  auto test_file = read_test_file(sources_, file, diags_);
  RulesUnderTest* under_test = nullptr;
  if (test_file) under_test = rules_at(tests_.emplace_back(std::move(*test_file)).rules);
  if (under_test == nullptr) {
    report.cases.push_back(not_run("the file as a whole", report.path, said));
    files_.push_back(std::move(report));
    return false;
  }
  const TestFile& tests = tests_.back();
  bool ok = true;
  for (const TestCase& test : tests.cases) {
    if (!is_wanted(test, options.filter)) continue;
    const auto begin = std::chrono::steady_clock::now();
    said = diags_.all().size();
    const auto result = run_case(test, *under_test->player, options.with_traces, sources_, diags_);
    if (!result) {
      report.cases.push_back(not_run(test.name, place_text(sources_, test.range), said));
      ok = false;
      continue;
    }
    if (options.with_traces) {
      under_test->coverage.add(*result, *under_test->player);
      under_test->mutation.add(*result);
    }
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
    report.cases.push_back({test.name, place_text(sources_, test.range), result->failures, took});
  }
  files_.push_back(std::move(report));
  return ok;
}

size_t TestRun::cases() const {
  size_t sum = 0;
  for (const FileReport& file : files_) sum += file.cases.size();
  return sum;
}

size_t TestRun::failed() const {
  size_t sum = 0;
  for (const FileReport& file : files_)
    sum +=
        static_cast<size_t>(std::ranges::count_if(file.cases, [](const CaseReport& c) { return !c.failures.empty(); }));
  return sum;
}

std::string table_text(const TestRun& run, bool verbose) {
  std::string out;
  const auto to = [&] { return std::back_inserter(out); };
  for (const FileReport& file : run.files()) {
    const auto failed =
        static_cast<size_t>(std::ranges::count_if(file.cases, [](const CaseReport& c) { return !c.failures.empty(); }));
    fmt::format_to(to(), "{:<5} {:>5} of {:>5}  {}\n", failed == 0 ? "ok" : "FAIL", file.cases.size() - failed,
                   file.cases.size(), printable(file.path));
    for (const CaseReport& c : file.cases) {
      if (c.failures.empty() && !verbose) continue;
      fmt::format_to(to(), "  {:<5} {}: {}\n", c.failures.empty() ? "ok" : "FAIL", printable(c.place),
                     printable(c.name));
      for (const std::string& failure : c.failures) fmt::format_to(to(), "    {}\n", lines(failure));
    }
  }
  fmt::format_to(to(), "{} case{}, {} failed\n", run.cases(), run.cases() == 1 ? "" : "s", run.failed());
  return out;
}

std::string junit_text(const TestRun& run) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  const auto to = [&] { return std::back_inserter(out); };
  fmt::format_to(to(), "<testsuites tests=\"{}\" failures=\"{}\">\n", run.cases(), run.failed());
  for (const FileReport& file : run.files()) {
    size_t failed = 0;
    std::chrono::microseconds took{};
    for (const CaseReport& c : file.cases) failed += c.failures.empty() ? 0 : 1, took += c.took;
    fmt::format_to(to(), "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" time=\"{:.6f}\">\n", xml(file.path),
                   file.cases.size(), failed, seconds(took));
    for (const CaseReport& c : file.cases) {
      fmt::format_to(to(), "    <testcase name=\"{}\" classname=\"{}\" time=\"{:.6f}\"", xml(c.name), xml(file.path),
                     seconds(c.took));
      if (c.failures.empty()) {
        out += "/>\n";
        continue;
      }
      std::string text = c.place;
      for (const std::string& failure : c.failures) text += "\n" + failure;
      fmt::format_to(to(), ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                     xml(c.failures.front().substr(0, c.failures.front().find('\n'))), xml(text));
    }
    out += "  </testsuite>\n";
  }
  return out += "</testsuites>\n";
}

std::string tap_text(const TestRun& run) {
  std::string out = fmt::format("TAP version 13\n1..{}\n", run.cases());
  size_t number = 0;
  for (const FileReport& file : run.files()) {
    for (const CaseReport& c : file.cases) {
      std::string name = printable(c.name);
      std::ranges::replace(name, '#', ' ');  // begins a directive
      out += fmt::format("{} {} - {}\n", c.failures.empty() ? "ok" : "not ok", ++number, name);
      if (c.failures.empty()) continue;
      out += fmt::format("# {}\n", printable(c.place));
      for (std::string failure : c.failures) {
        failure = lines(failure);
        for (size_t at = failure.find('\n'); at != std::string::npos; at = failure.find('\n', at + 3))
          failure.replace(at, 1, "\n# ");
        out += "# " + failure + "\n";
      }
    }
  }
  return out;
}

}  // namespace falcoc::testing
