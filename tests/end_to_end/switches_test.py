#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The parts of reading and of the machine that only make them faster: without each of them falco-vm prints the same alerts, on the bundled
capture and on the recorded ones where they are at hand (FALCO_TEST_DATA, else a sibling folder of the project named
`shared`)."""
import gzip
import os
import pathlib
import unittest

from programs import CAPTURE, OK, SOURCE, USAGE, ProgramTest, falco_vm

DATA = pathlib.Path(os.environ.get("FALCO_TEST_DATA") or SOURCE.parent / "shared")
STEPS = ("interest", "classes", "matchers", "memo", "processes")


class Switches(ProgramTest):
    def compare(self, image, capture):
        common = ("--ruleset", image, "-e", capture, "--json")
        for mode in ((), ("--all-matches",)):
            usual = falco_vm(*common, *mode)
            self.assert_exit(usual, OK)
            for off in (*STEPS, ",".join(STEPS)):
                with self.subTest(capture=capture.name, off=off, mode=mode):
                    other = falco_vm(*common, *mode, "--disable", off)
                    self.assert_exit(other, OK)
                    self.assertTrue(usual.stdout == other.stdout, "the alerts differ")
        return usual.stdout

    def test_bundled_capture(self):
        self.assertIn(b'"rule"', self.compare(self.image(), CAPTURE))

    def test_what_is_left_unread_is_not_lost(self):
        said = [falco_vm("--ruleset", self.image(), "-e", CAPTURE, *off).stderr for off in ((), ("--disable", "interest"))]
        self.assertNotIn(b"lost", said[0])
        self.assertEqual(said[0], said[1])

    def test_unknown_step(self):
        self.assert_refused(falco_vm("--ruleset", self.image(), "-e", CAPTURE, "--disable", "colour"), USAGE, "colour")

    @unittest.skipUnless((DATA / "captures").is_dir(), f"no recorded captures in {DATA}")
    def test_recorded_captures(self):
        upstream = DATA / "rules" / "upstream"
        image = self.image(upstream / "falco_rules.yaml", upstream / "falco-incubating_rules.yaml")
        captures = sorted((DATA / "captures").glob("*.scap.gz"))
        self.assertGreater(len(captures), 10)
        alerts = b""
        for packed in captures:
            plain = self.file("plain.scap", gzip.decompress(packed.read_bytes())).rename(self.folder / packed.stem)
            alerts += self.compare(image, plain)
            plain.unlink()
        self.assertGreater(alerts.count(b'"rule"'), 100)


if __name__ == "__main__":
    unittest.main()
