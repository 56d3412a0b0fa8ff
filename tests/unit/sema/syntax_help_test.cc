// SPDX-License-Identifier: Apache-2.0
//
// What is said beside a syntax error to those who know other languages.
#include <doctest/doctest.h>

#include "tests/unit/sema/checking.h"

using namespace falcoc;
using falcoc::test::Checked;
using falcoc::test::rule;

namespace {

/// The suggestion or the help of the only error.
std::string helped(std::string_view condition) {
  const Checked checked(rule(condition));
  REQUIRE(checked.slugs() == "condition-syntax");
  const Diagnostic& error = checked.first();
  if (error.suggestion) return error.suggestion->replacement + " for " + std::string(checked.marked());
  return error.notes.empty() ? "" : error.notes.front().text;
}

}  // namespace

TEST_CASE("words of other languages") {
  CHECK(helped("evt.type = open && proc.name = a") == "and for &&");
  CHECK(helped("evt.type = open OR proc.name = a") == "or for OR");
  CHECK(helped("proc.name matches a") == "regex for matches");
  CHECK(helped("proc.name startwith a") == "startswith for startwith");
  CHECK(helped("proc.name frobs a") == "");
}

TEST_CASE("transformers that don't exist") {
  CHECK(helped("tolowr(proc.name) = a") == "there is no transformer `tolowr`; did you mean `tolower`?");
  CHECK(helped("proc.name = tolowr(proc.pname)") == "there is no transformer `tolowr`; did you mean `tolower`?");
  CHECK(helped("frobnicate(proc.name) = a") == "there is no transformer `frobnicate`");
}

TEST_CASE("shapes of other languages") {
  CHECK(helped("proc.name in a, b").find("parentheses") != std::string::npos);
  CHECK(helped("proc.name = a or \"b\"").find("names its field") != std::string::npos);
  CHECK(helped("evt.type = open and container = true").find("`container` is taken for a macro") != std::string::npos);
  CHECK(helped("\"evt.type = open\\n # x\"") ==
        "conditions have no comments; in a text of several lines `#` is part of it");
  CHECK(helped("(evt.type = open") == "it is opened here");
  CHECK(helped("evt.type = open and or fd.name = a").find("`or` is taken for a macro") != std::string::npos);
}
