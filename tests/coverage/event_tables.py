# SPDX-License-Identifier: Apache-2.0
"""The tables of events and names, read from the product's .def files, and how values stand in events.txt and on the wire."""
import os
import re
import struct

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def rows(path, pattern):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        for line in f:
            m = re.match(pattern, line)
            if m:
                yield m.groups()


# --- tables ---------------------------------------------------------------------------------------------------------

class Event:
    def __init__(self, code, symbol, name, direction, category, flags, params):
        self.code, self.symbol, self.name = int(code), symbol, name
        self.exit = direction == "Exit"
        self.category, self.flags = set(category.split("|")), set(flags.split("|"))
        self.params = re.findall(r'P\("([^"]*)", (\w+), (\w+), (NoAux|\w+\([^)]*\))\)', params)

    def has(self, flag):
        return "FALCO_EF_" + flag in self.flags


EVENTS = [Event(*g) for g in rows("vm/abi/events.def", r'FALCO_EVENT\((\d+), (\w+), "([^"]*)", (\w+), ([^,]*), ([^,]*), (.*)\)$')]
CODE = {e.symbol: e.code for e in EVENTS}
ENUMS = {}
for table, value, name in rows("vm/abi/enums.def", r'FALCO_ENUM\((\w+), (\d+), "(.*)"\)'):
    ENUMS.setdefault(table, []).append((int(value), name))
UPGRADES = {(CODE[s], int(n)): (action, CODE[new], items.split()) for s, n, action, new, items in
            rows("capture/old_events.def", r"FALCO_UPGRADE\((\w+), (\d+), (\w+), (\w+), (.*)\)$")}
SYSCALLS = [g[1] for g in rows("vm/abi/syscalls.def", r'FALCO_SYSCALL\((\d+), "([^"]*)"')]
NATIVE = {int(g[2]): g[1] for g in rows("vm/abi/syscalls.def", r'FALCO_SYSCALL\((\d+), "([^"]*)", (-?\d+)')}
SIZES = {g[0]: int(g[1]) for g in rows("vm/abi/types.def", r"FALCO_TYPE\(\d+, (\w+), (\d+),")}
DYN = {t: [re.search(r"-> (\w+):", n)[1] for _, n in v] for t, v in ENUMS.items() if t.endswith("_dynamic_param")}
ERRNO = dict(ENUMS["errno_name"])
SIGNALS = dict(ENUMS["signal_name"])
TEXTS = {"CHARBUF", "FSPATH", "FSRELPATH"}

# --- literals: how a value stands in the case file, and its bytes ---------------------------------------------------


class Lit:
    """text: as in the file; data: wire bytes."""

    def __init__(self, text, data):
        self.text, self.data = text, data


EMPTY = Lit("-", b"")


def num(type_, value, shown=None):
    size = SIZES[type_]
    return Lit(shown or str(value), (value & (1 << 8 * size) - 1).to_bytes(size, "little"))


def quoted(data):
    return '"' + "".join({0: "\\0", 10: "\\n", 34: '\\"', 92: "\\\\"}.get(b) or (chr(b) if 32 <= b < 127 else "\\x%02x" % b)
                         for b in data) + '"'


def txt(value):
    return Lit(quoted(value.encode()), value.encode() + b"\0")


def buf(value):
    return Lit(quoted(value), value)


def ip_bytes(text):
    if ":" not in text:
        return bytes(int(p) for p in text.split("."))
    head, _, tail = text.partition("::")
    words = [int(w, 16) for w in head.split(":") if w]
    end = [int(w, 16) for w in tail.split(":") if w]
    return b"".join(struct.pack(">H", w) for w in words + [0] * (8 - len(words) - len(end)) + end)


def endpoint(text):
    ip, _, port = text.rpartition(":")
    return ip_bytes(ip) + struct.pack("<H", int(port))


def inet(text):
    """`a:p` or `a:p->b:q`; IPv6 without brackets."""
    v6 = text.count(":") > 2
    return Lit(("inet6:" if v6 else "inet:") + text, bytes([10 if v6 else 2]) + b"".join(endpoint(e) for e in text.split("->")))


def unix(text):
    return Lit("unix:" + text, b"\x01" + text.encode() + b"\0")


def unix_pair(source, destination, path):
    return Lit("unix:%x->%x:%s" % (source, destination, path),
               b"\x01" + struct.pack("<QQ", source, destination) + path.encode() + b"\0")


def raw(data):
    return Lit("bytes:" + data.hex(), data)


def fds(*entries):
    return Lit("fds:" + ",".join("%d:%d" % e for e in entries),
               struct.pack("<H", len(entries)) + b"".join(struct.pack("<qh", *e) for e in entries))


def dyn(table, variant, value):
    type_ = DYN[table][variant]
    if type_ in TEXTS:
        inner = txt(value)
    elif type_ == "BYTEBUF":
        inner = buf(value)
    else:
        inner = num(type_, value)
    return Lit("dyn:%d:%s:%s" % (variant, type_, inner.text), bytes([variant]) + inner.data)
