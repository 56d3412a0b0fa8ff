#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes made-up captures that try what state has to bear.

usage: make_capture.py SCENE COUNT EVENTS OUT.scap

  threads   a process list of COUNT processes, then EVENTS ordinary calls, each of a process chosen at random
  bursts    the same, but a process makes some twenty calls before the next one is chosen
  forkbomb  no process list; every process makes another, executes a program with long arguments, and stays: COUNT of them
  fdstorm   COUNT processes that open EVENTS files with long names altogether and close none
  unlisted  no process list; EVENTS calls of COUNT threads that nobody has introduced, with times that jump back and forth
  enters    COUNT threads that begin a call and never end it
"""
import random
import struct
import sys

START_NS = 1_700_000_000 * 10**9
READ_X, WRITE_X, CLOSE_X, GENERIC_X, OPENAT_X, EXECVE_E, EXECVE_X, CLONE_X = 7, 9, 5, 1, 307, 292, 293, 223


def block(kind, body):
    padding = -len(body) % 4
    length = len(body) + padding + 12
    return struct.pack("<II", kind, length) + body + b"\0" * padding + struct.pack("<I", length)


def text(value):
    return struct.pack("<H", len(value)) + value


def i64(value):
    return struct.pack("<q", value)


def u32(value):
    return struct.pack("<I", value)


class Writer:
    def __init__(self, path):
        self.file = open(path, "wb", buffering=1 << 20)
        self.ts_ns = START_NS
        self.file.write(block(0x0A0D0D0A, struct.pack("<IHHQ", 0x1A2B3C4D, 1, 2, 2**64 - 1)))
        self.file.write(block(0x201, struct.pack("<IQQ", 4, 8 << 30, 1 << 22) + b"made-up".ljust(128, b"\0") + bytes(32)))

    def process_list(self, tids):
        body = b""
        for tid in tids:
            parent = 1 if tid != 1 else 0
            entry = struct.pack("<QQQqq", tid, tid, parent, 1, 1)
            entry += text(b"worker") + text(b"/usr/bin/worker") + text(b"/usr/bin/worker") + text(b"--id\0%d\0" % tid) + text(b"/srv/data/")
            entry += struct.pack("<qIIIIIIQQ", 1024, 0, 1000, 1000, 10, 10, 0, 1, 1)
            entry += text(b"PATH=/usr/bin\0HOME=/root\0") + struct.pack("<qq", tid, tid)
            entry += text(b"cpu=/user.slice\0memory=/user.slice\0") + text(b"/")
            entry += struct.pack("<QIIBQQQBQQQBBq", 0, 0, 1000, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, tid)
            body += struct.pack("<I", len(entry) + 4) + entry
            if len(body) > 1 << 20:
                self.file.write(block(0x215, body))
                body = b""
        if body:
            self.file.write(block(0x215, body))

    def event(self, code, tid, *params, step_ns=1000):
        self.ts_ns += step_ns
        lengths = struct.pack(f"<{len(params)}H", *map(len, params))
        data = b"".join(params)
        header = struct.pack("<QQIHI", self.ts_ns, tid, 26 + len(lengths) + len(data), code, len(params))
        self.file.write(block(0x216, b"\0\0" + header + lengths + data))

    def call(self, tid, dice, step_ns=1000):
        """One of the calls that processes make all day."""
        if dice < 0.3:
            self.event(READ_X, tid, i64(10), b"x" * 10, i64(3), u32(10), step_ns=step_ns)
        elif dice < 0.5:
            self.event(WRITE_X, tid, i64(10), b"x" * 10, i64(3), u32(10), step_ns=step_ns)
        elif dice < 0.75:
            self.event(OPENAT_X, tid, i64(3), i64(-100), b"/etc/passwd\0", u32(1), u32(0), u32(5), struct.pack("<Q", 7), step_ns=step_ns)
        elif dice < 0.95:
            self.event(CLOSE_X, tid, i64(0), i64(3), step_ns=step_ns)
        else:
            self.event(GENERIC_X, tid, struct.pack("<H", 39), struct.pack("<H", 39), step_ns=step_ns)

    def clone(self, parent, child):
        self.event(CLONE_X, child, i64(0), b"bomb\0", b"", i64(child), i64(child), i64(parent), b"\0", i64(1024), *(struct.pack("<Q", 1),) * 2,
                   *(u32(1),) * 3, b"bomb\0", b"cpu=/\0", u32(0), u32(0), u32(0), i64(child), i64(child), struct.pack("<Q", 0))

    def execve(self, tid, parent, arguments):
        self.event(EXECVE_X, tid, i64(0), b"/bin/bomb\0", arguments, i64(tid), i64(tid), i64(parent), b"\0", struct.pack("<Q", 1024),
                   *(struct.pack("<Q", 1),) * 2, *(u32(1),) * 3, b"bomb\0", b"cpu=/\0", b"A=1\0", u32(0), i64(tid), u32(0), u32(0),
                   *(struct.pack("<Q", 0),) * 6, u32(0), b"/bin/bomb\0", i64(tid), u32(0), b"/bin/bomb\0")


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    scene, count, events, path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    chance = random.Random(1)
    out = Writer(path)
    tids = range(1000, 1000 + count)
    if scene in ("threads", "bursts"):
        out.process_list([1, *tids])
        tid = tids[0]
        for _ in range(events):
            if scene == "threads" or chance.random() < 0.05:
                tid = chance.choice(tids)
            out.call(tid, chance.random())
    elif scene == "forkbomb":
        arguments = b"".join(b"%d" % n * 200 + b"\0" for n in range(6))
        for tid in tids:
            out.clone(tid - 1, tid)
            out.execve(tid, tid - 1, arguments)
    elif scene == "fdstorm":
        for n in range(events):
            name = b"/data/" + b"%d" % n * 100 + b"\0"
            out.event(OPENAT_X, tids[n % count], i64(n // count), i64(-100), name[:1000] + b"\0", u32(1), u32(0), u32(5), struct.pack("<Q", n))
    elif scene == "unlisted":
        for _ in range(events):
            out.call(chance.choice(tids), chance.random(), step_ns=chance.randrange(-10**9, 10**9))
    elif scene == "enters":
        for tid in tids:
            out.event(EXECVE_E, tid, b"/" + b"e" * 3000 + b"\0")
        out.call(tids[0], 0.1)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
