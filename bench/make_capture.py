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
  memfds    COUNT processes with EVENTS descriptors altogether, each given a name of 60 kB
  unixnames COUNT processes with EVENTS unix sockets altogether, each connected to a path as long as can be
  emptyargs COUNT processes that execute a program with 40000 empty arguments
  longboxes COUNT processes, each in a container with a name of 50 kB
  cgroups   COUNT processes, each in 8000 cgroups of its own
  users     COUNT users with long names in each of EVENTS containers
  boxes     EVENTS records of containers with long names
  churn     COUNT processes with long texts, of which all but each tenth end; then EVENTS descriptors
  chain     every process makes one, COUNT times, and nobody knows the first; then each second one ends, the last ones first
  orphans   a process with COUNT children ends, as does the one that gets them, EVENTS times
  stillborn a process of COUNT threads that were dead when they began; EVENTS of its threads leave children behind
  colliding old enter and exit events of COUNT threads whose numbers a weak hash could not tell apart

An OUT that ends in .gz is compressed.
"""
import gzip
import random
import struct
import sys

START_NS = 1_700_000_000 * 10**9
READ_X, WRITE_X, CLOSE_X, GENERIC_X, OPENAT_X, EXECVE_E, EXECVE_X, CLONE_X = 7, 9, 5, 1, 307, 292, 293, 223
READ_E, SOCKET_X, CONNECT_X, PROCEXIT_E, CONTAINER_E, USER_ADDED_E, MEMFD_X = 6, 19, 23, 186, 324, 354, 405
CLONE_THREAD, CLOSED = 1 << 13, 1 << 18


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
        self.file = gzip.open(path, "wb", compresslevel=1) if path.endswith(".gz") else open(path, "wb", buffering=1 << 20)
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

    def event(self, code, tid, *params, step_ns=1000, large=False):
        self.ts_ns += step_ns
        lengths = struct.pack(f"<{len(params)}{'I' if large else 'H'}", *map(len, params))
        data = b"".join(params)
        header = struct.pack("<QqIHI", self.ts_ns, tid, 26 + len(lengths) + len(data), code, len(params))
        self.file.write(block(0x221 if large else 0x216, b"\0\0" + header + lengths + data))

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

    def clone(self, parent, child, pid=None, flags=0, cgroups=b"cpu=/\0"):
        pid = child if pid is None else pid
        self.event(CLONE_X, child, i64(0), b"bomb\0", b"", i64(child), i64(pid), i64(parent), b"\0", i64(1024), *(struct.pack("<Q", 1),) * 2,
                   *(u32(1),) * 3, b"bomb\0", cgroups, u32(flags), u32(0), u32(0), i64(child), i64(pid), struct.pack("<Q", 0))

    def exit(self, tid, reaper=0):
        self.event(PROCEXIT_E, tid, i64(0), i64(0), b"\0", b"\0", i64(reaper))

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
    elif scene == "memfds":
        for n in range(events):
            out.event(MEMFD_X, tids[n % count], i64(n // count), b"m" * 60000 + b"\0", u32(0))
    elif scene == "unixnames":
        for n in range(events):
            tid, number = tids[n % count], i64(n // count)
            out.event(SOCKET_X, tid, number, u32(1), u32(1), u32(0), u32(0))
            out.event(CONNECT_X, tid, i64(0), b"\1" + bytes(16) + b"/" + b"u" * 990 + b"\0", number, b"\1/u\0")
    elif scene == "emptyargs":
        for tid in tids:
            out.clone(tid - 1, tid)
            out.execve(tid, tid - 1, bytes(40000))
    elif scene == "longboxes":
        for tid in tids:
            out.clone(1, tid, cgroups=b"cpu=/lxc/" + b"%d" % tid + b"b" * 50000 + b"\0")
    elif scene == "cgroups":
        for tid in tids:
            out.clone(1, tid, cgroups=b"".join(b"%d=/\0" % ((tid + n) % 10000) for n in range(8000)))
    elif scene == "users":
        for box in range(events):
            for n in range(count):
                out.event(USER_ADDED_E, -1, u32(n), u32(n), b"u" * 300 + b"\0", b"/" * 300 + b"\0", b"s" * 300 + b"\0", b"%d" % box * 200 + b"\0")
        out.call(1, 0.1)
    elif scene == "boxes":
        for box in range(events):
            record = b'{"container":{"id":"%d","name":"%s"}}\0' % (10**11 + box, b"n" * 3000)
            out.event(CONTAINER_E, -1, record, large=True)
        out.call(1, 0.1)
    elif scene == "churn":
        for tid in tids:
            out.clone(1, tid)
            out.execve(tid, 1, b"%d" % tid * 8 + b"\0" + b"a" * (tid % 600) + b"\0")
        for tid in tids:
            if tid % 10:
                out.exit(tid)
        for n in range(events):
            out.event(OPENAT_X, tids[n // 1000 * 10 % count], i64(n % 1000), i64(-100), b"/data/" + b"%d" % n + b"n" * (n % 900) + b"\0", u32(1), u32(0), u32(5), struct.pack("<Q", n))
    elif scene == "chain":
        for tid in tids:
            out.clone(tid - 1, tid)
        for tid in reversed(tids[:-1:2]):
            out.exit(tid)
    elif scene == "orphans":
        reapers = range(tids[-1] + 1, tids[-1] + 2 + events)
        for tid in reapers:
            out.clone(1, tid)
        for tid in tids:
            out.clone(reapers[0], tid)
        for tid in reapers[:-1]:
            out.exit(tid, reaper=tid + 1)
    elif scene == "stillborn":
        leader, child = tids[0], tids[-1] + 1
        out.clone(1, leader)
        for tid in tids[1:]:
            out.clone(1, tid, pid=leader, flags=CLONE_THREAD | CLOSED)
        for n in range(events):
            out.clone(1, child + 2 * n, pid=leader, flags=CLONE_THREAD)
            out.clone(child + 2 * n, child + 2 * n + 1)
            out.exit(child + 2 * n)
    elif scene == "colliding":
        weak_inverse = pow(0x9E3779B97F4A7C15, -1, 1 << 64)
        numbers = [(((n >> 14) << 49) | ((n & 16383) << 18)) * weak_inverse % (1 << 64) for n in range(1, count + 1)]
        signed = [n - (1 << 64) if n >> 63 else n for n in numbers]
        for tid in signed:
            out.event(READ_E, tid, i64(3), u32(10))
        for tid in signed:
            out.event(READ_X, tid, i64(10), b"x" * 10)
    else:
        sys.exit(__doc__)
    out.file.close()


if __name__ == "__main__":
    main()
