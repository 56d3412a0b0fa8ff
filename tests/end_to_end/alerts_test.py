#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Default rules + bundled capture -> the alerts in tests/golden/end_to_end/. FALCOC_BLESS=1 rewrites them."""
import json
import os
import re
import unittest

from programs import CAPTURE, GOLDEN, OK, RULES, SOURCE, ProgramTest, falco_vm, falcoc

TAGS = {"filesystem", "software_mgmt", "process", "database", "host", "shell", "container", "cis", "users", "network"}
MISSPELT = "sofware_mgmt"  # as the tag of software_mgmt was once published
CONTROL = re.compile(r"cis_docker_[1-7](\.\d+)+|T\d{4}(\.\d{3})?|pci_\d+(\.\d+)+|nist_[A-Z]{2}-\d+")  # rules/README.md


class Alerts(ProgramTest):
    def expect_golden(self, name, got):
        path = GOLDEN / name
        if os.environ.get("FALCOC_BLESS") == "1":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(got)
        self.assertEqual(path.read_text().splitlines(), got.decode().splitlines())

    def alerts(self, *options):
        result = falco_vm("--ruleset", self.image(), "-e", CAPTURE, "--json", *options)
        self.assert_exit(result, OK)
        return [json.loads(line) for line in result.stdout.splitlines()]

    def test_text(self):
        result = falco_vm("--ruleset", self.image(), "-e", CAPTURE, "--all-matches")
        self.assert_exit(result, OK)
        self.expect_golden("break-in.txt", result.stdout)

    def test_json(self):
        result = falco_vm("--ruleset", self.image(), "-e", CAPTURE, "--all-matches", "--json")
        self.assert_exit(result, OK)
        self.expect_golden("break-in.jsonl", result.stdout)

    def test_the_story_is_told(self):
        """Each step of the recorded break-in is found by the rule meant for it."""
        rules = {alert["rule"] for alert in self.alerts("--all-matches")}
        for rule in ("Shell started by a network service", "Password hashes read", "Set-user-id bit given",
                     "Program started from a scratch folder", "Shell talks to the network", "Private key read",
                     "Account created or removed", "Scheduled job planted", "System program replaced", "Package sources changed",
                     "Log file removed", "Shell history erased", "Database writes outside its data", "Login key planted",
                     "Package manager run in a container", "Terminal opened in a container", "Kernel module loaded",
                     "Instance credentials requested", "Raw connection tool used"):
            with self.subTest(rule):
                self.assertIn(rule, rules)

    def test_first_match_gives_one_alert_per_event(self):
        times = [alert["time"] for alert in self.alerts()]
        self.assertGreater(len(times), 10)
        self.assertLessEqual(len(times), len(self.alerts("--all-matches")))

    def test_same_input_same_alerts(self):
        self.assertEqual(self.alerts("--all-matches"), self.alerts("--all-matches"))

    def test_selection_at_run_time(self):
        everything = self.alerts("--all-matches")
        with_tag = [a for a in everything if "container" in a["tags"]]
        self.assertGreater(len(with_tag), 0)
        self.assertEqual(self.alerts("--all-matches", "-t", "container"), with_tag)
        self.assertEqual(self.alerts("--all-matches", "-T", "container"), [a for a in everything if "container" not in a["tags"]])
        without_shell = [a for a in everything if "Shell" not in a["rule"]]
        self.assertLess(len(without_shell), len(everything))
        self.assertEqual(self.alerts("--all-matches", "-D", "Shell"), without_shell)
        severe = {"Emergency", "Alert", "Critical"}
        self.assertEqual(self.alerts("--all-matches", "--priority", "critical"), [a for a in everything if a["priority"] in severe])


    def test_either_spelling_of_a_tag_selects_rules_of_either(self):
        rules = "".join(f"- {{rule: {tag}, desc: d, condition: evt.type = close, output: o, priority: INFO, tags: [{tag}]}}\n"
                        for tag in ("software_mgmt", MISSPELT, "other"))
        image = self.folder / "spelt.fbc"
        self.assert_exit(falcoc(self.file("spelt.yaml", rules), "-o", image), OK)
        for option, wanted in (("-t", b"from 2 active rules"), ("-T", b"from 1 active rule\n")):
            for tag in ("software_mgmt", MISSPELT):
                result = falco_vm("--ruleset", image, "-e", CAPTURE, option, tag)
                self.assert_exit(result, OK)
                self.assertIn(wanted, result.stderr)


class Rules(ProgramTest):
    def rules(self, *options):
        result = falcoc("list", "rules", "--json", *RULES, *options)
        self.assert_exit(result, OK)
        return [rule for rule in json.loads(result.stdout) if rule["enabled"]]

    def test_every_rule_has_a_known_tag_and_every_tag_a_rule(self):
        rules = self.rules()
        self.assertTrue(80 <= len(rules) <= 120, len(rules))
        used = set()
        for rule in rules:
            with self.subTest(rule["name"]):
                tags = set(rule["tags"]) - {MISSPELT}
                themes = tags & TAGS
                self.assertTrue(themes)
                used |= themes
                controls = tags - TAGS
                self.assertTrue(controls)
                self.assertEqual([c for c in controls if not CONTROL.fullmatch(c)], [])
                self.assertEqual("cis" in tags, any(c.startswith("cis_") for c in controls))
        self.assertEqual(used, TAGS)

    def test_every_rule_tells_why_and_whom(self):
        for rule in self.rules():
            with self.subTest(rule["name"]):
                self.assertGreater(len(rule["description"].split()), 9)
                for field in ("%user.name", "%proc.cmdline"):
                    self.assertIn(field, rule["output"])

    def test_a_choice_lists_the_chosen(self):
        for options in (("-t", "cis"), ("-T", "cis"), ("-D", "Shell"), ("--priority", "critical")):
            with self.subTest(options):
                result = falcoc("list", "rules", *RULES, *options)
                self.assert_exit(result, OK)
                self.assertEqual(len(result.stdout.splitlines()), len(self.rules(*options)))
                self.assertLess(len(result.stdout.splitlines()), len(self.rules()))

    def test_both_published_spellings_of_a_tag_select(self):
        right, wrong = ([r["name"] for r in self.rules("-t", tag)] for tag in ("software_mgmt", MISSPELT))
        self.assertGreater(len(right), 2)
        self.assertEqual(right, wrong)
        self.assertEqual(self.rules("-T", "software_mgmt"), self.rules("-T", MISSPELT))
        self.assertEqual(len(self.rules("-T", MISSPELT)), len(self.rules()) - len(right))

    def test_the_benchmark_can_be_selected(self):
        everything, cis = len(self.rules()), self.rules("-t", "cis")
        self.assertGreater(len(cis), 20)
        names = {r["name"] for r in cis}
        self.assertLessEqual({"Privileged container launched", "Set-user-id bit given", "Secure shell server in a container"}, names)
        self.assertEqual(len(self.rules("-T", "cis")), everything - len(cis))

    def test_compile_without_any_warning(self):
        result = falcoc(*RULES, "--Werror")
        self.assert_exit(result, OK)
        self.assertNotIn(b"warning", result.stderr)

    def test_output_is_reproducible(self):
        one, two = self.folder / "1.fbc", self.folder / "2.fbc"
        self.assert_exit(falcoc(*RULES, "-o", one), OK)
        self.assert_exit(falcoc(*RULES, "-o", two), OK)
        self.assertEqual(one.read_bytes(), two.read_bytes())

    def test_local_overrides_apply(self):
        local = self.file("local.yaml", (SOURCE / "rules" / "local.yaml.example").read_bytes())
        image = self.image(*RULES, local)
        result = falco_vm("--ruleset", image, "-e", CAPTURE, "--json", "--all-matches")
        self.assert_exit(result, OK)
        self.assertNotIn(b"Raw connection tool used", result.stdout)
        self.assertIn(b"Password hashes read", result.stdout)

    def test_verify_and_disassemble(self):
        image = self.image()
        self.assert_exit(falcoc("verify", image), OK)
        listing = falcoc("disasm", image)
        self.assert_exit(listing, OK)
        self.assertIn(b"Password hashes read", listing.stdout)


if __name__ == "__main__":
    unittest.main()
