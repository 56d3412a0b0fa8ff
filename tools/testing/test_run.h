// SPDX-License-Identifier: Apache-2.0
//
// TestRun: all cases of some files, with the rules they name compiled once, and the results as a table, JUnit XML or
// TAP.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tools/testing/coverage.h"
#include "tools/testing/mutants.h"

namespace falcoc::testing {

/// Rules with the player of their tests and what the tests showed of them.
struct RulesUnderTest {
  std::unique_ptr<Ruleset> rules;
  std::unique_ptr<Player> player;
  Coverage coverage;
  Mutation mutation;
};

struct TestRunOptions {
  bool with_traces = false;  ///< for coverage and mutation
  std::string filter;        ///< only cases whose name or rules contain this; empty: all
};

struct CaseReport {
  std::string name;
  std::string place;
  std::vector<std::string> failures;
  std::chrono::microseconds took{};
};

struct FileReport {
  std::string path;
  std::vector<CaseReport> cases;
};

class TestRun {
 public:
  TestRun(SourceManager& sources, Diagnostics& diags) : sources_(sources), diags_(diags) {}

  /// Runs the cases of one file. False: it or some of them can't be run, an error was emitted; they are reported as failed.
  bool run(uint32_t file, const TestRunOptions& options);

  const std::vector<FileReport>& files() const { return files_; }
  size_t cases() const;
  size_t failed() const;
  /// One per set of rules that tests named.
  std::map<std::vector<std::string>, RulesUnderTest>& rules() { return rules_; }
  RulesUnderTest* rules_at(const std::vector<std::string>& paths);

 private:
  /// A failure with the errors emitted since there were `said` messages.
  CaseReport not_run(std::string name, std::string place, size_t said) const;

  SourceManager& sources_;
  Diagnostics& diags_;
  std::deque<TestFile> tests_;
  std::map<std::vector<std::string>, RulesUnderTest> rules_;
  std::vector<FileReport> files_;
};

std::string table_text(const TestRun& run, bool verbose);
std::string junit_text(const TestRun& run);
std::string tap_text(const TestRun& run);

}  // namespace falcoc::testing
