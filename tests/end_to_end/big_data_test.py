#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Against recorded results of the reference engine, where they are at hand: the folder FALCO_TEST_DATA, else a sibling folder
of the project named `shared`. Without them the test says SKIP and ends with 77, which ctest shows as skipped."""
import json
import os
import pathlib
import re
import sys
import unittest

from programs import OK, SOURCE, ProgramTest, falco_vm, falcoc, run

DATA = pathlib.Path(os.environ.get("FALCO_TEST_DATA") or SOURCE.parent / "shared")
EXACT = ("shell", "packages", "users", "http", "postgres", "redis", "compile", "cgroups")
CONFORMANCE_SHARE = 0.97


class BigData(ProgramTest):
    def test_conformance(self):
        for name in ("rule-language-cases.yaml", "rule-language-eval-cases.yaml"):
            with self.subTest(name):
                result = run("conformance", DATA / "spec" / name)
                totals = re.search(rb"(\d+) passed, (\d+) failed\s*$", result.stdout)
                self.assertIsNotNone(totals, result.stdout[-500:])
                passed, failed = map(int, totals.groups())
                self.assertGreaterEqual(passed, CONFORMANCE_SHARE * (passed + failed))

    def test_alerts_equal_the_reference(self):
        upstream = DATA / "rules" / "upstream"
        image = self.image(upstream / "falco_rules.yaml", upstream / "falco-incubating_rules.yaml")
        for name in EXACT:
            with self.subTest(name):
                result = falco_vm("--ruleset", image, "-e", DATA / "captures" / f"{name}.scap.gz", "--json", "--all-matches")
                self.assert_exit(result, OK)
                self.assertEqual(self.keys(result.stdout.decode(errors="surrogateescape").splitlines()),
                                 self.keys(open(DATA / "expected" / f"{name}.jsonl", errors="surrogateescape")))

    @staticmethod
    def keys(lines):
        alerts = (json.loads(line) for line in lines if line.startswith("{"))
        return sorted((a["time"], a["rule"]) for a in alerts if "rule" in a)


if __name__ == "__main__":
    if not (DATA / "captures").is_dir():
        print(f"SKIP: no recorded data in FALCO_TEST_DATA nor in {DATA}")
        sys.exit(77)
    unittest.main()
