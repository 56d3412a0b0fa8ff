#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/captures.md names every block type of capture/blocks.def under its kind and version, and no other number.

usage: captures_document.py ROOT
"""
import collections
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
rows = re.findall(r"^FALCO_BLOCK\((0x[0-9A-F]+), (\w+), (\d+)", (root / "capture/blocks.def").read_text(), re.M)
wanted = collections.defaultdict(set)
for number, kind, version in rows:
    wanted[kind, int(version)].add(number)

said = collections.defaultdict(set)
for line in (root / "docs/captures.md").read_text().splitlines():
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    if len(cells) != 3 or "0x" not in line or not line.startswith("|"):
        continue
    kind = cells[0].split()[0]
    said[kind, 1] |= set(re.findall(r"0x[0-9A-F]+", cells[1]))
    for version, numbers in re.findall(r"(\d): ([^|]*?)(?=\d: |$)", cells[2]):
        said[kind, int(version)] |= set(re.findall(r"0x[0-9A-F]+", numbers))
said = {key: numbers for key, numbers in said.items() if numbers}

if not rows or said != dict(wanted):
    for key in sorted(set(said) | set(wanted)):
        if said.get(key, set()) != wanted.get(key, set()):
            print(f"{key[0]} version {key[1]}: blocks.def has {sorted(wanted.get(key, set()))}, docs/captures.md {sorted(said.get(key, set()))}")
    sys.exit("docs/captures.md and capture/blocks.def differ")
print(f"docs/captures.md names all {len(rows)} block types")
