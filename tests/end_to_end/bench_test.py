# SPDX-License-Identifier: Apache-2.0
"""The benchmark scripts: rules made for them compile and differ. Nothing here looks at a time."""
import json
import subprocess
import sys
import unittest

from programs import CAPTURE, OK, RULES, SOURCE, ProgramTest, falco_vm, falcoc


def made(kind, count):
    command = [sys.executable, "-B", str(SOURCE / "bench" / "make_rules.py"), kind, str(count)]
    return subprocess.run(command, capture_output=True, check=True).stdout


class MadeRules(ProgramTest):
    def test_rules_compile_are_varied_and_the_same_each_time(self):
        path = self.file("made.yaml", made("rules", 300))
        self.assertEqual(path.read_bytes(), made("rules", 300))
        listed = falcoc("list", "rules", "--json", path)
        self.assert_exit(listed, OK)
        conditions = {rule["condition"] for rule in json.loads(listed.stdout)}
        self.assertEqual(len(conditions), 300)
        self.assert_exit(falcoc(path, "-o", self.folder / "made.fbc"), OK)

    def test_behind_the_default_rules_they_don_t_hide_alerts(self):
        path = self.file("made.yaml", made("rules", 60))
        base, grown = (falco_vm("--ruleset", self.image(*rules), "-e", CAPTURE, "--json", "--all-matches").stdout.splitlines()
                       for rules in (RULES, [*RULES, path]))
        ours = [line for line in grown if b'"rule":"Grown ' not in line]
        self.assertGreater(len(base), 0)
        self.assertEqual(ours, base)

    def test_long_lists_mean_their_members(self):
        for kind, member in (("strings", "/srv/amber/amber/item-0.key"), ("networks", "64.0.0.0/27")):
            with self.subTest(kind):
                text = made(kind, 500)
                self.assertIn(member.encode(), text)
                image = self.image(self.file(f"{kind}.yaml", text))
                shown = falcoc("disasm", image)
                self.assert_exit(shown, OK)
                self.assertIn(member, shown.stdout.decode())


if __name__ == "__main__":
    unittest.main()
