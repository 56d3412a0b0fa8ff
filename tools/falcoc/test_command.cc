// SPDX-License-Identifier: Apache-2.0
#include "tools/falcoc/test_command.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "compiler/diag/render_text.h"
#include "compiler/driver/rules_files.h"
#include "tools/falcoc/options.h"
#include "tools/testing/generate.h"
#include "tools/testing/test_run.h"

namespace falcoc::tool {
namespace {

constexpr double kMutationSeconds = 30;

class TestCommand {
 public:
  explicit TestCommand(const TestOptions& options) : o_(options) {}

  int run() {
    const int code = o_.generate.empty() ? run_tests() : generate();
    flush();
    return code;
  }

 private:
  static int complain(const std::string& text) {
    std::fprintf(stderr, "falcoc test: error: %s\n", printable(text).c_str());
    return kUsage;
  }

  void flush() {
    const char* no_color = std::getenv("NO_COLOR");
    const TextStyle style{(no_color == nullptr || *no_color == '\0') && isatty(STDERR_FILENO) != 0};
    for (; printed_ < diags_.all().size(); ++printed_) {
      std::string text = render_text(sources_, diags_.all()[printed_], style);
      if (!text.ends_with('\n')) text += '\n';
      std::fputs(text.c_str(), stderr);
    }
  }

  int code_of_errors() const {
    for (const Diagnostic& d : diags_.all())
      if (d.severity == Severity::Error && d.id >= DiagId::CannotRead && d.id <= DiagId::CannotWrite)
        return kOutsideWorld;
    return kBadRules;
  }

  static void print(const std::string& text) { std::fputs(text.c_str(), stdout); }

  int generate() {
    if (o_.rules.empty()) return complain("--generate needs --rules");
    const auto rules = testing::Ruleset::load(o_.rules, sources_, diags_);
    if (!rules) return code_of_errors();
    const auto rule = rules->find(o_.generate);
    if (!rule) {
      const std::string_view near = nearest_name(o_.generate, rules->names());
      return complain("no rule is called `" + o_.generate + "`" +
                      (near.empty() ? std::string() : "; is it `" + std::string(near) + "`?"));
    }
    testing::Player player(*rules);
    if (o_.out.empty()) {
      print(testing::generated_text(*rule, player, o_.rules));
      return kOk;
    }
    const std::string text = testing::generated_text(*rule, player, testing::rules_seen_from(o_.out, o_.rules));
    return write_file(o_.out, {text.begin(), text.end()}, diags_) ? kOk : kOutsideWorld;
  }

  int run_tests() {
    if (o_.paths.empty()) return complain("no tests given; see falcoc test --help");
    if (!o_.out.empty()) return complain("--output needs --generate");
    std::chrono::milliseconds budget(static_cast<int64_t>(kMutationSeconds * 1000));
    if (!o_.mutate.empty() && o_.mutate != "true") {
      char* end = nullptr;
      const double seconds = std::strtod(o_.mutate.c_str(), &end);
      if (*end != '\0' || !(seconds >= 0 && seconds < 1e6))
        return complain("--mutate: `" + o_.mutate + "` is not a number of seconds");
      budget = std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
    }
    const std::vector<uint32_t> files = read_rules_files(testing::test_paths(o_.paths), sources_, diags_);
    if (diags_.has_errors()) return code_of_errors();
    testing::TestRun run(sources_, diags_);
    const testing::TestRunOptions options{!o_.coverage.empty() || !o_.mutate.empty() || o_.min_coverage.has_value(),
                                          o_.filter};
    bool ok = true;
    for (const uint32_t file : files) ok = run.run(file, options) && ok;
    flush();
    if (o_.format == "junit") {
      print(testing::junit_text(run));
    } else if (o_.format == "tap") {
      print(testing::tap_text(run));
    } else {
      print(testing::table_text(run, o_.verbose));
    }
    ok = ok && run.failed() == 0;
    if (run.cases() == 0 && ok) return complain("no case is left to run");
    return report(run, budget) && ok ? kOk : diags_.has_errors() ? code_of_errors() : kBadRules;
  }

  /// Coverage and mutants. In machine-readable formats they go to stderr.
  bool report(testing::TestRun& run, std::chrono::milliseconds budget) {
    std::FILE* out = o_.format == "table" ? stdout : stderr;
    bool ok = true;
    std::string page;
    for (auto& [paths, rules] : run.rules()) {
      if (!rules.player) continue;
      const auto coverage = rules.coverage.rules(*rules.player);
      if (!o_.coverage.empty() && o_.coverage == "true")
        std::fputs(testing::coverage_text(coverage, *rules.player, sources_).c_str(), out);
      if (!o_.coverage.empty() && o_.coverage != "true")
        page += testing::coverage_page(coverage, *rules.player, sources_);
      const double percent = testing::totals_of(coverage, *rules.player).percent();
      if (o_.min_coverage && percent < *o_.min_coverage) {
        std::fprintf(stderr, "falcoc test: error: coverage is %.1f %%, less than %.1f %%\n", percent, *o_.min_coverage);
        ok = false;
      }
      if (!o_.mutate.empty())
        std::fputs(testing::mutation_text(rules.mutation.run(*rules.player, sources_, budget)).c_str(), out);
    }
    if (page.empty()) return ok;
    return write_file(o_.coverage, {page.begin(), page.end()}, diags_) && ok;
  }

  const TestOptions& o_;
  SourceManager sources_;
  Diagnostics diags_;
  size_t printed_ = 0;
};

}  // namespace

int run_test_command(const Options& options) { return TestCommand(options.test).run(); }

}  // namespace falcoc::tool
