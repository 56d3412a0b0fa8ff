#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""falcoc fmt: rules mean the same afterwards, to the byte of the image; formatting twice is formatting once."""
import os
import pathlib
import random
import re
import shutil
import subprocess
import unittest

from programs import BIN, OK, OUTSIDE, RULES, SOURCE, USAGE, WRONG_INPUT, ProgramTest, falcoc

DATA = pathlib.Path(os.environ.get("FALCO_TEST_DATA") or SOURCE.parent / "shared")
UPSTREAM = sorted(DATA.glob("rules/upstream/*.yaml"))
GOLDEN = SOURCE / "tests" / "golden" / "fmt"
SAMPLES = sorted(p for folder in ("checked", "diag", "fmt") for p in (SOURCE / "tests/golden" / folder).glob("*.yaml"))


class Fmt(ProgramTest):
    def copies(self, paths, folder="copy"):
        to = self.folder / folder
        shutil.rmtree(to, ignore_errors=True)
        to.mkdir()
        return [pathlib.Path(shutil.copy(p, to)) for p in paths]

    def stripped(self, paths, name):
        """The image without source map, or nothing when the rules are wrong."""
        out = self.folder / name
        out.unlink(missing_ok=True)
        result = falcoc(*paths, "--strip", "-o", out)
        return result.returncode, out.read_bytes() if out.exists() else None

    def check_same_image(self, paths):
        before = self.stripped(paths, "before.fbc")
        copies = self.copies(paths)
        self.assert_exit(falcoc("fmt", *copies), OK)
        self.assertEqual(self.stripped(copies, "after.fbc"), before)
        once = [p.read_bytes() for p in copies]
        self.assert_exit(falcoc("fmt", "--check", *copies), OK)
        self.assertEqual([p.read_bytes() for p in copies], once)
        return before[0]

    def test_own_rules(self):
        self.assertEqual(self.check_same_image(RULES), OK)

    @unittest.skipUnless(UPSTREAM, "no upstream rules here")
    def test_upstream(self):
        self.assertEqual(self.check_same_image(UPSTREAM), OK)
        comments = [re.findall(r"#.*\S", p.read_text()) for p in UPSTREAM]
        self.assertEqual([sorted(re.findall(r"#.*\S", p.read_text())) for p in self.copies_formatted(UPSTREAM)], [sorted(c) for c in comments])

    def copies_formatted(self, paths):
        copies = self.copies(paths)
        falcoc("fmt", *copies)
        return copies

    def test_samples_of_other_tests(self):
        compiled = 0
        for path in SAMPLES:
            with self.subTest(path.name):
                copy = self.copies([path])[0]
                if falcoc("fmt", copy).returncode == WRONG_INPUT:  # no YAML
                    self.assertEqual(copy.read_bytes(), path.read_bytes())
                    continue
                compiled += self.check_same_image([path]) == OK
        self.assertGreater(compiled, 3)

    def test_spoilt_layout(self):
        """Layouts that mean the same, made at random from the own rules."""
        rng = random.Random(6)
        for number in range(30):
            path = pathlib.Path(rng.choice(RULES))
            lines = []
            for line in path.read_text().splitlines():
                roll = rng.random()
                if roll < 0.1:
                    line += " " * rng.randrange(1, 4) if re.match(r"^(  (tags|priority|desc|condition): [^>|]|- |#)", line) else ""
                elif roll < 0.2:
                    line = re.sub(r"^  (tags|priority|condition): +(?=[^>|])", lambda m: f"  {m[1]}:{' ' * rng.randrange(1, 6)}", line)
                elif roll < 0.3:
                    line = re.sub(r"^    (and|or) ", r"    \1  ", line)
                lines.append(line)
                if not line and rng.random() < 0.5:
                    lines.append("")
            spoilt = self.folder / f"{number}.yaml"
            spoilt.write_text("\n".join(lines) + "\n")
            vocabulary = [p for p in RULES if "00-" in p and p != str(path)]
            self.check_same_image([*vocabulary, spoilt])

    def test_goldens(self):
        inputs = sorted(GOLDEN.glob("*.yaml"))
        self.assertGreater(len(inputs), 3)
        for path in inputs:
            with self.subTest(path.name):
                copy = self.copies_formatted([path])[0]
                golden = path.with_suffix(".out")
                if os.environ.get("FALCOC_BLESS") == "1":
                    golden.write_bytes(copy.read_bytes())
                self.assertEqual(copy.read_text(), golden.read_text())

    def test_check(self):
        rules = self.file("r.yaml", "- list: a\n  items: [x,y]\n")
        result = falcoc("fmt", "--check", rules)
        self.assert_exit(result, WRONG_INPUT)
        self.assertIn("-  items: [x,y]\n+  items: [x, y]\n", result.stdout.decode())
        self.assertEqual(rules.read_text(), "- list: a\n  items: [x,y]\n")
        falcoc("fmt", rules)
        self.assert_exit(falcoc("fmt", "--check", rules), OK)

    def test_standard_input(self):
        result = subprocess.run([str(BIN / "falcoc"), "fmt", "-"], input=b"- list: a\n  items: [x,y]\n", capture_output=True, check=False)
        self.assertEqual((result.returncode, result.stdout), (OK, b"- list: a\n  items: [x, y]\n"))

    def test_exit_codes(self):
        self.assert_refused(falcoc("fmt"), USAGE)
        self.assert_refused(falcoc("fmt", self.folder / "absent.yaml"), OUTSIDE)
        broken = self.file("r.yaml", "- list: [\n")
        self.assert_refused(falcoc("fmt", broken), WRONG_INPUT, "yaml")
        self.assertEqual(broken.read_text(), "- list: [\n")


if __name__ == "__main__":
    unittest.main()
