# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: the two programs, the bundled data, and one way to run things.

Tests get the folder of the programs and of the sources through FALCO_BIN and FALCO_SOURCE.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

BIN = pathlib.Path(os.environ["FALCO_BIN"])
SOURCE = pathlib.Path(os.environ["FALCO_SOURCE"])

# Of which the linter has nothing to say.
CLEAN_RULE = (SOURCE / "tests" / "support" / "clean_rule.yaml").read_text(encoding="utf-8")
RULES = sorted(str(p) for p in (SOURCE / "rules").glob("*.yaml"))
CAPTURE = SOURCE / "rules" / "demo" / "break-in.scap.gz"
GOLDEN = SOURCE / "tests" / "golden" / "end_to_end"
SECONDS = 120  # far above any run here, so reaching it is a hang

OK, WRONG_INPUT, USAGE, OUTSIDE = 0, 1, 2, 3


def run(program, *arguments, **kwargs):
    """Runs a program without terminal, colour or standard input, in UTC; never raises on a bad exit."""
    environment = dict(os.environ, TZ="UTC", NO_COLOR="1", FALCO_HOSTNAME="shop", LC_ALL="C.UTF-8")
    return subprocess.run([str(BIN / program), *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=SECONDS, env=environment, check=False, **kwargs)


def falcoc(*arguments):
    return run("falcoc", *arguments)


def falco_vm(*arguments):
    return run("falco-vm", *arguments)


class ProgramTest(unittest.TestCase):
    """A temporary folder per test, and assertions that show what the program said."""

    maxDiff = 4000

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def assert_exit(self, result, code):
        said = result.stderr.decode(errors="replace")[-2000:]
        self.assertEqual(result.returncode, code, f"{' '.join(result.args)}\n{said}")

    def assert_refused(self, result, code, *words):
        """Ended with `code`, and said why in words, on standard error, without raw control characters."""
        self.assert_exit(result, code)
        said = result.stderr.decode(errors="replace")
        self.assertNotEqual(said.strip(), "", "no message")
        for word in words:
            self.assertIn(word.lower(), said.lower())
        self.assertFalse([c for c in said if ord(c) < 32 and c not in "\n\t"], "control characters in the message")

    def image(self, *rules):
        """The default rules, or those given, compiled."""
        path = self.folder / "rules.fbc"
        self.assert_exit(falcoc(*(rules or RULES), "-o", path), OK)
        return path
