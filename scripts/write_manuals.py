#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes manual pages (packaging/man) from their templates and --help, and completions (packaging/completions) from --help.

usage: write_manuals.py BIN [--check]        BIN: folder of the built programs; --check: write nothing, 1 if a file would change
"""
import pathlib
import sys

import completion
import manual
import usage

PACKAGING = pathlib.Path(__file__).resolve().parent.parent / "packaging"
PROGRAMS = ("falcoc", "falco-vm", "event-generator", "falco-probe-loader")


def written(folder):
    """What each file has to be, by path."""
    files = {}
    for name in PROGRAMS:
        program = PACKAGING / name if (PACKAGING / name).is_file() else folder / name
        usages = usage.all_of(program)
        template, = (PACKAGING / "man").glob(f"{name}.[158].in")
        files[template.with_suffix("")] = manual.page(template.read_text(encoding="utf-8"), usages)
        completions = PACKAGING / "completions"
        files[completions / f"{name}.bash"] = completion.bash(usages)
        files[completions / f"_{name}"] = completion.zsh(usages)
        files[completions / f"{name}.fish"] = completion.fish(usages)
    return files


def main(folder, check):
    stale = {path: text for path, text in written(folder).items() if not path.is_file() or path.read_text(encoding="utf-8") != text}
    for path, text in stale.items():
        print(f"{path.relative_to(PACKAGING.parent)}: {'not what --help says' if check else 'written'}")
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--check"]):
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1]), len(sys.argv) == 3))
