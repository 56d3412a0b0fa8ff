#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What both programs list of the tables, against tests/golden/listing/: a few rows of each form, and how many there are.
FALCOC_BLESS=1 rewrites the goldens."""
import json
import os
import re
import unittest

from programs import OK, SOURCE, USAGE, ProgramTest, falco_vm, falcoc

GOLDEN = SOURCE / "tests" / "golden" / "listing"
EVENTS = {"0", "3", "22", "23", "107", "148", "293", "307", "453"}  # plain, flags, addresses, layouts, meta, relative path
FIELDS = {"evt.num", "evt.rawarg", "evt.arg", "evt.around", "proc.name", "proc.aname", "proc.env", "fd.name", "fd.net",
          "fs.path.name", "group.gid", "container.mount", "k8s.pod.label", "evt.latency"}


def listed(*arguments):
    result = falcoc("list", *arguments)
    return result, result.stdout.decode()


class Listing(ProgramTest):
    def expect_golden(self, name, rows, chosen):
        got = f"{len(rows)} rows\n" + "".join(chosen)
        path = GOLDEN / name
        if os.environ.get("FALCOC_BLESS") == "1":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(got, encoding="utf-8")
        self.assertEqual(path.read_text(encoding="utf-8"), got)
        self.assertGreater(len(chosen), 8)

    def list_of(self, what, form):
        result, text = listed(what, "--format", form)
        self.assert_exit(result, OK)
        return text

    def check_json(self, what, key, chosen):
        rows = json.loads(self.list_of(what, "json"))
        self.assertEqual(len({row[key] for row in rows}), len(rows))
        picked = [json.dumps(row, indent=2, sort_keys=True) + "\n" for row in rows if str(row[key]) in chosen]
        self.expect_golden(f"{what}.json", rows, picked)

    def check_lines(self, what, form, ending, pattern, chosen):
        matches = [(re.match(pattern, line), line) for line in self.list_of(what, form).splitlines(keepends=True)]
        rows = [line for match, line in matches if match]
        self.expect_golden(f"{what}.{ending}", rows, [line for match, line in matches if match and match[1] in chosen])

    def test_events(self):
        self.check_lines("events", "text", "txt", r" *(\d+) [<>] ", EVENTS)
        self.check_lines("events", "markdown", "md", r"\| (\d+) \|", EVENTS)
        self.check_json("events", "code", EVENTS)

    def test_fields(self):
        self.check_lines("fields", "text", "txt", r"([a-z0-9]+\.[a-z0-9._]*[a-z0-9])", FIELDS)
        self.check_lines("fields", "markdown", "md", r"\| `([a-z0-9._]+)` \|", FIELDS)
        self.check_json("fields", "name", FIELDS)

    def test_every_form_has_every_row(self):
        for what, head in (("events", r"\| \d+ \|"), ("fields", r"\| `")):
            rows = len(json.loads(self.list_of(what, "json")))
            self.assertEqual(len(re.findall(f"^{head}", self.list_of(what, "markdown"), re.M)), rows)
            text = [line for line in self.list_of(what, "text").splitlines() if line and not line.startswith("#")]
            self.assertEqual(len(text), rows)

    def test_markdown_tables_are_tables(self):
        for what in ("events", "fields"):
            columns = None
            for line in self.list_of(what, "markdown").splitlines():
                if not line.startswith("|"):
                    columns = None
                    self.assertRegex(line, r"^(## \S.*)?$")
                    continue
                bars = len(re.findall(r"(?<!\\)\|", line))
                columns = columns or bars
                self.assertEqual(bars, columns, line)
                self.assertTrue(line.endswith(" |") or line.endswith("-|"), line)

    def test_fields_stand_in_groups(self):
        headings = [line for line in self.list_of("fields", "markdown").splitlines() if line.startswith("## ")]
        self.assertEqual(len(set(headings)), len(headings))
        self.assertIn("## Processes and threads", headings)
        classes = [row["class"] for row in json.loads(self.list_of("fields", "json"))]
        self.assertEqual(len(set(classes)), len(headings))

    def test_json_says_all_about_parameters(self):
        events = {row["symbol"]: row for row in json.loads(self.list_of("events", "json"))}
        opened = events["SYSCALL_OPENAT_2_X"]
        self.assertEqual(opened["category"], "FILE")
        self.assertEqual(opened["origins"], ["SYSCALL"])
        self.assertIn("CREATES_FD", opened["flags"])
        params = {p["name"]: p for p in opened["params"]}
        self.assertEqual(params["flags"], {"name": "flags", "type": "FLAGS32", "format": "HEX", "flags_table": "file_flags"})
        self.assertEqual(params["name"]["directory_parameter"], 1)

    def test_both_programs_say_the_same(self):
        for form, option in (("text", ()), ("json", ("--json",)), ("markdown", ("--markdown",))):
            result = falco_vm("--list-events", *option)
            self.assert_exit(result, OK)
            self.assertEqual(result.stdout.decode(), self.list_of("events", form))

    def test_json_has_two_spellings(self):
        for what in ("events", "fields", "operators", "diagnostics"):
            self.assertEqual(listed(what, "--json")[1], self.list_of(what, "json"))

    def test_usage(self):
        self.assert_refused(falcoc("list", "fields", "--json", "--format", "markdown"), USAGE)
        self.assert_refused(falcoc("list", "operators", "--format", "markdown"), USAGE, "markdown")
        self.assert_refused(falco_vm("--list-events", "--json", "--markdown"), USAGE)
        self.assert_refused(falco_vm("--markdown"), USAGE, "--list-events")


if __name__ == "__main__":
    unittest.main()
