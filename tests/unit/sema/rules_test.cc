// SPDX-License-Identifier: Apache-2.0
//
// Whole collections: macros and their visibility, sharing, limits, skipping, warnings, positions.
#include <doctest/doctest.h>

#include "compiler/sema/macros.h"
#include "tests/unit/sema/checking.h"

using namespace falcoc;
using namespace falcoc::test;

TEST_CASE("macros are units and shared") {
  const Checked c(macro("m", "proc.name=a or proc.name=b") + rule("evt.type=open and m") +
                  rule("evt.type=close and not m", "", "r2"));
  REQUIRE(c.rules);
  CHECK(c.rule().condition_normal_form == "(evt.type = open and (proc.name = a or proc.name = b))");
  CHECK(c.rule(1).condition_normal_form == "(evt.type = close and not (proc.name = a or proc.name = b))");
  const ExprId used_first = c.rules->expr(c.rule().condition).children[1];
  const ExprId negated = c.rules->expr(c.rule(1).condition).children[1];
  CHECK(used_first == c.rules->expr(negated).children[0]);
  CHECK(c.diags.empty());
}

TEST_CASE("children have smaller ids") {
  const Checked c(macro("a", "proc.name=a or not b_") + macro("b_", "fd.num=1") + rule("evt.type=open"));
  CHECK(c.slugs() == "unknown-macro");  // a macro sees only earlier macros
  const Checked ok(macro("b_", "fd.num=1") + macro("a", "proc.name=a or not b_") + rule("evt.type=open and (a or b_)"));
  REQUIRE(ok.rules);
  for (size_t i = 0; i < ok.rules->exprs.size(); ++i) {
    for (ExprId child : ok.rules->exprs[i].children) CHECK(static_cast<size_t>(child) < i);
  }
}

TEST_CASE("undefined macros, near names, cycles") {
  const Checked typo(macro("open_write", "evt.type=open") + rule("open_writ and proc.name=x"));
  CHECK(typo.slugs() == "unknown-macro");
  CHECK(typo.marked() == "open_writ");
  CHECK(typo.first().suggestion->replacement == "open_write");
  CHECK(typo.first().code() == LoadCode::LOAD_ERR_VALIDATE);
  CHECK(Checked(macro("a", "a") + rule("evt.type=open")).slugs() == "unknown-macro");
  const Checked self(macro("a", "evt.type=open") + macro("a", "not a") + rule("a"));
  CHECK(self.slugs() == "macro-cycle");
  const Checked two(macro("a", "evt.type=open") + macro("b", "a") + macro("a", "not b") + rule("a"));
  CHECK(two.slugs() == "macro-cycle");
  CHECK(two.first().message.find(" -> ") != std::string::npos);
}

TEST_CASE("an unused macro may name unknown fields, but not be malformed") {
  CHECK(Checked(macro("m", "foo.bar=1") + rule("evt.type=open")).slugs() == "unused-macro");
  CHECK(Checked(macro("m", "proc.name=") + rule("evt.type=open")).slugs() == "condition-syntax");
}

TEST_CASE("a mistake in a macro is told once, where it is") {
  const Checked c(macro("m", "proc.pid=abc") + rule("m") + rule("m", "", "r2") + rule("fd.num=x", "", "r3"));
  CHECK(c.slugs() == "bad-constant bad-constant");
  CHECK(c.marked() == "abc");
  CHECK_FALSE(c.rules);
}

TEST_CASE("macro bombs and endless chains give one error each") {
  std::string bomb = macro("m0", "proc.name=a");
  for (int i = 1; i < 40; ++i) {
    const std::string below = "m" + std::to_string(i - 1);
    bomb += macro("m" + std::to_string(i), below + " or " + below);
  }
  CHECK(Checked(bomb + rule("m39")).slugs() == "condition-too-large");
  std::string chain = macro("m0", "proc.name=a");
  for (int i = 1; i < 3000; ++i) chain += macro("m" + std::to_string(i), "not m" + std::to_string(i - 1));
  CHECK(Checked(chain + rule("m2999")).slugs() == "macros-too-deep");
}

TEST_CASE("skip-if-unknown-filter tolerates unknown fields and event types only") {
  const std::string skip = "  skip-if-unknown-filter: true\n";
  // The first mistake decides, as it is the only one that the reference sees.
  CHECK(Checked(rule("evt.type = open and proc.nam = x and evt.is_open_read = y", skip)).slugs() == "skipped-rule");
  CHECK(Checked(rule("evt.type = open and evt.is_open_read = y and proc.nam = x", skip)).slugs() ==
        "bad-constant unknown-field");
  const auto slugs = [&](std::string_view condition) { return Checked(rule(condition, skip)).slugs(); };
  CHECK(slugs("foo.bar=1") == "skipped-rule");
  CHECK(slugs("evt.type=nosuch") == "skipped-rule");
  CHECK(slugs("proc.name[0]=x") == "skipped-rule");
  CHECK(slugs("evt.arg.nosuch=1") == "unknown-event-argument");
  CHECK(slugs("proc.pid=abc") == "bad-constant");
  CHECK(slugs("nosuch") == "unknown-macro");
  CHECK(slugs("proc.name=") == "condition-syntax");
  const Checked macro_use(macro("m", "foo.bar=1") + rule("m", skip) + rule("evt.type=open", "", "r2"));
  REQUIRE(macro_use.rules);
  CHECK(macro_use.rules->rules.size() == 1);
  CHECK(Checked(macro("m", "foo.bar=1") + rule("m", skip) + rule("m", "", "r2")).slugs() ==
        "skipped-rule unknown-field");
}

TEST_CASE("warnings about conditions") {
  const auto slugs = [](std::string_view condition) {
    return Checked(rule(condition, "  warn_evttypes: false\n")).slugs();
  };
  CHECK(slugs("evt.dir=< and evt.dir=>") == "deprecated-field");
  CHECK(slugs("toupper(evt.dir)=<") == "deprecated-field");
  CHECK(slugs("proc.name regex abc") == "suspicious-constant");
  CHECK(slugs("proc.name regex ^.*abc.+$") == "suspicious-constant");
  CHECK(slugs("proc.name regex a.*c") == "");
  CHECK(slugs("proc.name = proc.pname") == "suspicious-constant");
  CHECK(slugs("proc.name in (a.out, proc.pname, \"tolower(proc.pname)\")") ==
        "suspicious-constant suspicious-constant");
  CHECK(slugs("ka.verb=<NA>") == "unsafe-na-check unknown-field");
  CHECK(Checked(rule("proc.name=x")).slugs() == "no-event-type");
  CHECK(Checked(rule("evt.type=open and proc.name=x")).slugs() == "");
}

TEST_CASE("lists that nothing uses are reported") {
  const std::string list = "- list: l\n  items: [a, b]\n";
  CHECK(Checked(list + rule("evt.type=open")).slugs() == "unused-list");
  CHECK(Checked(list + rule("evt.type=open and proc.name in (l)")).slugs() == "");
  CHECK(Checked(list + macro("m", "proc.name in (l)") + rule("evt.type=open")).slugs() == "unused-macro");
}

TEST_CASE("errors know the reference's position") {
  const Checked type(rule("evt.type=open and proc.pid=abc"));
  CHECK(type.first().reference == ReferencePosition{3, 32, 51});
  CHECK(type.marked() == "abc");
  const Checked syntax(rule("evt.type=open and"));
  CHECK(syntax.first().reference == ReferencePosition{3, 31, 50});
}
