#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether events tell what the kernel used, although another thread changed it meanwhile: race_check.py INODES CAPTURE

After each call a write to no descriptor tells the truth by its size (race.c, race_calls.h): a port below 65536, else a kind and a value.
"""
import sys

import capture_reader

MODE, PORT, CLONE = 1000000, 2000000, 3000000
PARENT_SETTID = 512  # in the format's numbering
SENDER = "127.0.0.1:5002->"


class Judge:
    def __init__(self, inodes):
        self.inodes = inodes
        self.counts, self.wrong, self.seen = {}, {}, set()
        self.claims = []  # (what, value) that events claimed since the last truth

    def judge(self, what, right, value):
        self.counts[what] = self.counts.get(what, 0) + 1
        self.wrong[what] = self.wrong.get(what, 0) + (not right)
        self.seen.add((what, value))

    def event(self, name, values):
        if name == "openat" and values["name"] in self.inodes and values["flags"] == 1:
            self.judge("openat", values["ino"] == self.inodes[values["name"]], values["name"])
        elif name == "connect" and values["addr"].startswith("127.0.0.1:50"):
            self.claims = [("connect", int(values["addr"].rpartition(":")[2]))]
            self.judge("tuple", values["tuple"].endswith(values["addr"]), 0)
        elif name == "openat2":
            self.claims = [("openat2", MODE + (values["flags"] & 3) - 1)]
        elif name in ("sendto", "sendmsg"):
            self.claims = [(name, PORT + int(values["tuple"].rpartition(":")[2]))]
        elif name == "recvfrom" and values["res"] == 1:
            self.judge("recvfrom", values["tuple"].startswith(SENDER), 0)
        elif name == "clone3":
            who = "clone3" if values["res"] else "clone3 (child)"
            self.claims.append((who, CLONE + bool(values["flags"] & PARENT_SETTID)))
        elif name == "write" and values["fd"] == -1:
            for what, value in self.claims:
                self.judge(what, values["size"] == value, value)
            self.claims = []


def main(inodes_path, capture_path):
    with open(inodes_path, encoding="utf-8") as file:
        judge = Judge({name: int(ino) for name, ino in (line.split() for line in file)})
    for _, _, _, name, values in capture_reader.events(capture_path):
        judge.event(name, values)
    expected = {"openat": 2, "connect": 2, "tuple": 1, "openat2": 2, "sendto": 2, "sendmsg": 2, "recvfrom": 1, "clone3": 2,
                "clone3 (child)": 2}
    failed = 0
    for what, kinds in expected.items():
        seen = sum(1 for one, _ in judge.seen if one == what)
        print(f"{what}: {judge.counts.get(what, 0)} times, {judge.wrong.get(what, 0)} wrong")
        if judge.wrong.get(what, 0) or seen < kinds:
            failed = 1
            print(f"{what}: {seen} of {kinds} values seen")
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
