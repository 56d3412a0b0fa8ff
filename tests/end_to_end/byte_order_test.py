#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A capture of a machine of the other byte order shows the same events and wakes the same rules."""
import gzip
import json
import os
import pathlib
import unittest

from programs import CAPTURE, OK, SOURCE, ProgramTest, falco_vm
from swap_capture import swap_capture

DATA = pathlib.Path(os.environ.get("FALCO_TEST_DATA") or SOURCE.parent / "shared")
FIELDS = ("*%evt.num %evt.rawtime %evt.cpu %evt.type %evt.args %evt.rawres %thread.tid %proc.name %proc.cmdline %proc.cwd %proc.env "
          "%proc.vmsize %thread.cgroups %proc.tty %user.name %group.name %fd.num %fd.name %fd.lip %fd.ino %proc.exe_ino.mtime "
          "%thread.cap_effective %proc.sid %proc.pgid %evt.hostname %fd.types %fd.is_server %proc.stdin.name")


class ByteOrder(ProgramTest):
    def setUp(self):
        super().setUp()
        self.native = gzip.decompress(CAPTURE.read_bytes())
        listed = falco_vm("--list-events", "--json")
        self.assert_exit(listed, OK)
        self.events = json.loads(listed.stdout)

    def swapped(self, data):
        return self.file("swapped.scap", swap_capture(data, self.events))

    def shown(self, path):
        result = falco_vm("-e", path, "--print", FIELDS)
        return result.returncode, result.stdout.split(b"\n")

    def test_same_events(self):
        native = self.shown(CAPTURE)
        self.assertGreater(len(native[1]), 20000)
        self.assertEqual(native, self.shown(self.swapped(self.native)))

    def test_same_alerts(self):
        wanted = falco_vm("--ruleset", self.image(), "-e", CAPTURE, "--json", "--all-matches")
        got = falco_vm("--ruleset", self.image(), "-e", self.swapped(self.native), "--json", "--all-matches")
        self.assert_exit(got, OK)
        self.assertGreater(len(wanted.stdout), 1000)
        self.assertEqual(wanted.stdout, got.stdout)

    def test_sections_of_both_orders_in_one_file(self):
        both = self.file("both.scap", self.native + swap_capture(self.native, self.events))
        twice = self.file("twice.scap", self.native + self.native)
        self.assertEqual(self.shown(twice), self.shown(both))

    def test_recorded_old_and_odd_captures(self):
        """Every version of every block, old event codes, lies; where the recordings are at hand."""
        captures = sorted((DATA / "captures" / "synthetic").glob("*.scap"))
        compared = 0
        for capture in captures:
            native = self.shown(capture)
            if native[0] != OK:
                continue  # damaged on purpose
            with self.subTest(capture.name):
                data = capture.read_bytes()
                data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
                self.assertEqual(native, self.shown(self.swapped(data)))
                compared += 1
        if captures:
            self.assertGreater(compared, 30)
        else:
            self.skipTest("no recorded captures at hand")


if __name__ == "__main__":
    unittest.main(verbosity=2)
