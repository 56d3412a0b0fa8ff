#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`falco-vm --print`: fields of events without rules."""
import json
import re
import subprocess
import unittest

from programs import BIN, CAPTURE, OK, OUTSIDE, SOURCE, USAGE, ProgramTest, falco_vm, run


class Print(ProgramTest):
    def test_text(self):
        result = falco_vm("-e", CAPTURE, "--print", "%evt.num %evt.type %fd.name")
        self.assert_exit(result, OK)
        lines = result.stdout.decode(errors="replace").splitlines()
        self.assertEqual(lines[0], "1 close ")
        self.assertTrue(any(line.endswith("openat /etc/shadow") for line in lines))

    def test_json_agrees_with_text(self):
        text = falco_vm("-e", CAPTURE, "--print", "*%evt.num,%evt.rawtime,%thread.tid,%evt.dir")
        objects = falco_vm("-e", CAPTURE, "--print", "*%evt.num %evt.rawtime %thread.tid %evt.dir", "--json")
        self.assert_exit(text, OK)
        self.assert_exit(objects, OK)
        rows = [json.loads(line) for line in objects.stdout.splitlines()]
        joined = [f"{o['evt.num']},{o['evt.rawtime']},{o['thread.tid']},{o['evt.dir']}" for o in rows]
        self.assertEqual(joined, text.stdout.decode().splitlines())
        self.assertGreater(len(rows), 20000)

    def test_incomplete_events_are_left_out_unless_asked_for(self):
        some = falco_vm("-e", CAPTURE, "--print", "%fd.sip").stdout.splitlines()
        every = falco_vm("-e", CAPTURE, "--print", "*%fd.sip").stdout.splitlines()
        self.assertEqual([line for line in every if line != b"<NA>"], some)
        self.assertLess(len(some), len(every))

    def test_mistakes(self):
        self.assert_refused(falco_vm("-e", CAPTURE, "--print", "%evt.nope"), USAGE, "evt.nope", "byte 1")
        self.assert_refused(falco_vm("-e", CAPTURE, "--print", ""), USAGE)
        self.assert_refused(falco_vm("--print", "%evt.num", "--device", "/no/such/device"), OUTSIDE, "not loaded")
        self.assert_refused(falco_vm("-e", "/nonexistent", "--print", "%evt.num"), OUTSIDE, "/nonexistent")
        self.assert_refused(falco_vm("-e", CAPTURE, "--print", "%evt.num", "--ruleset", "x.fbc"), USAGE)

    def test_damage_is_told_after_what_came_before(self):
        cut = self.file("cut.scap.gz", CAPTURE.read_bytes()[:100_000])
        result = falco_vm("-e", cut, "--print", "%evt.num")
        self.assert_refused(result, OUTSIDE, "at byte")
        self.assertGreater(len(result.stdout.splitlines()), 100)

    def test_a_reader_that_leaves_is_no_error(self):
        command = f"'{BIN}/falco-vm' -e '{CAPTURE}' --print '%evt.num %evt.args' | head -1"
        result = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=60)
        self.assertEqual((result.stdout.split()[0], result.stderr), (b"1", b""))


class FieldDiff(ProgramTest):
    """The comparer finds what is planted."""

    def recorded(self, change=None):
        printed = falco_vm("-e", CAPTURE, "--json", "--print", "*%evt.num %proc.name %fd.name %fd.types %evt.rawres")
        self.assert_exit(printed, OK)
        events = [json.loads(line) for line in printed.stdout.splitlines()][:2000]
        if change:
            change(events)
        return self.file("recorded.jsonl", "".join(json.dumps(e) + "\n" for e in events))

    def test_equal(self):
        result = run("field-diff", CAPTURE, self.recorded())
        self.assert_exit(result, 0)
        self.assertIn(b"100.0000 % of 10000 values equal", result.stdout)

    def test_planted_difference(self):
        def change(events):
            events[1000]["fd.name"] = "/planted"
            events[1500]["proc.name"] = None

        result = run("field-diff", CAPTURE, self.recorded(change))
        self.assert_exit(result, 1)
        said = result.stdout.decode()
        self.assertIn("1999 of 2000     fd.name", said)
        self.assertIn("recorded \"/planted\"", said)
        self.assertIn("1999 of 2000     proc.name", said)
        self.assertIn("0.0200 % (2) otherwise", said)

    def test_order_of_types_is_free(self):
        def change(events):
            for event in events:
                if event["fd.types"]:
                    event["fd.types"].reverse()

        self.assert_exit(run("field-diff", CAPTURE, self.recorded(change)), 0)

    def test_unknown_event(self):
        def change(events):
            events.append({"evt.num": 10**9, "proc.name": "x"})

        result = run("field-diff", CAPTURE, self.recorded(change))
        self.assert_exit(result, 1)
        self.assertIn(b"1 recorded events are not shown here, the first is event 1000000000", result.stdout)

    def test_every_known_difference_is_documented(self):
        table = (SOURCE / "tools" / "field-diff" / "known_differences.cc").read_text()
        names = re.findall(r'^    \{"([a-z-]+)",', table, re.M)
        self.assertGreater(len(names), 3)
        document = (SOURCE / "docs" / "compatibility.md").read_text()
        for name in names:
            self.assertIn(f"[{name}]", document)

    def test_files_that_are_none(self):
        self.assertEqual(run("field-diff", CAPTURE, "/nonexistent").returncode, 3)
        self.assertEqual(run("field-diff", CAPTURE, self.file("bad.jsonl", "{}\n")).returncode, 3)
        self.assertEqual(run("field-diff", CAPTURE).returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
