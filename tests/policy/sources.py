#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hygiene of the files themselves: licence lines, sizes, and nothing of the machine they were written on.

usage: sources.py ROOT spdx|size|places
"""
import pathlib
import re
import shutil
import subprocess
import sys

CODE = {".h", ".cc", ".def", ".py", ".sh", ".g4", ".cmake", ".c"}
BINARY = {".gz", ".scap", ".fbc", ".bin"}
MAX_LINES = 700          # of a source file; tables and generated goldens excepted
MAX_TOTAL_BYTES = 8 << 20  # of the whole repository
LONG_BY_NATURE = {".def"}


def files(root):
    """Files of the repository; without git (a source archive), all that isn't hidden or built."""
    git = shutil.which("git")
    listed = subprocess.run([git, "-C", str(root), "ls-files", "-z"], capture_output=True) if git else None
    if listed is not None and listed.returncode == 0 and listed.stdout:
        names = [n for n in listed.stdout.decode().split("\0") if n]
    else:
        names = [p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()]
        names = [n for n in names if not n.startswith(("build/", ".git/"))]
    return [n for n in names if (root / n).is_file()]


def spdx(root, names):
    """Each source file names its licence within the first three lines."""
    for name in names:
        if pathlib.PurePath(name).suffix in CODE:
            head = (root / name).read_text(encoding="utf-8").splitlines()[:3]
            if not any("SPDX-License-Identifier: " in line for line in head):
                yield f"{name}: no SPDX-License-Identifier in the first three lines"


def size(root, names):
    """No source file grows past what one can hold in mind, and the repository stays small."""
    for name in names:
        suffix = pathlib.PurePath(name).suffix
        if suffix in CODE - LONG_BY_NATURE:
            lines = (root / name).read_bytes().count(b"\n")
            if lines > MAX_LINES:
                yield f"{name}: {lines} lines, more than {MAX_LINES}; split it"
    total = sum((root / n).stat().st_size for n in names)
    if total > MAX_TOTAL_BYTES:
        yield f"the repository holds {total} bytes, more than {MAX_TOTAL_BYTES}"


# Absolute paths of home (but those of made-up people) and work folders, and hosts other than documentation.
PLACES = re.compile(r"(?<![\w.$-])/work\w*/\w|/home/(?!(?:u|ann|bob|alice)/)[a-z]\w*/\w|(?<![\w/])/root/(?!\.ssh|x\b)\w+/\w|"
                    r"https?://(?!(?:www\.)?(?:h\b|apache\.org|w3\.org|localhost|127\.0\.0\.1|169\.254\.169\.254|json\.schemastore\.org|json-schema\.org|"
                    r"raw\.githubusercontent\.com/oasis-tcs|docs\.oasis-open\.org|falco\.org|github\.com/falcosecurity))[\w.-]+")


def places(root, names):
    """No file tells where it was made: paths of one machine, registries, mirrors."""
    for name in names:
        suffix = pathlib.PurePath(name).suffix
        if suffix in BINARY or name.startswith(("tests/fuzz/corpus/", "rules/", "tests/policy/", "tests/golden/")):
            continue
        for number, line in enumerate((root / name).read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if found := PLACES.search(line):
                yield f"{name}:{number}: names a place: {found.group(0)}"


CHECKS = {"spdx": spdx, "size": size, "places": places}

if __name__ == "__main__":
    where = pathlib.Path(sys.argv[1]).resolve()
    listed_files = files(where)
    bad = list(CHECKS[sys.argv[2]](where, listed_files))
    print("\n".join(bad) if bad else f"{len(listed_files)} files are fine")
    sys.exit(1 if bad or not listed_files else 0)
