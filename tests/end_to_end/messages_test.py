#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What falcoc says when it is run: a golden for each diagnostic that needs a command, files of a certain size, or bytes
that no readable file has. tests/golden/diag/commands/ID.txt holds files, arguments, messages and exit code;
FALCOC_BLESS=1 rewrites them. And no diagnostic is without a golden, here or elsewhere."""
import json
import os
import re
import shlex
import unittest

from programs import CLEAN_RULE as RULE, SOURCE, ProgramTest, falcoc, run

GOLDEN = SOURCE / "tests" / "golden"
COMMANDS = GOLDEN / "diag" / "commands"

# Guards between two tables of the compiler: no input reaches them while the tables agree.
UNREACHABLE = {"internal-error": "a bug of the compiler"}

PROFILE = {"format": "falco-vm profile", "version": 1, "events": 1, "rules": [
    {"name": name, "evaluations": 1, "matches": 0, "evaluation_ns": 5, "events": []} for name in ("Hashes read", "An old rule")]}


class Made:
    """A file that is too long to be shown, or holds bytes that can't be."""

    def __init__(self, words, content):
        self.words, self.content = words, content


def rule(condition, name="R"):
    return f"- rule: {name}\n  desc: d\n  condition: {condition}\n  output: o\n  priority: INFO\n"


def lists(count, first):
    """`count` lists, each of which names the one before ten times."""
    return f"- list: l0\n  items: [{first}]\n" + "".join(
        f"- list: l{n}\n  items: [{', '.join([f'l{n - 1}'] * 10)}]\n" for n in range(1, count))


def macros(count, join):
    """`count` macros, each of which uses the one before as `join` says."""
    return "- macro: m0\n  condition: evt.num = 1\n" + "".join(
        f"- macro: m{n}\n  condition: {join(f'm{n - 1}')}\n" for n in range(1, count))


def laughs():
    return "- &l0 [x]\n" + "".join(f"- &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 30))


def nearly_too_long():
    """Rules whose condition has no room for what the repair of FC4203 adds."""
    start = "evt.type in (open, openat) and fd.name in ("
    room = (4 << 20) - len(start) - len(")") - 3
    return rule(start + ", ".join(["a" * 198] * (room // 200)) + ", " + "b" * (room % 200) + ")")


def test(body, event="openat: /etc/shadow", expect="hit: Hashes read"):
    """A file of tests for RULE, of one case."""
    case = f"  - name: cat\n    {expect}\n    {body}\n    events: [{event}]\n"
    return {"rules.yaml": RULE, "tests.yaml": "rules: rules.yaml\ncases:\n" + case}


CAT = "process: cat"
# slug: files, arguments.
CASES = {
    "yaml-encoding": ({"rules.yaml": Made("a byte that is no UTF-8", b"- list: a\xff\n  items: [b]\n")}, "rules.yaml"),
    "yaml-too-many-nodes": ({"laughs.yaml": Made("30 anchors, each of ten times the one before", laughs())}, "laughs.yaml"),
    "list-too-long": ({"lists.yaml": Made("30 lists, each of ten times the one before", lists(30, "x"))}, "lists.yaml"),
    "condition-too-long": ({"lists.yaml": Made("a rule with a list of 100 000 long values", lists(6, "x" * 50) + rule("proc.name in (l5)"))},
                           "lists.yaml"),
    "condition-too-large": ({"macros.yaml": Made("30 macros, each of ten times the one before",
                                                 macros(30, lambda m: " or ".join([m] * 10)) + rule("m29"))}, "macros.yaml"),
    "macros-too-deep": ({"macros.yaml": Made("2000 macros, each of the one before, negated",
                                             macros(2000, lambda m: f"not {m}") + rule("m1999"))}, "macros.yaml"),
    "unsafe-na-check": ({"rules.yaml": rule('ka.verb != "<NA>"') + "  skip-if-unknown-filter: true\n"}, "rules.yaml"),
    "profile-rule-unknown": ({"rules.yaml": RULE, "old.json": json.dumps(PROFILE)}, "cost rules.yaml --profile old.json"),
    "test-shape": ({"tests.yaml": "rules: rules.yaml\ncases: none\n", "rules.yaml": RULE}, "test tests.yaml"),
    "unknown-test-key": (test("proces: cat"), "test tests.yaml"),
    "unknown-test-event": (test(CAT, "opennat: /etc/shadow"), "test tests.yaml"),
    "unknown-test-parameter": (test(CAT, "openat: {pth: /etc/shadow}"), "test tests.yaml"),
    "bad-test-value": (test(CAT, "openat: {path: /etc/shadow, flags: O_RDWRITE}"), "test tests.yaml"),
    "unknown-test-rule": (test(CAT, expect="hit: Hashes red"), "test tests.yaml"),
    "nothing-expected": (test(CAT, expect="miss: []"), "test tests.yaml"),
    "cannot-play": ({"rules.yaml": RULE, "tests.yaml": "rules: rules.yaml\ncases:\n  - {name: recorded, hit: Hashes read, capture: none.scap}\n"},
                    "test tests.yaml"),
    "cannot-read": ({}, "absent.yaml"),
    "not-regular-file": ({}, "/dev/null"),
    "file-too-large": ({"large.yaml": Made("17 MB of comments", "#\n" * (17 << 19))}, "large.yaml"),
    "ignored-extension": ({"notes.txt": RULE}, "notes.txt"),
    "no-rules-files": ({"empty/": None}, "empty"),
    "nothing-selected": ({"rules.yaml": RULE}, "rules.yaml -t no_such_tag"),
    "cannot-write": ({"rules.yaml": RULE}, "rules.yaml -o no/such/folder/rules.fbc"),
    "unmatched-selection": ({"rules.yaml": RULE}, "rules.yaml -D 'No such rule'"),
    "too-many-rules": ({"rules.yaml": Made("65 536 rules", "".join(
        f"- {{rule: r{n}, desc: d, condition: evt.type=close, output: o, priority: INFO}}\n" for n in range(65536)))}, "rules.yaml -o rules.fbc"),
    "cannot-emit": ({"rules.yaml": Made("1025 regular expressions", rule(
        "evt.type = close and (" + " or ".join(f"fd.name regex a{n}[bc]" for n in range(1025)) + ")"))}, "rules.yaml -o rules.fbc"),
    "bad-profile": ({"rules.yaml": RULE, "notes.txt": "not a profile\n"}, "cost rules.yaml --profile notes.txt"),
    "fix-failed": ({"rules.yaml": Made("a condition of nearly 4 MB, in which `openat2` is missing", nearly_too_long())},
                   "lint rules.yaml --fix"),
}


class Messages(ProgramTest):
    def said(self, files, arguments):
        """The golden's text: files, the command, all that it printed, and its exit code."""
        text = ""
        for name, content in files.items():
            path = self.folder / name
            if content is None:
                path.mkdir()
                text += f"-- {name} is an empty folder\n"
                continue
            made = content.content if isinstance(content, Made) else content
            path.write_bytes(made if isinstance(made, bytes) else made.encode())
            shown = f" holds {content.words}\n" if isinstance(content, Made) else "\n" + content.rstrip("\n") + "\n"
            text += f"-- {name}{shown}"
        done = run("falcoc", *shlex.split(arguments), cwd=self.folder)
        printed = (done.stdout + done.stderr).decode(errors="replace")
        return f"{text}$ falcoc {arguments}\n{printed}exit code {done.returncode}\n"

    def test_commands(self):
        rows = {row["slug"]: row for row in self.table()}
        for slug, (files, arguments) in CASES.items():
            with self.subTest(slug):
                identifier, severity = rows[slug]["id"], rows[slug]["severity"]
                said = self.said(files, arguments)
                self.assertIn(f"{severity}[{identifier}]", said)
                path = COMMANDS / f"{identifier}.txt"
                if os.environ.get("FALCOC_BLESS") == "1":
                    path.parent.mkdir(exist_ok=True)
                    path.write_text(said, encoding="utf-8")
                self.assertEqual(path.read_text(encoding="utf-8"), said)

    def test_no_stale_goldens(self):
        rows = {row["slug"]: row["id"] for row in self.table()}
        self.assertEqual({path.stem for path in COMMANDS.iterdir()}, {rows[slug] for slug in CASES})

    def test_every_diagnostic_is_in_a_golden(self):
        seen = set()
        for path in GOLDEN.rglob("*.txt"):
            seen.update(re.findall(r"\b(?:error|warning)\[(FC\d{4})", path.read_text(encoding="utf-8")))
        missing = {row["slug"] for row in self.table() if row["id"] not in seen}
        self.assertEqual(missing, set(UNREACHABLE))

    def table(self):
        rows = json.loads(falcoc("list", "diagnostics", "--json").stdout)
        self.assertGreater(len(rows), 100)
        return rows


if __name__ == "__main__":
    unittest.main()
