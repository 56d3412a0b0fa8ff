#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what the program `calls` said must be captured with what was: call_check.py EXPECTED CAPTURE"""
import re
import sys

import capture_reader

ITEM = re.compile(r"(\w+)=('(?:[^']*)'|x:[0-9a-f]*|-?\d+)")


def expected(path):
    """Yields (thread, event name, {parameter: value}, again); again: the event of the line before, looked at once more."""
    own = None
    with open(path, encoding="utf-8") as file:
        for line in file:
            words = line.split()
            if words[0] == "@":
                own = int(words[1])
                continue
            again, thread = words[0] == "=", own
            if words[0].startswith("@"):
                thread = int(words[0][1:])
            if again or words[0].startswith("@"):
                line = line.split(None, 1)[1]
            values = {}
            for name, text in ITEM.findall(line):
                if text.startswith("'"):
                    values[name] = text[1:-1]
                else:
                    values[name] = bytes.fromhex(text[2:]) if text.startswith("x:") else int(text)
            yield thread, line.split()[0], values, again


def main(expected_path, capture_path):
    by_thread, events = {}, list(capture_reader.events(capture_path))
    for event in events:
        by_thread.setdefault(event[1], []).append(event)
    place, failures, checked, codes = {}, 0, 0, set()
    for thread, name, values, again in expected(expected_path):
        mine = by_thread.get(thread, [])
        at = place.get(thread, 0)
        candidates = [i for i in range(at - (1 if again else 0), len(mine)) if mine[i][3] == name]
        differences = None
        # other events of that name may lie between: of a setup, of a library
        for i in candidates:
            found = {p: mine[i][4].get(p, "missing") for p in values}
            wrong = {p: (v, found[p]) for p, v in values.items() if found[p] != v and not (v == "" and found[p] is None)}
            if not wrong:
                place[thread] = i + 1
                differences = {}
                codes.add(mine[i][2])
                break
            if differences is None or len(wrong) < len(differences):
                differences = wrong
        checked += 1
        if differences != {}:
            failures += 1
            print(f"FAIL {name}: " + ("no such event" if differences is None else ", ".join(
                f"{p}: {seen!r}, expected {want!r}" for p, (want, seen) in differences.items())))
    print(f"{checked} events checked, {len(codes)} codes, {failures} failures, {len(events)} captured")
    return 1 if failures or not checked else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
