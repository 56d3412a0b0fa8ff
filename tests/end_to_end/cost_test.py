#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""falco-vm --profile on the bundled capture, its page in a real browser, and falcoc cost against tests/golden/end_to_end/cost/
(FALCOC_BLESS=1 rewrites). Times are never compared."""
import html
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

from programs import CAPTURE, GOLDEN, OK, OUTSIDE, RULES, USAGE, WRONG_INPUT, ProgramTest, falco_vm, falcoc, run

COST = GOLDEN / "cost"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)


class Profile(ProgramTest):
    def profile(self, name, *arguments):
        path = self.folder / name
        result = falco_vm("--ruleset", self.image(), "-e", CAPTURE, "--all-matches", f"--profile={path}", *arguments)
        self.assert_exit(result, OK)
        return path, result

    def test_alerts_are_the_same_with_and_without(self):
        _, measured = self.profile("cost.json", "--profile-every=1")
        plain = falco_vm("--ruleset", self.image(), "-e", CAPTURE, "--all-matches")
        self.assertEqual(measured.stdout, plain.stdout)
        self.assertEqual(measured.stderr, plain.stderr)

    def test_json_adds_up(self):
        path, result = self.profile("cost.json")
        profile = json.loads(path.read_text(encoding="utf-8"))
        self.assertEqual(profile["format"], "falco-vm profile")
        said = re.search(rb"(\d+) evaluated, (\d+) alerts from (\d+) active", result.stderr)
        self.assertEqual(profile["events"], int(said[1]))
        self.assertEqual(profile["matches"], int(said[2]))
        self.assertEqual(sum(r["matches"] for r in profile["rules"]), int(said[2]))
        self.assertEqual(len(profile["rules"]), int(said[3]))
        self.assertEqual(sum(t["events"] for t in profile["events_by_type"]), profile["events"])
        self.assertAlmostEqual(sum(r["evaluation_ns"] for r in profile["rules"]), profile["evaluation_ns"],
                               delta=1 + 0.001 * profile["evaluation_ns"])
        costs = [r["evaluation_ns"] + r["alert_ns"] for r in profile["rules"]]
        self.assertEqual(costs, sorted(costs, reverse=True))
        self.assertGreater(costs[0], 0)
        busy = [r for r in profile["rules"] if r["samples"]]
        self.assertGreater(len(busy), 5)
        for rule in busy:
            with self.subTest(rule["name"]):
                rejected = sum(p["rejections_when_false"] + p["rejections_when_true"] for p in rule["predicates"])
                # Counts are estimates from different samples than matches, which are exact.
                self.assertLessEqual(rejected, 1.1 * rule["evaluations"] + 10)
                self.assertEqual(sum(e["matches"] for e in rule["events"]), rule["matches"])
                self.assertRegex(rule["place"], r"\.yaml:\d+$")

    def test_every_event_measured_means_exact_counts(self):
        path, _ = self.profile("cost.json", "--profile-every=1")
        profile = json.loads(path.read_text(encoding="utf-8"))
        samples = sum(t["samples"] for t in profile["events_by_type"])
        self.assertEqual(samples, profile["timed"] + profile["traced"])
        self.assertLessEqual(samples, profile["events"])
        without_program = sum(t["events"] for t in profile["events_by_type"] if t["samples"] == 0)
        # A type of which every sample was interrupted looks like one without a program, so it is not counted twice here.
        self.assertLessEqual(samples + without_program, profile["events"])
        self.assertGreaterEqual(samples + without_program + profile["interrupted"], profile["events"])

    def test_table(self):
        result = falco_vm("--ruleset", self.image(), "-e", CAPTURE, "--profile")
        self.assert_exit(result, OK)
        said = result.stderr.decode()
        self.assertRegex(said, r"profile: rules took [\d.]+ (ns|µs|ms|s) ")
        self.assertIn("rejected by: ", said)
        path, result = self.profile("cost.txt")
        self.assertNotIn(b"profile:", result.stderr)
        self.assertIn("cost by event type:", path.read_text(encoding="utf-8"))

    def test_refusals(self):
        image = self.image()
        self.assert_refused(falco_vm("--ruleset", image, "-e", CAPTURE, "--profile=cost.svg"), USAGE, ".html")
        self.assert_refused(falco_vm("--ruleset", image, "-e", CAPTURE, "--profile-every=0", "--profile"), USAGE, "--profile-every")
        self.assert_refused(falco_vm("--ruleset", image, "-e", CAPTURE, "--profile-every=10"), USAGE, "--profile")
        missing = falco_vm("--ruleset", image, "-e", CAPTURE, f"--profile={self.folder}/no/such/cost.html")
        self.assert_refused(missing, OUTSIDE, "can't open", "cost.html")
        self.assertEqual(missing.stdout, b"")
        if os.path.exists("/dev/full"):
            os.symlink("/dev/full", self.folder / "full.json")
            full = falco_vm("--ruleset", image, "-e", CAPTURE, f"--profile={self.folder}/full.json")
            self.assert_refused(full, OUTSIDE, "can't write", "full.json")


class Page(ProgramTest):
    """What JavaScript made of the page, not what the file says: --dump-dom prints the document after scripts ran."""

    def rendered(self, path):
        command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={self.folder}/browser",
                   "--virtual-time-budget=5000", "--dump-dom", path.as_uri()]
        result = subprocess.run(command, capture_output=True, timeout=120, check=False)
        self.assertEqual(result.returncode, 0, result.stderr.decode(errors="replace")[-2000:])
        return re.sub(r"(?s)<script.*?</script>", "", result.stdout.decode())

    def test_the_browser_shows_the_three_most_expensive_rules_first(self):
        path = self.folder / "cost.html"
        result = falco_vm("--ruleset", self.image(), "-e", CAPTURE, f"--profile={path}")
        self.assert_exit(result, OK)
        source = path.read_text(encoding="utf-8")
        profile = json.loads(re.search(r'(?s)id="profile">(.*?)</script>', source)[1])
        names = [html.escape(r["name"], quote=False) for r in profile["rules"]]
        self.assertGreater(len(names), 10)
        shown = self.rendered(path)
        cards = re.findall(r'<div class="name">(.*?)</div>', shown)
        self.assertEqual(cards, names[:3])
        rows = re.findall(r'<tr class="rule" id="rule-\d+"><td class="text">(.*?)<', shown)
        self.assertEqual(rows, names)
        self.assertGreater(len(re.findall(r"<rect ", shown)), 3)
        self.assertNotIn("NaN", shown)
        self.assertNotIn("undefined", shown)


class Cost(ProgramTest):
    def cost(self, *arguments):
        """falcoc cost, in the folder of the rules, so that places have no folder."""
        return run("falcoc", "cost", "rules.yaml", *arguments, cwd=COST)

    def expect_golden(self, name, result, code):
        self.assert_exit(result, code)
        got = result.stdout.decode() + result.stderr.decode()
        path = COST / name
        if os.environ.get("FALCOC_BLESS") == "1":
            path.write_text(got, encoding="utf-8")
        self.assertEqual(path.read_text(encoding="utf-8"), got)

    def profile(self, *rules):
        """Three rules, measured by hand."""
        made = [{"name": name, "evaluations": n, "matches": 1, "evaluation_ns": 100.0 * n,
                 "events": [{"event": event, "evaluations": n}]} for name, event, n in rules]
        return self.file("cost.json", json.dumps({"format": "falco-vm profile", "version": 1, "events": 1000, "rules": made}))

    def test_text_and_json(self):
        self.expect_golden("cost.txt", self.cost(), OK)
        self.expect_golden("cost.json", self.cost("--format", "json"), OK)

    def test_a_rule_above_the_limit_is_an_error_at_its_place(self):
        self.expect_golden("above.txt", self.cost("--max-cost", "1000"), WRONG_INPUT)
        self.assert_exit(self.cost("--max-cost", "1000000"), OK)
        worst = max(rule["cost"] for rule in json.loads(self.cost("--format", "json").stdout)["rules"])
        self.assert_exit(self.cost("--max-cost", worst), OK)
        self.assert_exit(self.cost("--max-cost", worst - 1), WRONG_INPUT)

    def test_selection(self):
        names = [rule["name"] for rule in json.loads(self.cost("--format", "json", "-T", "processes").stdout)["rules"]]
        self.assertEqual(sorted(names), ["Cheap", "Connects"])
        self.assert_exit(self.cost("--max-cost", "1000", "-T", "processes"), OK)
        self.assertEqual(len(json.loads(self.cost("--format", "json", "-t", "network").stdout)["rules"]), 1)
        self.assertEqual(len(json.loads(self.cost("--format", "json", "--priority", "warning").stdout)["rules"]), 2)

    def test_weighed(self):
        profile = self.profile(("Connects", "connect", 900), ("Dear", "openat", 2))
        self.expect_golden("weighed.txt", self.cost("--profile", profile), OK)
        self.assert_exit(self.cost("--profile", profile, "--Werror"), WRONG_INPUT)

    def test_rules_missing_on_either_side_are_named(self):
        profile = self.profile(("Connects", "connect", 900), ("Dear", "openat", 2), ("Of old", "close", 5))
        result = self.cost("--profile", profile, "-T", "processes")
        self.assert_exit(result, OK)
        said = result.stderr.decode()
        self.assertIn("rule `Cheap` is not in the profile", said)
        self.assertIn("measured a rule `Of old`", said)
        self.assertNotIn("`Dear`", said)  # left out by the selection, not missing

    def test_a_profile_of_falco_vm_weighs_the_default_rules(self):
        path = self.folder / "run.json"
        self.assert_exit(falco_vm("--ruleset", self.image(), "-e", CAPTURE, f"--profile={path}", "--output", os.devnull), OK)
        result = falcoc("cost", *RULES, "--profile", path, "--format", "json")
        self.assert_exit(result, OK)
        self.assertNotIn(b"profile", result.stderr)
        rules = json.loads(result.stdout)["rules"]
        weights = [rule["weighted_per_event"] for rule in rules]
        self.assertEqual(weights, sorted(weights, reverse=True))
        self.assertGreater(weights[0], 0)

    def test_refusals(self):
        self.assert_refused(self.cost("--profile", self.folder / "none.json"), OUTSIDE, "none.json")
        self.assert_refused(self.cost("--profile", self.folder), OUTSIDE, "not a")
        self.assert_refused(self.cost("--profile", self.file("x.json", "{")), WRONG_INPUT, "no profile")
        self.assert_refused(self.cost("--profile", self.file("y.json", "{}")), WRONG_INPUT, "falco-vm did not write it")
        self.assert_refused(self.cost("--max-cost", "-1"), USAGE, "--max-cost")
        self.assert_refused(self.cost("--max-cost", "many"), USAGE, "--max-cost")
        self.assert_refused(self.cost("--format", "markdown"), USAGE, "--format")
        self.assert_refused(falcoc("cost"), USAGE, "no rules")
        os.mkfifo(self.folder / "pipe")
        self.assert_refused(self.cost("--profile", self.folder / "pipe"), OUTSIDE, "named pipe")
        self.assert_refused(falcoc("cost", self.file("bad.yaml", "- rule: x")), WRONG_INPUT, "bad.yaml")


if __name__ == "__main__":
    if "Page" in sys.argv and BROWSER is None:
        print(f"SKIP: no browser; one of {', '.join(BROWSERS)} (scripts/install-deps.sh browser)")
        sys.exit(77)
    unittest.main()
