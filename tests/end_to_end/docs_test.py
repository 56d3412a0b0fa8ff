#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The reference pages: docs/ has what `falcoc docs -o docs` writes, and they leave out no row."""
import json
import os
import re
import unittest

from programs import OK, OUTSIDE, SOURCE, USAGE, ProgramTest, falcoc

PAGES = {"events.md", "fields.md", "operators.md", "transformers.md", "opcodes.md", "diagnostics.md", "lint.md"}


class Docs(ProgramTest):
    def pages(self):
        folder = self.folder / "new" / "pages"
        self.assert_exit(falcoc("docs", "-o", folder), OK)
        return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}

    def test_committed_pages(self):
        pages = self.pages()
        self.assertEqual(set(pages), PAGES)
        for name, text in pages.items():
            committed = (SOURCE / "docs" / name).read_text(encoding="utf-8")
            self.assertEqual(committed.splitlines(), text.splitlines(), "renew it: falcoc docs -o docs")

    def test_every_row_is_there(self):
        pages = self.pages()

        def rows(what):
            return json.loads(falcoc("list", what, "--json").stdout)

        self.assertEqual(re.findall(r"^\| `(\S+)` \|", pages["operators.md"], re.M), [row["operator"] for row in rows("operators")])
        lints = {row["id"] for row in rows("lints")}
        others = [row["id"] for row in rows("diagnostics") if row["id"] not in lints]
        self.assertEqual(re.findall(r"^### (FC\d+) ", pages["diagnostics.md"], re.M), others)
        self.assertEqual(set(re.findall(r"^### (FC\d+) ", pages["lint.md"], re.M)), lints)
        for name, table, macro in (("transformers.md", "transformers.def", "TRANSFORMER"), ("opcodes.md", "opcodes.def", "OP")):
            wanted = re.findall(rf'^FALCO_{macro}\(\d+, \w+, "([^"]+)"', (SOURCE / "vm" / "abi" / table).read_text(encoding="utf-8"), re.M)
            self.assertGreater(len(wanted), 4)
            self.assertEqual(re.findall(r"^\|(?: \d+ \|)? `(\S+)` \|", pages[name], re.M), wanted)

    def test_tables_are_tables(self):
        for name, text in self.pages().items():
            columns = None
            for line in text.splitlines():
                if not line.startswith("|"):
                    columns = None
                    continue
                bars = len(re.findall(r"(?<!\\)\|", line))
                columns = columns or bars
                self.assertEqual(bars, columns, f"{name}: {line}")

    def test_links(self):
        for name, text in self.pages().items():
            for target in re.findall(r"\]\(([^)#]+)\)", text):
                self.assertTrue((SOURCE / "docs" / target).is_file(), f"{name}: {target}")

    def test_refusals(self):
        self.assert_refused(falcoc("docs"), USAGE, "-o")
        self.assert_refused(falcoc("docs", "-o", self.file("page", "")), OUTSIDE, "FC9007")
        if os.path.exists("/proc/self"):
            self.assert_refused(falcoc("docs", "-o", "/proc/self/none"), OUTSIDE, "FC9007")


if __name__ == "__main__":
    unittest.main()
