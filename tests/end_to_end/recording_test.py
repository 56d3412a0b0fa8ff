#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""falco-vm -w: a replay of what was written gives the alerts of the run that wrote it, sysdig reads it, and a file that can't be
written costs no alert."""
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import time
import unittest

from programs import BIN, CAPTURE, OK, OUTSIDE, RULES, SECONDS, SOURCE, USAGE, ProgramTest, falco_vm

DATA = pathlib.Path(os.environ.get("FALCO_TEST_DATA") or SOURCE.parent / "shared")
MODES = ((), ("--write-matched",))
SECTION = 0x0A0D0D0A

# sysdig 0.29 knows these calls by the codes that they had before.
YOUNGER_CODES = {"dup", "accept", "umount"}
# What sysdig makes of a descriptor depends on enter events, which today's captures do without.
NAME_OF_FD = re.compile(r"\(<.*?>[^)]*\)|(?<=fds=).*")


def blocks(data):
    """Ends at the last whole block; fails on a frame that lies."""
    at = 0
    while at + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if at + length > len(data):
            break
        assert struct.unpack_from("<I", data, at + length - 4)[0] == length, f"block at {at}"
        yield kind
        at += length
    assert at == len(data), f"{len(data) - at} bytes behind the last block"


class Recording(ProgramTest):
    def rewrite(self, image, capture, name, *flags):
        """Alerts of the run and of the replay of what it wrote, and the file."""
        out = self.folder / name
        common = ("--ruleset", image, "--json", "--all-matches")
        first = falco_vm(*common, "-e", capture, "-w", out, *flags)
        self.assert_exit(first, OK)
        self.assertIn(b"events written to", first.stderr)
        second = falco_vm(*common, "-e", out)
        self.assert_exit(second, OK)
        self.assertNotIn(b"exits_without_their_enter", second.stderr)
        return first.stdout, second.stdout, out

    def compare(self, image, capture):
        usual = falco_vm("--ruleset", image, "--json", "--all-matches", "-e", capture)
        sizes = []
        for flags in MODES:
            with self.subTest(capture=capture.name, flags=flags):
                first, second, out = self.rewrite(image, capture, "out.scap", *flags)
                self.assertTrue(usual.stdout == first, "writing changes the alerts")
                self.assertTrue(first == second, "the replay gives other alerts")
                sizes.append(out.stat().st_size)
        self.assertLess(sizes[1], sizes[0])
        return usual.stdout

    def test_bundled_capture(self):
        self.assertIn(b'"rule"', self.compare(self.image(), CAPTURE))

    def test_gzip(self):
        first, second, packed = self.rewrite(self.image(), CAPTURE, "out.scap.gz")
        self.assertEqual(first, second)
        plain = self.rewrite(self.image(), CAPTURE, "out.scap")[2]
        self.assertEqual(packed.read_bytes()[:2], b"\x1f\x8b")
        self.assertLess(packed.stat().st_size, plain.stat().st_size // 2)

    def test_writing_again_changes_nothing(self):
        image = self.image()
        once = self.rewrite(image, CAPTURE, "once.scap")[2]
        twice = self.rewrite(image, once, "twice.scap")[2]
        self.assertTrue(once.read_bytes() == twice.read_bytes())

    def test_sections_are_kept(self):
        two = self.file("two.scap.gz", CAPTURE.read_bytes() * 2)
        for flags in MODES:
            first, second, out = self.rewrite(self.image(), two, "out.scap", *flags)
            self.assertEqual(first, second)
            self.assertEqual(list(blocks(out.read_bytes())).count(SECTION), 2)

    @unittest.skipUnless((DATA / "captures").is_dir(), f"no recorded captures in {DATA}")
    def test_recorded_captures(self):
        upstream = DATA / "rules" / "upstream"
        image = self.image(upstream / "falco_rules.yaml", upstream / "falco-incubating_rules.yaml")
        alerts = b"".join(self.compare(image, DATA / "captures" / f"{name}.scap.gz") for name in ("docker", "suspicious", "users"))
        self.assertGreater(alerts.count(b'"rule"'), 300)

    @unittest.skipUnless(shutil.which("sysdig"), "needs sysdig")
    def test_sysdig_reads_it(self):
        """Exit events, their arguments as sysdig prints them for the recorded ones: the same, or more of them."""
        out = self.rewrite(self.image(), CAPTURE, "out.scap")[2]

        def shown(capture):
            done = subprocess.run(["sysdig", "-r", str(capture), "-p", "*%evt.rawtime %thread.tid %evt.dir %evt.type %evt.cpu|%evt.args"],
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stderr, b"")
            pairs = (line.split("|", 1) for line in done.stdout.decode(errors="replace").splitlines())
            return {head: NAME_OF_FD.sub("", args).strip() for head, args in pairs if " < " in head}

        recorded, written = shown(CAPTURE), shown(out)
        self.assertGreater(len(recorded), 20000)
        self.assertEqual(written.keys() - recorded.keys(), set())
        self.assertEqual({head.split()[3] for head in recorded.keys() - written.keys()} - YOUNGER_CODES, set())
        differ = [(head, recorded[head], args) for head, args in written.items() if not args.startswith(recorded[head])]
        self.assertEqual(differ, [])

    def test_events_that_were_not_wanted_are_written_too(self):
        rules = self.file("one.yaml", "- rule: one\n  desc: d\n  condition: evt.type = kill and proc.name = nobody\n  output: o\n  priority: INFO\n")
        stats = [falco_vm("--ruleset", image, "-e", CAPTURE, "-w", self.folder / f"{i}.scap").stderr.decode()
                 for i, image in enumerate((self.image(), self.image(rules)))]
        self.assertTrue((self.folder / "0.scap").read_bytes() == (self.folder / "1.scap").read_bytes(), stats)

    def test_usage(self):
        image = self.image()
        self.assert_refused(falco_vm("--ruleset", image, "-e", CAPTURE, "--write-matched"), USAGE, "-w")
        self.assert_refused(falco_vm("-e", CAPTURE, "--print", "%evt.num", "-w", self.folder / "x"), USAGE, "-w")

    def test_the_capture_that_is_read_is_not_overwritten(self):
        copy = self.file("copy.scap.gz", CAPTURE.read_bytes())
        (self.folder / "link.scap.gz").symlink_to(copy)
        image = self.image()
        for name in ("copy.scap.gz", "link.scap.gz"):
            self.assert_refused(falco_vm("--ruleset", image, "-e", copy, "-w", self.folder / name), OUTSIDE, "is read")
        self.assertTrue(copy.read_bytes() == CAPTURE.read_bytes())

    def test_unwritable(self):
        image = self.image()
        for target in (self.folder / "no" / "such.scap", self.folder):
            self.assert_refused(falco_vm("--ruleset", image, "-e", CAPTURE, "-w", target), OUTSIDE, "can't open")

    def test_a_full_disk_costs_no_alert(self):
        image = self.image()
        (self.folder / "full.gz").symlink_to("/dev/full")
        usual = falco_vm("--ruleset", image, "-e", CAPTURE)
        for target in ("/dev/full", self.folder / "full.gz"):
            full = falco_vm("--ruleset", image, "-e", CAPTURE, "-w", target)
            self.assert_refused(full, OUTSIDE, "no space left")
            self.assertEqual(full.stderr.decode().lower().count("no space left"), 1)
            self.assertEqual(full.stdout, usual.stdout)

    def stopped_by(self, number):
        """The file of a run that got a part of a capture through a FIFO and then a signal; the alerts it printed."""
        image = self.image()
        plain = self.rewrite(image, CAPTURE, "plain.scap")[2].read_bytes()
        fifo, out = self.folder / "fifo", self.folder / "stopped.scap"
        os.mkfifo(fifo)
        with subprocess.Popen([str(BIN / "falco-vm"), "--ruleset", str(image), "-e", str(fifo), "-w", str(out)],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            with open(fifo, "wb") as feed:
                feed.write(plain[:len(plain) // 2])
                feed.flush()
                deadline = time.monotonic() + SECONDS
                while (not out.exists() or out.stat().st_size < len(plain) // 8) and time.monotonic() < deadline:
                    time.sleep(0.01)
                process.send_signal(number)
                if number == signal.SIGKILL:
                    process.wait(SECONDS)
            alerts, said = process.communicate(timeout=SECONDS)
        return image, out, alerts, process.returncode, said

    def test_killed(self):
        image, out, _, _, _ = self.stopped_by(signal.SIGKILL)
        self.assertGreater(len(list(blocks(out.read_bytes()))), 1000)
        self.assert_exit(falco_vm("--ruleset", image, "-e", out), OK)

    def test_stopped(self):
        image, out, alerts, code, said = self.stopped_by(signal.SIGTERM)
        self.assertEqual(code, OK, said)
        self.assertIn(b"stopped by a signal", said)
        again = falco_vm("--ruleset", image, "-e", out)
        self.assert_exit(again, OK)
        self.assertEqual(again.stdout, alerts)

    def test_time_limit_ends_the_file_too(self):
        image = self.image()
        out = self.folder / "short.scap"
        first = falco_vm("--ruleset", image, "-e", CAPTURE, "-M", "1", "-w", out)
        self.assert_exit(first, OK)
        second = falco_vm("--ruleset", image, "-e", out)
        self.assert_exit(second, OK)
        self.assertEqual(first.stdout, second.stdout)
        first, second = (falco_vm("-e", capture, "-M", limit, "--print", "*%evt.num %evt.rawtime %evt.type")
                         for capture, limit in ((CAPTURE, "1"), (out, "0")))
        self.assertGreater(len(first.stdout), 10000)
        self.assertTrue(first.stdout == second.stdout, "not the events in front of the limit")


if __name__ == "__main__":
    unittest.main()
