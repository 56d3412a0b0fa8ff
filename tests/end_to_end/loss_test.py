#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Captures that lack something: the run goes on, and says what was lost and which rules that may have blinded."""
import gzip
import json
import struct
import unittest

from programs import CAPTURE, OK, OUTSIDE, ProgramTest, falco_vm

EVENT, FD_LIST = 0x216, 0x218
PROCESS_LISTS = (0x215, 0x218)
TID_AT, CODE_AT, LENGTHS_AT = 8 + 2 + 8, 8 + 2 + 8 + 8 + 4, 8 + 2 + 8 + 8 + 4 + 2 + 4  # in an event block
CONNECT_EXIT = 23


def blocks_of(capture):
    plain = gzip.decompress(capture.read_bytes())
    at = 0
    while at < len(plain):
        kind, size = struct.unpack_from("<II", plain, at)
        yield kind, plain[at:at + size]
        at += size


def code_of(kind, block):
    return struct.unpack_from("<H", block, CODE_AT)[0] if kind == EVENT else None


def tid_of(event_block):
    return struct.unpack_from("<q", event_block, TID_AT)[0]


class Loss(ProgramTest):
    def replay(self, blocks, code=OK):
        """What the run said in words, and its statistics."""
        capture = self.file("lossy.scap", b"".join(blocks))
        stats = self.folder / "stats.json"
        result = falco_vm("--ruleset", self.image(), "-e", capture, f"--stats={stats}")
        self.assert_exit(result, code)
        return result.stderr.decode(), json.loads(stats.read_text())

    def whole(self):
        return self.replay(block for _, block in blocks_of(CAPTURE))[1]

    def lost(self, stats, reason):
        return sum(reasons.get(reason, 0) for reasons in stats["lost_by_event"].values())

    def test_threads_that_no_list_names(self):
        said, stats = self.replay(block for kind, block in blocks_of(CAPTURE) if kind not in PROCESS_LISTS)
        self.assertGreater(self.lost(stats, "unknown_thread"), self.lost(self.whole(), "unknown_thread"))
        self.assertIn("Password hashes read", stats["blinded_rules"])
        self.assertGreater(stats["blinded_rules"]["Password hashes read"]["unknown_thread"], 0)
        self.assertRegex(said, r"(?m)^falco-vm: \d+ events incomplete: \w+ \d+, ")
        self.assertIn("active rules may have missed something: ", said)

    def test_descriptors_that_no_list_names(self):
        _, stats = self.replay(block for kind, block in blocks_of(CAPTURE) if kind != FD_LIST)
        self.assertGreater(self.lost(stats, "unknown_descriptor"), self.lost(self.whole(), "unknown_descriptor"))

    def test_records_that_can_not_be_used(self):
        blocks, broken = [], 0
        for kind, block in blocks_of(CAPTURE):
            if code_of(kind, block) == CONNECT_EXIT and broken < 3:
                block = block[:LENGTHS_AT] + b"\xff\xff" + block[LENGTHS_AT + 2:]
                broken += 1
            blocks.append(block)
        self.assertEqual(broken, 3)
        said, stats = self.replay(blocks)
        self.assertEqual(stats["lost"]["records_refused"], 3)
        self.assertIn("first record refused: ", said)
        self.assertRegex(said, r"(?m)^falco-vm: (3 events lost, )?\d+ events incomplete: ")
        self.assertIn("Raw connection tool used", stats["blinded_rules"])

    def test_an_early_end_can_hide_anything(self):
        blocks = [block for _, block in blocks_of(CAPTURE)]
        said, stats = self.replay([*blocks[:1000], blocks[1000][:7]], OUTSIDE)
        self.assertEqual(stats["lost"]["early_ends"], 1)
        self.assertEqual(len(stats["blinded_rules"]), stats["active_rules"])
        self.assertIn(f"{stats['active_rules']} of {stats['active_rules']} active rules may have missed something", said)

    def test_text_tables_say_the_same(self):
        capture = self.file("lossy.scap", b"".join(b for kind, b in blocks_of(CAPTURE) if kind not in PROCESS_LISTS))
        result = falco_vm("--ruleset", self.image(), "-e", capture, "--stats")
        self.assert_exit(result, OK)
        said = result.stderr.decode()
        self.assertRegex(said, r"(?m)^events lost or incomplete:\n +\d+  \w+: \d+ ")
        self.assertRegex(said, r"(?m)^rules that may have missed something:\n(.*\n)*  +\d+  Password hashes read: .*\d+ thread unknown")

    def test_nothing_lost_nothing_said(self):
        # The first event is of a process that was ending when the recording began, so no list names it.
        ending = next(tid_of(block) for kind, block in blocks_of(CAPTURE) if kind == EVENT)
        blocks = [block for kind, block in blocks_of(CAPTURE) if kind != EVENT or tid_of(block) != ending]
        said, stats = self.replay(blocks[:200])
        self.assertGreater(stats["evaluated"], 50)
        self.assertEqual(stats["lost_by_event"], {})
        self.assertEqual(stats["blinded_rules"], {})
        self.assertNotIn("lost", said)
        self.assertNotIn("missed", said)


if __name__ == "__main__":
    unittest.main()
