#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""falcoc lint as authors and CI meet it."""
import json
import os
import pathlib
import time
import unittest

from programs import OK, OUTSIDE, RULES, SOURCE, USAGE, WRONG_INPUT, ProgramTest, falcoc

DATA = pathlib.Path(os.environ.get("FALCO_TEST_DATA") or SOURCE.parent / "shared")
UPSTREAM = sorted(DATA.glob("rules/upstream/*.yaml"))

BAD = """- list: names
  items: [nc, socat, nc]

- rule: Reads
  desc: Somebody read it
  condition: evt.type in (open, openat) and fd.name = /etc/shadow and proc.name in (names)
  output: Read by %proc.name
  priority: INFO
  tags: [host]
"""
GOOD = BAD.replace("socat, nc]", "socat]").replace("openat)", "openat, openat2)")


def ids(result):
    return sorted({json.loads(line)["id"] for line in result.stdout.decode().splitlines()})


class Lint(ProgramTest):
    def lint(self, text, *options):
        return falcoc("lint", self.file("r.yaml", text), "--format", "json", *options)

    def test_findings_are_warnings(self):
        result = self.lint(BAD)
        self.assert_exit(result, OK)
        self.assertEqual(ids(result), ["FC4203", "FC4306"])
        self.assert_exit(self.lint(BAD, "--Werror"), WRONG_INPUT)
        self.assert_exit(self.lint(BAD, "--deny", "missing-sibling"), WRONG_INPUT)
        self.assert_exit(self.lint(BAD, "--deny", "FC4001"), OK)
        self.assert_exit(self.lint(GOOD, "--Werror"), OK)
        self.assertEqual(ids(self.lint(BAD, "--allow", "FC4203")), ["FC4306"])

    def test_exit_codes(self):
        self.assert_exit(self.lint(BAD.replace("fd.name", "fd.nam")), WRONG_INPUT)
        self.assert_refused(falcoc("lint"), USAGE)
        self.assert_refused(falcoc("lint", self.file("r.yaml", BAD), "--group", "beauty"), USAGE)
        self.assert_refused(falcoc("lint", self.file("r.yaml", BAD), "--target", "falco-9"), USAGE)
        self.assert_refused(falcoc("lint", self.folder / "absent.yaml"), OUTSIDE)

    def test_choosing(self):
        self.assertEqual(ids(self.lint(BAD, "--group", "bypass")), ["FC4203"])
        self.assertEqual(ids(self.lint(BAD, "--group", "bypass", "--group", "style")), ["FC4203", "FC4306"])
        self.assertIn("FC4205", ids(self.lint(BAD, "--strict")))
        self.assertEqual(ids(self.lint(GOOD, "--tags", "host,shell")), [])
        self.assertEqual(ids(self.lint(GOOD, "--tags", "shell")), ["FC4305"])
        self.assertEqual(ids(self.lint(GOOD.replace("proc.name in", "tolower(proc.name) in"), "--target", "falco-0.37")), ["FC4401"])
        self.assertEqual(ids(self.lint(GOOD.replace("proc.name in", "tolower(proc.name) in"), "--target", "falco-0.38")), [])

    def test_comments(self):
        self.assertEqual(ids(self.lint(BAD.replace("- rule", "# falcoc: allow(missing-sibling)\n- rule"))), ["FC4306"])

    def test_fix(self):
        rules = self.file("r.yaml", BAD)
        result = falcoc("lint", rules, "--fix", "--Werror")
        self.assert_exit(result, OK)
        self.assertEqual(rules.read_text(), GOOD)
        again = falcoc("lint", rules, "--fix")
        self.assertNotIn(b"repaired", again.stderr)
        self.assertEqual(rules.read_text(), GOOD)

    def test_fix_leaves_what_is_allowed_or_wrong(self):
        for text in (BAD.replace("- rule", "# falcoc: allow(FC4203)\n- rule").replace(", nc]", "]"), BAD.replace("fd.name", "fd.nam")):
            rules = self.file("r.yaml", text)
            falcoc("lint", rules, "--fix")
            self.assertEqual(rules.read_text(), text)

    def test_own_rules_are_clean(self):
        result = falcoc("lint", *RULES, "--Werror")
        self.assert_exit(result, OK)

    def test_list(self):
        page = falcoc("list", "lints", "--format", "markdown").stdout.decode()
        rows = json.loads(falcoc("list", "lints", "--json").stdout)
        self.assertGreater(len(rows), 25)
        for row in rows:
            self.assertIn(f"### {row['id']} {row['slug']}", page)

    @unittest.skipUnless(UPSTREAM, "no upstream rules here")
    def test_upstream_is_quick_and_quiet(self):
        best = 9.9
        for _ in range(3):
            start = time.monotonic()
            result = falcoc("lint", *UPSTREAM, "--format", "json", "--allow", "unused-macro", "--allow", "unused-list")
            best = min(best, time.monotonic() - start)
        self.assert_exit(result, OK)
        self.assertLess(len(result.stdout.splitlines()), 20)
        self.assertLess(best, 3.0)  # 0.3 s on an idle machine


if __name__ == "__main__":
    unittest.main()
