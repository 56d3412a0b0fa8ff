#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where the bytes of a plain capture go: blocks that are no events, then for each event type the frame, the header, the lengths and
each parameter.

  bytes.py CAPTURE [--most N]
"""
import argparse
import collections
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "guest"))
import capture_reader  # noqa: E402

EVENTS = {0x216: 10, 0x217: 14}  # block type -> bytes in front of the event
HEADER = 26


def read(path):
    """({event name: Counter of parts}, Counter of other blocks)"""
    rows, events, others = capture_reader.event_rows(), collections.defaultdict(collections.Counter), collections.Counter()
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if kind not in EVENTS:
            others[hex(kind)] += length
        else:
            start = at + EVENTS[kind]
            size, code, count = struct.unpack_from("<IHI", data, start + 16)
            name, parameters = rows[code]
            parts = events[f"{name} ({code})"]
            parts["events"] += 1
            parts["all"] += length
            parts["frame"] += length - size
            parts["header"] += HEADER
            parts["lengths"] += 2 * count
            names = [parameter for parameter, _ in parameters] + ["?"] * count
            for parameter, used in zip(names, struct.unpack_from(f"<{count}H", data, start + HEADER)):
                parts["." + parameter] += used
        at += length
    return events, others


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("capture")
    parser.add_argument("--most", type=int, default=12, help="event types shown")
    options = parser.parse_args()
    events, others = read(options.capture)
    total = sum(parts["all"] for parts in events.values())
    print(f"{sum(parts['events'] for parts in events.values())} events {total} bytes; other blocks " +
          (", ".join(f"{kind} {size}" for kind, size in others.most_common()) or "none"))
    for name, parts in sorted(events.items(), key=lambda item: -item[1]["all"])[:options.most]:
        count = parts["events"]
        each = " ".join(f"{part.lstrip('.')} {size / count:.1f}" for part, size in parts.items() if part not in ("events", "all") and size)
        print(f"{name:24} {count:8} events {parts['all']:10} bytes {100 * parts['all'] / total:5.1f} %  each {parts['all'] / count:.1f}: {each}")


if __name__ == "__main__":
    main()
