// SPDX-License-Identifier: Apache-2.0
//
// Repairs: applied until none is left, they give the good text; a second run changes nothing.
#include <doctest/doctest.h>

#include "compiler/lint/fix.h"
#include "tests/unit/lint/linting.h"

using namespace falcoc;

namespace {

std::string repaired(std::string text) {
  for (int round = 0; round < 10; ++round) {
    const Linted linted(text);
    REQUIRE_FALSE(linted.diags.has_errors());
    std::vector<const Diagnostic*> all;
    for (const Diagnostic& d : linted.diags.all()) all.push_back(&d);
    const FixedTexts fixed = apply_fixes(linted.sources, all);
    if (fixed.applied == 0) return text;
    text = fixed.texts.at(0);
  }
  FAIL("repairs undo each other");
  return text;
}

/// The condition of a rule after repairs.
void check(const std::string& before, const std::string& after) {
  CAPTURE(before);
  CHECK(repaired(rule_with(before)) == rule_with(after));
  CHECK(repaired(rule_with(after)) == rule_with(after));
}

}  // namespace

TEST_CASE("repairs of conditions") {
  check("evt.type=open and fd.name = /a", "evt.type in (open, openat, openat2) and fd.name = /a");
  check("evt.type in ( open, openat ) and fd.name = /a", "evt.type in ( open, openat, openat2) and fd.name = /a");
  check("evt.type = rename or evt.type = renameat",
        "evt.type in (rename, renameat2) or evt.type in (renameat, renameat2)");
  check("evt.type = close and proc.name glob x*", "evt.type = close and proc.name startswith x");
  check("evt.type = close and proc.name glob \"*x*\"", "evt.type = close and proc.name contains \"x\"");
  check("evt.type = close and proc.name glob *x", "evt.type = close and proc.name endswith x");
  check("evt.type = close and proc.name glob x", "evt.type = close and proc.name = x");
  check("evt.type = close and proc.name glob a*b", "evt.type = close and proc.name glob a*b");
  check("evt.type = close and proc.name in (systemd-resolved, a)",
        "evt.type = close and proc.name in (systemd-resolve, a)");
  check("evt.type = close and proc.exepath in (/bin/nc)",
        "evt.type = close and proc.exepath in (/bin/nc, /usr/bin/nc)");
  check("evt.type = openat2 and evt.arg.resolve = RESOLVE_BENEATH",
        "evt.type in (openat2, open, openat) and evt.arg.resolve contains RESOLVE_BENEATH");
  check("user.uid = 3 and evt.type = close", "evt.type = close and user.uid = 3");
  check("user.uid = 3 and proc.name = a and evt.type = close and proc.pname = b",
        "evt.type = close and user.uid = 3 and proc.name = a and proc.pname = b");
  check("(user.uid = 3 or user.uid = 4) and evt.type = close", "(user.uid = 3 or user.uid = 4) and evt.type = close");
}

TEST_CASE("repairs of lists stay in the list, and are done once for all users") {
  const std::string use = rule_with("evt.type = close and proc.name in (names)") +
                          rule_with("evt.type = procexit and proc.name in (names)", "S");
  CHECK(repaired("- list: names\n  items: [a, b, a, c]\n" + use) == "- list: names\n  items: [a, b, c]\n" + use);
  CHECK(repaired("- list: names\n  items: [a,\n    b,\n    a]\n" + use) ==
        "- list: names\n  items: [a,\n    b]\n" + use);
  CHECK(repaired("- list: names\n  items:\n    - a\n    - b\n    - a\n    - c\n" + use) ==
        "- list: names\n  items:\n    - a\n    - b\n    - c\n" + use);
  CHECK(repaired("- list: names\n  items: [systemd-resolved, systemd-resolve]\n" + use) ==
        "- list: names\n  items: [systemd-resolve]\n" + use);
}

TEST_CASE("repairs that meet wait for the next round") {
  SourceManager sources;
  sources.add("r", "abcdef");
  Diagnostic first, second, third;
  first.fix = DiagFix{"", {{{0, 1, 3}, "X"}}};
  second.fix = DiagFix{"", {{{0, 3, 4}, "Y"}}};
  third.fix = DiagFix{"", {{{0, 5, 6}, "Z"}}};
  const FixedTexts fixed = apply_fixes(sources, {&first, &second, &third});
  CHECK(fixed.applied == 2);
  CHECK(fixed.texts.at(0) == "aXdeZ");
}
