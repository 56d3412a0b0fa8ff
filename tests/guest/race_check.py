#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether events name the file that was opened and the port that was connected, although both texts changed meanwhile."""
import sys

import capture_reader


def main(inodes_path, capture_path):
    with open(inodes_path, encoding="utf-8") as file:
        inodes = {name: int(ino) for name, ino in (line.split() for line in file)}
    opened = connected = wrong = 0
    seen, port = set(), None
    for _, _, _, name, values in capture_reader.events(capture_path):
        if name == "openat" and values["name"] in inodes and values["flags"] == 1:
            opened += 1
            seen.add(values["name"])
            if values["ino"] != inodes[values["name"]]:
                wrong += 1
        elif name == "connect" and values["addr"].startswith("127.0.0.1:50"):
            connected += 1
            port = int(values["addr"].rpartition(":")[2])
            seen.add(port)
            if not values["tuple"].endswith(values["addr"]):
                wrong += 1
        elif name == "write" and values["fd"] == -1 and port is not None:
            wrong += values["size"] != port
            port = None
    print(f"{opened} files opened, {connected} connections, {len(seen)} names and ports, {wrong} wrong")
    return 1 if wrong or not opened or not connected or len(seen) < 4 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
