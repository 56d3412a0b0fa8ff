# SPDX-License-Identifier: Apache-2.0
"""A capture as a machine of the other byte order would have written it.

Written from the description of the format, apart from the reader that it tests; event layouts come from the events table
that `falco-vm --list-events --json` prints.
"""
import struct

SECTION, MACHINE, EVENT, EVENT_FLAGS = 0x0A0D0D0A, 0x201, (0x204, 0x216, 0x221), (0x208, 0x217, 0x222)
THREADS = {0x202: 1, 0x207: 2, 0x209: 3, 0x210: 4, 0x211: 5, 0x212: 6, 0x213: 7, 0x214: 8, 0x215: 9,
           0x8000ABCD: 1, 0x8013ABCD: 2, 0x8014ABCD: 3}
FDS = {0x203: 1, 0x218: 2, 0x8001ABCD: 1}
INTERFACES = {0x205: 1, 0x219: 2, 0x8011ABCD: 1}
USERS = {0x206: 1, 0x220: 2, 0x8012ABCD: 1}
MACHINE_INT, EVENT_INT = 0x8002ABCD, 0x8010ABCD
# Process list: (first version that has it, width in bytes or "s" for a counted string)
THREAD = [(1, 8), (1, 8), (1, 8), (6, 8), (8, 8), (1, "s"), (1, "s"), (7, "s"), (1, "s"), (1, "s"), (1, 8), (1, 4), (1, 4), (1, 4),
          (2, 4), (2, 4), (2, 4), (2, 8), (2, 8), (3, "s"), (4, 8), (4, 8), (4, "s"), (5, "s")]
TAIL = [4, 1, 8, 8, 8, 1, 8, 8, 8, 1, 1, 8]
WIDTH = {"INT16": 2, "INT32": 4, "INT64": 8, "UINT16": 2, "UINT32": 4, "UINT64": 8, "ERRNO": 8, "FD": 8, "PID": 8, "SYSCALLID": 2,
         "RELTIME": 8, "ABSTIME": 8, "PORT": 2, "BOOL": 4, "FLAGS16": 2, "FLAGS32": 4, "UID": 4, "GID": 4, "DOUBLE": 8, "SIGSET": 4,
         "MODE": 4, "ENUMFLAGS16": 2, "ENUMFLAGS32": 4, "FD32": 4, "PID32": 4}
LARGE = {322, 324, 402}  # events with 4-byte lengths


class Swapper:
    """Walks bytes of the native order and writes the other one."""

    def __init__(self, data):
        self.data, self.at, self.out = data, 0, bytearray()

    def left(self):
        return len(self.data) - self.at

    def keep(self, count):
        piece = self.data[self.at:self.at + count]
        self.at += count
        self.out += piece
        return piece

    def number(self, width):
        piece = self.data[self.at:self.at + width]
        self.at += width
        self.out += piece[::-1]
        return int.from_bytes(piece, "little")

    def string(self):
        return self.keep(self.number(2))


def swap_thread(s, version):
    start, total = s.at, None
    if version >= 9:
        total = s.number(4)
    for since, width in THREAD:
        if version >= since:
            s.string() if width == "s" else s.number(width)
    if total is None:
        return
    def left():
        return total - (s.at - start)
    if left() > 29:
        s.number(8), s.number(4)
    for width in TAIL:
        if left() >= width:
            s.number(width)
    s.keep(left())


def swap_fd(s, version):
    start, total = s.at, None
    if version >= 2:
        total = s.number(4)
    s.number(8), s.number(8)
    kind = s.keep(1)[0]
    if kind in (3, 4):
        s.keep(8 if kind == 3 else 32), s.number(2), s.number(2), s.keep(1)
    elif kind in (5, 6):
        s.keep(4 if kind == 5 else 16), s.number(2), s.keep(1)
    elif kind == 8:
        s.number(8), s.number(8), s.string()
    elif kind == 16:
        s.number(4), s.string()
        if total is not None and total - (s.at - start) >= 4:
            s.number(4)
    elif 0 < kind <= 21:
        s.string()
    if total is not None:
        s.keep(total - (s.at - start))


def swap_interface(s, version):
    total = s.number(4) if version >= 2 else None
    start = s.at
    kind, name = s.number(2), s.number(2)
    s.keep(12 if kind in (1, 3) else 48)
    if kind in (1, 2):
        s.number(8)
    s.keep(name)
    if total is not None:
        s.keep(total - (s.at - start))


def swap_user(s, version):
    start, total = s.at, None
    if version >= 2:
        total = s.number(4)
    if s.keep(1)[0] == 0:
        s.number(4), s.number(4), s.string(), s.string(), s.string()
    else:
        s.number(4), s.string()
    if total is not None:
        s.keep(total - (s.at - start))


def swap_value(kind, value, variants):
    s = Swapper(value)
    if kind in WIDTH and len(value) == WIDTH[kind]:
        s.number(len(value))
    elif kind in ("SOCKADDR", "SOCKTUPLE") and value:
        ends = 2 if kind == "SOCKTUPLE" else 1
        family = s.keep(1)[0]
        if family in (2, 10):
            for _ in range(ends):
                s.keep(4 if family == 2 else 16)
                if s.left() >= 2:
                    s.number(2)
        elif family == 1 and ends == 2 and s.left() >= 16:
            s.number(8), s.number(8)
    elif kind == "FDLIST" and len(value) >= 2:
        s.number(2)
        while s.left() >= 10:
            s.number(8), s.number(2)
    elif kind == "DYN" and len(value) > 1:
        variant = s.keep(1)[0]
        if variant < len(variants) and WIDTH.get(variants[variant]) == s.left():
            s.number(s.left())
    s.keep(s.left())
    return bytes(s.out)


# Layouts of the DYN parameters, by event name.
VARIANTS = {"setsockopt": ["BYTEBUF", "ERRNO", "UINT32", "UINT64", "RELTIME"], "getsockopt": ["BYTEBUF", "ERRNO", "UINT32", "UINT64", "RELTIME"],
            "ptrace": ["UINT64", "SIGTYPE"], "bpf": ["FD", "ERRNO"], "keyctl": ["INT64", "CHARBUF"]}


def swap_event(s, table, flags, counted):
    s.number(2)
    if flags:
        s.number(4)
    s.number(8), s.number(8)
    length = s.number(4)
    code = s.number(2)
    header = 26 if counted else 22
    row = table.get(code)
    if counted:
        count = s.number(4)
    else:
        payload = s.data[s.at:s.at + length - header]
        count = 0
        for n in range(len(row["params"]), 0, -1):
            if 2 * n <= len(payload) and 2 * n + sum(struct.unpack_from(f"<{n}H", payload)) == len(payload):
                count = n
                break
    width = 4 if code in LARGE else 2
    if row is None:
        return s.keep(s.left())
    sizes = [s.number(width) for _ in range(count)]
    for index, size in enumerate(sizes):
        value = s.data[s.at:s.at + size]
        s.at += size
        params = row["params"]
        s.out += swap_value(params[index]["type"], value, VARIANTS.get(row["name"], [])) if index < len(params) else value
    return s.keep(s.left())


def swap_body(kind, body, table):
    s = Swapper(body)
    if kind == SECTION:
        s.number(4), s.number(2), s.number(2), s.number(8)
    elif kind in (MACHINE, MACHINE_INT):
        s.number(4), s.number(8), s.number(8), s.keep(128), [s.number(8) for _ in range(4)]
    elif kind in EVENT + EVENT_FLAGS + (EVENT_INT,):
        swap_event(s, table, kind in EVENT_FLAGS, kind not in (0x204, 0x208, EVENT_INT))
    else:
        for blocks, entry in ((THREADS, swap_thread), (FDS, swap_fd), (INTERFACES, swap_interface), (USERS, swap_user)):
            if kind not in blocks:
                continue
            if blocks is FDS:
                s.number(8)
            while s.left() >= 4:
                entry(s, blocks[kind])
    s.keep(s.left())
    return bytes(s.out)


def swap_capture(data, events):
    """`events`: the rows of the events table."""
    table = {row["code"]: row for row in events}
    out = bytearray()
    at = 0
    while at + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, at)
        out += struct.pack(">II", kind, length)
        out += swap_body(kind, data[at + 8:at + length - 4], table)
        out += struct.pack(">I", length)
        at += length
    return bytes(out)
