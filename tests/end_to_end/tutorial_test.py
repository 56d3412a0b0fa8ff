#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/tutorial.md and README.md are true: their files are written, their commands run in order, and they print what stands
there. FALCOC_BLESS=1 writes what they print into the page."""
import os
import re
import subprocess
import unittest

from programs import BIN, SECONDS, SOURCE, ProgramTest

PAGE = SOURCE / "docs" / "tutorial.md"
README = SOURCE / "README.md"
TYPO = """- rule: Somebody typed too fast
  desc: The file that README.md speaks of, but doesn't show.
  condition: >
    evt.type in (execve, execveat) and
    proc.nam = cat
  output: "%proc.name"
  priority: NOTICE
"""
BLOCK = re.compile(r"(?:The file `(?P<name>[^`]+)`:\n\n)?```(?P<kind>yaml|console)\n(?P<text>.*?)^```$", re.S | re.M)
# A command is a line that begins with `$ `, and if it has a here-document, all to its end.
COMMAND = re.compile(r"^\$ (?:[^\n]*<<'END'\n(?:.*?\n)?END|[^\n]*)\n", re.S | re.M)


class Shell(ProgramTest):
    def setUp(self):
        super().setUp()
        self.codes = []

    def shell(self, command):
        """What a reader sees of a command, both streams in order."""
        environment = dict(os.environ, NO_COLOR="1", LC_ALL="C.UTF-8", PATH=f"{BIN}:{os.environ['PATH']}")
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
        self.codes.append((command, done.returncode))
        return re.sub(r" +$", "", done.stdout.decode(), flags=re.M)

    def commands(self, text):
        found = COMMAND.findall(text)
        self.assertTrue(found, text)
        return "".join(c + self.shell(c[2:]) for c in found)

    def check_page(self, page, before, after):
        if os.environ.get("FALCOC_BLESS") == "1":
            page.write_text(after, encoding="utf-8")
            before = after
        self.assertEqual(before.splitlines(), after.splitlines())


class Tutorial(Shell):
    def replay(self, block):
        if block["kind"] == "yaml":
            self.assertTrue(block["name"], "a file without name")
            path = self.folder / block["name"]
            path.parent.mkdir(exist_ok=True)
            path.write_text(block["text"], encoding="utf-8")
            return block[0]
        return "```console\n" + self.commands(block["text"]) + "```"

    def test_commands_print_what_the_page_says(self):
        before = PAGE.read_text(encoding="utf-8")
        after = BLOCK.sub(self.replay, before)
        self.check_page(PAGE, before, after)
        codes = [(command.strip(), code) for command, code in self.codes if command.startswith("falcoc")]
        self.assertEqual(codes[0], ("falcoc rules/", 1))
        self.assertIn(("falcoc lint rules/ --strict --Werror", 0), codes)
        self.assertEqual([code for command, code in codes if command == "falcoc test keys_test.yaml"], [1, 0])

    def test_links_lead_somewhere(self):
        for target in re.findall(r"\]\(([^)]+)\)", PAGE.read_text(encoding="utf-8")):
            self.assertTrue((PAGE.parent / target).is_file(), target)


class Readme(Shell):
    def test_examples_print_what_they_say(self):
        before = README.read_text(encoding="utf-8")
        (self.folder / "rules").symlink_to(SOURCE / "rules")
        (self.folder / "typo.yaml").write_text(TYPO)
        self.file("secrets.yaml", re.search(r"`secrets.yaml`:\n\n```yaml\n(.*?)^```$", before, re.S | re.M)[1])
        after = re.sub(r"^```\n(\$ .*?)^```$", lambda block: "```\n" + self.commands(block[1]) + "```", before, flags=re.S | re.M)
        self.check_page(README, before, after)
        self.assertEqual([code for _, code in self.codes], [0, 0, 1, 0, 0])


if __name__ == "__main__":
    unittest.main()
