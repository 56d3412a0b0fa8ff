// SPDX-License-Identifier: Apache-2.0
//
// The examples that `falcoc explain` and docs/lint.md show: each bad one is reported under its own id, each good one
// compiles without that report. tests/golden/diag/examples.txt holds the messages; FALCOC_BLESS=1 rewrites it.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "compiler/diag/examples.h"
#include "compiler/diag/policy.h"
#include "compiler/diag/render_text.h"
#include "tests/unit/lint/linting.h"

using namespace falcoc;

namespace {

/// What a run would report of the text: comments are read as well.
struct Example : Linted {
  explicit Example(std::string_view text) : Linted(example_rules(text)) {
    DiagPolicy policy;
    policy.read_comments(sources, 0, diags);
  }
};

std::string name(const DiagInfo& info) { return "FC" + std::to_string(info.number()) + " " + std::string(info.slug); }

}  // namespace

TEST_CASE("each bad example is reported, each good one is not") {
  std::string now;
  size_t commands = 0;
  for (const DiagInfo& info : kDiagnostics) {
    CAPTURE(name(info));
    const DiagExample& example = diag_example(info.id);
    REQUIRE_FALSE(example.bad.empty());
    if (example.bad.starts_with('$')) {
      ++commands;
      CHECK(example.good.empty());
      continue;
    }
    const Example bad(example.bad);
    CHECK(bad.says(info.id));
    for (const Diagnostic& d : bad.diags.all()) {
      if (d.id != info.id) continue;
      now += "-- " + name(info) + "\n" + render_text(bad.sources, d, {});
      break;
    }
    if (example.good.empty()) continue;
    const Example good(example.good);
    CHECK_FALSE(good.says(info.id));
    CHECK_FALSE(good.diags.has_errors());
  }
  CHECK(commands < 34);
  const std::string path = std::string(FALCO_SOURCE_DIR) + "/tests/golden/diag/examples.txt";
  if (const char* bless = std::getenv("FALCOC_BLESS"); bless != nullptr && *bless == '1') std::ofstream(path) << now;
  std::stringstream golden;
  golden << std::ifstream(path).rdbuf();
  CHECK(golden.str() == now);
}

TEST_CASE("every lint has a good example, and runs in the group and at the level that its row says") {
  for (const LintInfo* info : all_lints()) {
    CAPTURE(name(diag_info(info->id)));
    const DiagExample& example = diag_example(info->id);
    CHECK_FALSE(example.good.empty());
    LintOptions others = Linted::all();
    for (const std::string& group : lint_group_names())
      if (group != lint_group_name(info->group)) others.groups.insert(*find_lint_group(group));
    CHECK_FALSE(Linted(example_rules(example.bad), others).says(info->id));
    LintOptions lenient = Linted::all();
    lenient.strict = false;
    CHECK(Linted(example_rules(example.bad), lenient).says(info->id) == !info->strict);
  }
}

TEST_CASE("a lint offers a repair in its example exactly when its row says so") {
  for (const LintInfo* info : all_lints()) {
    CAPTURE(name(diag_info(info->id)));
    const Linted bad(example_rules(diag_example(info->id).bad));
    for (const Diagnostic& d : bad.diags.all())
      if (d.id == info->id) CHECK(d.fix.has_value() == info->fixes);
  }
}
