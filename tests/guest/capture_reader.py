# SPDX-License-Identifier: Apache-2.0
"""Event blocks of a capture with named parameters, by the rows of vm/abi/events.def. For checks of what the module recorded."""
import gzip
import ipaddress
import os
import re
import struct

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROW = re.compile(r'FALCO_EVENT\((\d+), \w+, "([^"]*)", (\w+), [^,]*, [^,]*, (.*)\)$')
PARAMETER = re.compile(r'P\("([^"]*)", (\w+),')
SIGNED = {"ERRNO", "FD", "PID", "INT8", "INT16", "INT32", "INT64"}
TEXT = {"CHARBUF", "FSPATH", "FSRELPATH"}
RAW = {"BYTEBUF", "FDLIST", "DYN"}


def event_rows():
    rows = {}
    with open(os.path.join(ROOT, "vm/abi/events.def"), encoding="utf-8") as file:
        for line in file:
            found = ROW.match(line.strip())
            if found:
                rows[int(found.group(1))] = (found.group(2), PARAMETER.findall(found.group(4)))
    return rows


def module_codes():
    """Codes of the events that the kernel module makes."""
    with open(os.path.join(ROOT, "capture/kmod/params.def"), encoding="utf-8") as file:
        return {int(code) for code in re.findall(r"^FALCO_COLLECT\((\d+),", file.read(), re.M)}


def _end(data):
    size = 4 if len(data) == 6 else 16
    return f"{ipaddress.ip_address(data[:size])}:{struct.unpack('<H', data[size:])[0]}"


def _address(data):
    family, rest = data[0], data[1:]
    if family in (2, 10):
        return _end(rest)
    return rest.rstrip(b"\0").decode("latin-1")


def _tuple(data):
    family, rest = data[0], data[1:]
    if family in (2, 10):
        return _end(rest[:len(rest) // 2]) + "->" + _end(rest[len(rest) // 2:])
    return rest[16:].rstrip(b"\0").decode("latin-1")


def decode(kind, data):
    """A value: int, str, bytes (of those without a shape), None when absent."""
    if not data:
        return b"" if kind in RAW else None
    if kind in TEXT:
        if data[-1] or 0 in data[:-1]:
            raise ValueError(f"a text that does not end in its only NUL: {data!r}")
        return data[:-1].decode("latin-1")
    if kind in RAW:
        return data
    if kind == "SOCKADDR":
        return _address(data)
    if kind == "SOCKTUPLE":
        return _tuple(data)
    return int.from_bytes(data, "little", signed=kind in SIGNED)


def events(path):
    """Yields (ts, tid, code, name, {parameter: value}); raises ValueError where bytes and table disagree."""
    rows = event_rows()
    with open(path, "rb") as file:
        data = file.read()
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if struct.unpack_from("<I", data, at + length - 4)[0] != length:
            raise ValueError(f"block at {at}: trailer differs")
        if kind == 0x216:
            yield _event(rows, data[at + 10:at + length - 4])
        at += length


def _event(rows, body):
    ts, tid, length, code, count = struct.unpack_from("<QQIHI", body)
    name, parameters = rows[code]
    if count != len(parameters):
        raise ValueError(f"{name} ({code}): {count} parameters, the table has {len(parameters)}")
    lengths = struct.unpack_from(f"<{count}H", body, 26)
    at, values = 26 + 2 * count, {}
    for (parameter, kind), size in zip(parameters, lengths):
        values[parameter] = decode(kind, body[at:at + size])
        at += size
    if at != length:
        raise ValueError(f"{name} ({code}): {length} bytes, its values end at {at}")
    return ts, tid, code, name, values
