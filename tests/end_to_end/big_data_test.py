#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Against recorded results of the reference engine, where they are at hand: the folder FALCO_TEST_DATA, else a sibling folder
of the project named `shared`. Without them the test says SKIP and ends with 77, which ctest shows as skipped."""
import collections
import json
import os
import pathlib
import re
import sys
import unittest

from programs import OK, SOURCE, ProgramTest, falco_vm, falcoc, run

DATA = pathlib.Path(os.environ.get("FALCO_TEST_DATA") or SOURCE.parent / "shared")
# Share of alerts that may miss, and may be extra, by capture.
TOLERATED = {name: 0.0 for name in ("shell", "packages", "users", "http", "postgres", "redis", "compile", "cgroups")}
TOLERATED |= {name: 0.03 for name in ("docker", "suspicious", "syscalls")}
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
        for name, tolerated in TOLERATED.items():
            with self.subTest(name):
                result = falco_vm("--ruleset", image, "-e", DATA / "captures" / f"{name}.scap.gz", "--json", "--all-matches")
                self.assert_exit(result, OK)
                wanted = self.keys((DATA / "expected" / f"{name}.jsonl").read_bytes())
                got = self.keys(result.stdout)
                missing, extra = wanted - got, got - wanted
                self.assertLessEqual(missing.total(), tolerated * wanted.total(), f"missing: {list(missing)[:5]}")
                self.assertLessEqual(extra.total(), tolerated * wanted.total(), f"extra: {list(extra)[:5]}")

    def test_fields_equal_the_reference(self):
        recorded = DATA / "expected" / "fields"
        pairs = [(DATA / "captures" / f.name.replace(".jsonl.gz", ".scap.gz"), f) for f in sorted(recorded.glob("*.gz"))]
        pairs += [(DATA / "captures" / "synthetic" / f.name.replace(".jsonl.gz", ".scap"), f)
                  for f in sorted((recorded / "synthetic").glob("*.gz"))]
        self.assertGreater(len(pairs), 10)
        for capture, values in pairs:
            with self.subTest(capture.name):
                result = run("field-diff", capture, values)
                self.assert_exit(result, OK)

    def test_a_capture_with_dropped_events_runs_to_its_end(self):
        result = falco_vm("--ruleset", self.image(), "-e", DATA / "captures" / "bench-mix-2m.scap.gz", "--output", os.devnull)
        self.assert_exit(result, OK)
        self.assertIn(b"raw events", result.stderr)

    @staticmethod
    def keys(text):
        """How often which alert is there; an alert is known by its time and rule."""
        alerts = (json.loads(line) for line in text.decode(errors="surrogateescape").split("\n") if line.startswith("{"))
        return collections.Counter((a["time"], a["rule"]) for a in alerts if "rule" in a)


if __name__ == "__main__":
    if not (DATA / "captures").is_dir():
        print(f"SKIP: no recorded data in FALCO_TEST_DATA nor in {DATA}")
        sys.exit(77)
    unittest.main()
