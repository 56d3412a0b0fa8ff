#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The event generator against the default rules: every act has its rule, a recording of all acts wakes each, and running them
leaves nothing behind.

generator.scap.gz is what falco-vm saw live in a virtual machine (Linux 6.1); generator_live.py --record makes it anew, which is
needed when acts or what they show change.

usage: generator_test.py; FALCO_BIN is the folder of the programs, FALCO_SOURCE that of the sources.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

import acts_seen

BIN = pathlib.Path(os.environ["FALCO_BIN"])
SOURCE = pathlib.Path(os.environ["FALCO_SOURCE"])
RECORDING = SOURCE / "tests" / "ruleset" / "generator.scap.gz"


def run(program, *arguments, code=0):
    result = subprocess.run([str(BIN / program), *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                            timeout=120, check=False)
    if result.returncode != code:
        raise AssertionError(f"{program}: exit {result.returncode}: {result.stderr.decode(errors='replace')[-2000:]}")
    return result.stdout.decode(errors="replace")


def table():
    return acts_seen.read_list(run("event-generator", "--list"))


def snapshot(*folders):
    return {path: path.lstat().st_mtime_ns for folder in folders for path in pathlib.Path(folder).rglob("*") if path.is_file()}


class Table(unittest.TestCase):
    def test_acts_and_rules_belong_together(self):
        acts, without = table()
        rules = {rule["name"] for rule in json.loads(run("falcoc", "list", "rules", "--json", SOURCE / "rules"))}
        named = [act.rule for act in acts]
        self.assertEqual(sorted(set(named) - rules), [], "acts that name no rule")
        self.assertEqual(sorted(set(without) - rules), [], "excuses for no rule")
        self.assertEqual(sorted(rules - set(named)), sorted(without), "rules without act must say why")
        self.assertEqual(len({act.name for act in acts}), len(acts), "names are used once")
        self.assertGreaterEqual(len(set(named)), 0.95 * len(rules))


class Recording(unittest.TestCase):
    def test_each_act_wakes_its_rule_and_no_other_with_its_values(self):
        with tempfile.TemporaryDirectory() as folder:
            marker, more, image = (pathlib.Path(folder) / name for name in ("marker.yaml", "more.yaml", "rules.fbc"))
            marker.write_text(acts_seen.MARKER_RULE, encoding="utf-8")
            more.write_text(acts_seen.more_output(table()[0]), encoding="utf-8")
            run("falcoc", marker, SOURCE / "rules", more, "-o", image)
            output = run("falco-vm", "--ruleset", image, "-e", RECORDING, "--json")
        self.assertEqual(acts_seen.problems(table()[0], acts_seen.by_act(output.splitlines())), [])


class Program(unittest.TestCase):
    def test_nothing_is_left_and_nothing_outside_is_touched(self):
        watched = ("/etc", "/root/.ssh", "/var/log")
        with tempfile.TemporaryDirectory() as folder:
            before, scratch = snapshot(*watched), set(pathlib.Path("/tmp").glob("event-generator.*"))
            output = run("event-generator", "--all", "--dir", folder)
            self.assertEqual(list(pathlib.Path(folder).iterdir()), [])
            self.assertEqual(set(pathlib.Path("/tmp").glob("event-generator.*")), scratch)
            self.assertEqual(snapshot(*watched), before)
        words = [line.split()[0] for line in output.splitlines()]
        self.assertEqual(len(words), len(table()[0]))
        self.assertNotIn("failed", words)
        self.assertGreater(words.count("done"), 50)
        for line in output.splitlines():
            if line.startswith("skipped"):
                self.assertRegex(line, ": (needs root|needs --allow-system|no private view|other users can't|the machine has no folder)")

    def test_single_acts(self):
        with tempfile.TemporaryDirectory() as folder:
            output = run("event-generator", "--action", "give-setuid", "--action", "tie-shell", "--dir", folder)
            self.assertEqual([line.split()[:2] for line in output.splitlines()], [["done", "give-setuid"], ["done", "tie-shell"]])
            run("event-generator", "--action", "load-bpf", "--dir", folder, code=1)  # needs --allow-system

    def test_a_loop_ends_when_interrupted_and_tidies_up(self):
        with tempfile.TemporaryDirectory() as folder:
            with subprocess.Popen([str(BIN / "event-generator"), "--loop", "--dir", folder], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, text=True) as process:
                seen = [process.stdout.readline() for _ in range(10)]
                process.send_signal(signal.SIGINT)
                process.stdout.read()
                self.assertEqual(process.wait(timeout=30), 0)
            self.assertTrue(all(line.split()[0] in ("done", "skipped") for line in seen), seen)
            self.assertEqual(list(pathlib.Path(folder).iterdir()), [])

    def test_mistakes(self):
        run("event-generator", code=2)
        run("event-generator", "--action", "no-such-act", code=2)
        run("event-generator", "--all", "--action", "tie-shell", code=2)
        run("event-generator", "--nonsense", code=2)
        run("event-generator", "--all", "--dir", "/no/such/folder", code=3)
        run("event-generator", "--all", "--dir", "/etc", code=3)
        with tempfile.TemporaryDirectory(prefix="two words") as folder:
            run("event-generator", "--action", "decode", "--dir", folder, code=3)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
