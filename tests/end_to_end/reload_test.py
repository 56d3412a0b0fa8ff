#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SIGHUP: falco-vm loads its rules again in the middle of a stream; no event is lost or reported by both rulesets, and a bad file
changes nothing."""
import os
import shutil
import signal
import struct
import subprocess
import threading
import time
import unittest

from programs import BIN, CAPTURE, OK, SECONDS, ProgramTest, falco_vm, falcoc

RULE = """- rule: {name}
  desc: d
  condition: evt.type = execve
  output: "{name} %evt.num"
  priority: INFO
"""


def cut(data, parts):
    """A capture in pieces of about the same length, between blocks."""
    ends, at = [], 0
    while at < len(data):
        at += struct.unpack_from("<I", data, at + 4)[0]
        if at >= len(data) * (len(ends) + 1) // parts:
            ends.append(at)
    return [data[begin:end] for begin, end in zip([0] + ends, ends)]


class Stream:
    """falco-vm at a FIFO, its output collected while it runs."""

    def __init__(self, folder, *arguments):
        fifo = folder / "fifo"
        os.mkfifo(fifo)
        environment = dict(os.environ, TZ="UTC", NO_COLOR="1")
        self.process = subprocess.Popen([str(BIN / "falco-vm"), *map(str, arguments), "-e", str(fifo)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        self.out, self.said = [], []
        self.readers = [threading.Thread(target=lambda pipe=pipe, lines=lines: lines.extend(iter(pipe.readline, b"")), daemon=True)
                        for pipe, lines in ((self.process.stdout, self.out), (self.process.stderr, self.said))]
        for reader in self.readers:
            reader.start()
        self.feed_end = open(fifo, "wb", buffering=0)

    def feed(self, data):
        while data:
            data = data[self.feed_end.write(data):]

    def wait_for(self, condition):
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < deadline, (self.out[-3:], self.said)
            time.sleep(0.005)

    def hang_up(self):
        self.process.send_signal(signal.SIGHUP)

    def finish(self):
        self.feed_end.close()
        code = self.process.wait(SECONDS)
        for reader in self.readers:
            reader.join(SECONDS)
        for pipe in (self.process.stdout, self.process.stderr):
            pipe.close()
        return code


class Reload(ProgramTest):
    def setUp(self):
        super().setUp()
        self.rules = self.folder / "rules.fbc"
        for name in ("one", "two"):
            self.assert_exit(falcoc(self.file(f"{name}.yaml", RULE.format(name=name)), "-o", self.folder / f"{name}.fbc"), OK)
        self.install("one")
        plain = self.folder / "plain.scap"
        self.assert_exit(falco_vm("--ruleset", self.rules, "-e", CAPTURE, "-w", plain), OK)
        self.pieces = cut(plain.read_bytes(), 6)
        self.assertEqual(len(self.pieces), 6)
        # Numbers of the exec events, and how many of them come in each piece.
        self.execs = [line.split()[-1] for line in falco_vm("--ruleset", self.rules, "-e", plain).stdout.splitlines()]
        self.until = []
        for count in range(1, 7):
            first = self.file("first.scap", b"".join(self.pieces[:count]))
            self.until.append(len(falco_vm("--ruleset", self.rules, "-e", first).stdout.splitlines()))
        self.assertGreater(self.until[-1], 20)

    def install(self, name):
        """As falcoc's users do: the file is there at once."""
        shutil.copy(self.folder / f"{name}.fbc", self.folder / "new")
        os.replace(self.folder / "new", self.rules)

    def test_two_rulesets_share_a_stream(self):
        stream = Stream(self.folder, "--ruleset", self.rules, f"--stats={self.folder / 'stats.json'}")
        for i, piece in enumerate(self.pieces):
            stream.feed(piece)
            if i % 2 == 1 or i == 5:
                continue
            # All of it that is whole has been seen, but for what may wait for more bytes.
            stream.wait_for(lambda: len(stream.out) >= self.until[i] - 1)
            self.install("two" if i % 4 == 0 else "one")
            stream.hang_up()
        self.assertEqual(stream.finish(), OK, stream.said)
        numbers = [line.split()[-1] for line in stream.out]
        self.assertEqual(numbers, self.execs)  # each once, in order
        names = [line.split()[-2] for line in stream.out]
        self.assertEqual(names[0], b"one")
        self.assertIn(b"two", names)
        changes = sum(a != b for a, b in zip(names, names[1:]))
        self.assertLessEqual(changes, 3)
        said = b"".join(stream.said)
        self.assertIn(b"loaded again, 1 active rule\n", said)
        self.assertIn(b"the rules were changed", said)
        stats = (self.folder / "stats.json").read_text()
        self.assertIn(f'"one":{names.count(b"one")}', stats)
        self.assertIn(f'"two":{names.count(b"two")}', stats)

    def test_what_comes_after_the_message_is_for_the_new_rules(self):
        stream = Stream(self.folder, "--ruleset", self.rules)
        stream.feed(self.pieces[0])
        stream.wait_for(lambda: len(stream.out) >= self.until[0] - 1)
        self.install("two")
        stream.hang_up()
        stream.feed(self.pieces[1])
        stream.wait_for(lambda: any(b"loaded again" in line for line in stream.said))
        before = len(stream.out)
        stream.feed(b"".join(self.pieces[2:]))
        self.assertEqual(stream.finish(), OK, stream.said)
        self.assertGreater(len(stream.out), before)
        self.assertEqual({line.split()[-2] for line in stream.out[max(before, self.until[1]):]}, {b"two"})
        self.assertEqual([line.split()[-1] for line in stream.out], self.execs)

    def test_a_bad_file_changes_nothing(self):
        (self.folder / "garbage.fbc").write_bytes(b"FVMIMG garbage")
        (self.folder / "flipped.fbc").write_bytes(self.rules.read_bytes()[:-1] + b"\x55")
        for bad in ("garbage", "flipped", None):
            with self.subTest(bad=bad):
                (self.folder / "fifo").unlink(missing_ok=True)
                self.install("one")
                stream = Stream(self.folder, "--ruleset", self.rules)
                stream.feed(self.pieces[0])
                stream.wait_for(lambda: len(stream.out) >= self.until[0] - 1)
                if bad:
                    self.install(bad)
                else:
                    self.rules.unlink()
                stream.hang_up()
                stream.feed(b"".join(self.pieces[1:]))
                self.assertEqual(stream.finish(), OK)
                complaints = [line for line in stream.said if b"error" in line]
                self.assertEqual(len(complaints), 1, stream.said)
                self.assertIn(b"rules that run stay", complaints[0])
                self.assertEqual([line.split()[-1] for line in stream.out], self.execs)

    def test_a_selection_that_leaves_nothing_and_a_profile(self):
        for flags, word in ((("-T", "x", "-D", "two"), b"selection"), (("--profile=" + str(self.folder / "p.json"),), b"measured")):
            with self.subTest(flags=flags):
                (self.folder / "fifo").unlink(missing_ok=True)
                self.install("one")
                stream = Stream(self.folder, "--ruleset", self.rules, *flags)
                stream.feed(self.pieces[0])
                stream.wait_for(lambda: len(stream.out) >= self.until[0] - 1)
                self.install("two")
                stream.hang_up()
                stream.feed(b"".join(self.pieces[1:]))
                self.assertEqual(stream.finish(), OK)
                self.assertEqual(len([line for line in stream.said if word in line and b"error" in line]), 1, stream.said)
                self.assertEqual({line.split()[-2] for line in stream.out}, {b"one"})

    def test_recording_goes_on(self):
        out = self.folder / "out.scap"
        stream = Stream(self.folder, "--ruleset", self.rules, "-w", out, "--write-matched")
        stream.feed(self.pieces[0])
        stream.wait_for(lambda: len(stream.out) >= self.until[0] - 1)
        self.install("two")
        stream.hang_up()
        stream.feed(b"".join(self.pieces[1:]))
        self.assertEqual(stream.finish(), OK, stream.said)
        again = falco_vm("--ruleset", self.rules, "-e", out)
        self.assert_exit(again, OK)
        self.assertEqual(len(again.stdout.splitlines()), len(self.execs))


if __name__ == "__main__":
    unittest.main()
