// SPDX-License-Identifier: Apache-2.0
//
// A file of rule tests: its shapes, the scenes it describes, and what rules say about them. Captures and rules that a
// file names are not opened; the rules are always the same.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "compiler/driver/compile.h"
#include "tools/testing/run_case.h"
#include "vm/base/check.h"

namespace {

using namespace falcoc;

constexpr const char* kRules = R"(
- rule: Opened
  desc: A file was opened
  condition: evt.type in (open, openat) and fd.name startswith /etc and not proc.pname = sshd and container.id = host
  output: "%proc.name %fd.name %user.name %container.image"
  priority: INFO
- rule: Connected
  desc: A program has connected
  condition: evt.type = connect and fd.sip = 203.0.113.9 and proc.aname[2] = init
  output: "%fd.name"
  priority: INFO
- rule: Started
  desc: A program was started
  condition: evt.type in (execve, execveat) and evt.arg.exe contains sh and proc.cmdline exists
  output: "%evt.args"
  priority: INFO
)";
constexpr size_t kMostCases = 64;

testing::Player& player() {
  static SourceManager sources;
  static Diagnostics diags;
  static const std::unique_ptr<testing::Ruleset> rules = [] {
    auto loaded = load_files(sources, {sources.add("rules.yaml", kRules)}, {}, diags);
    FALCO_CHECK(loaded.has_value());
    return testing::Ruleset::make(std::move(*loaded), diags);
  }();
  FALCO_CHECK(rules != nullptr);
  static testing::Player instance(*rules);
  return instance;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  SourceManager sources;
  Diagnostics diags;
  const uint32_t file = sources.add("tests/fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size));
  const auto tests = testing::read_test_file(sources, file, diags);
  FALCO_CHECK(tests.has_value() || diags.has_errors());
  if (!tests) return 0;
  size_t cases = 0;
  for (const testing::TestCase& test : tests->cases) {
    if (!test.capture.empty()) continue;
    if (++cases > kMostCases) break;
    const size_t errors = diags.error_count();
    const auto result = testing::run_case(test, player(), true, sources, diags);
    FALCO_CHECK(result.has_value() || diags.error_count() > errors);
  }
  return 0;
}
