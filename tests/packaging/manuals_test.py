#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Manual pages and completions say what --help says, no more and no less, and the tools that read them have nothing to object.
What is expected is read from --help here once more, without the code that wrote the files."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

SOURCE, BUILD = pathlib.Path(os.environ["FALCO_SOURCE"]), pathlib.Path(os.environ["FALCO_BUILD"])
PACKAGING = SOURCE / "packaging"
MANUALS = {"falcoc": 1, "falco-vm": 1, "event-generator": 1, "falco-probe-loader": 8}
SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO"]


def program(name):
    return PACKAGING / name if (PACKAGING / name).is_file() else BUILD / "bin" / name


def run(*command, **kwargs):
    return subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=60, check=False, **kwargs)


def help_of(*command):
    return run(program(command[0]), *command[1:], "--help", env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}).stdout


def options_of(*command):
    return {name for names in re.findall(r"^  (-\S+)", help_of(*command), re.M) for name in names.split(",")}


def commands_of(name):
    """The program alone, and with each of its commands."""
    rows = re.search(r"^Commands .*:\n((?:  .*\n)+)", help_of(name), re.M)
    return [(name,), *((name, command) for command in re.findall(r"^  (\w+)", rows[1], re.M))] if rows else [(name,)]


EVERY = [command for name in MANUALS for command in commands_of(name)]


def manual(name):
    return (PACKAGING / "man" / f"{name}.{MANUALS[name]}").read_text(encoding="utf-8")


class Manuals(unittest.TestCase):
    def section(self, *command):
        text = manual(command[0])
        begin, end = (".SS " + " ".join(command), r"^\.S[SH] ") if len(command) > 1 else (".SH OPTIONS", r"^\.SH ")
        return re.split(end, text.split(begin + "\n")[1], maxsplit=1, flags=re.M)[0]

    def test_commands_were_found(self):
        self.assertGreaterEqual(len(EVERY), 14)
        self.assertIn(("falcoc", "lint"), EVERY)

    def test_what_is_here_is_what_is_written(self):
        done = run(sys.executable, "-B", SOURCE / "scripts" / "write_manuals.py", BUILD / "bin", "--check")
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_options(self):
        for command in EVERY:
            with self.subTest(command=command):
                # Lines that describe options, and the one that names those described before.
                lines = [line for line in self.section(*command).splitlines() if line.startswith((r"\fB\-", "As above: "))]
                found = {name.replace("\\-", "-") for line in lines for name in re.findall(r"\\fB(\\-[^\\]*(?:\\-[^\\]*)*)\\fR", line)}
                self.assertEqual(found, options_of(*command))

    def test_values_that_may_be_left_out(self):
        self.assertIn("\n\\fB\\-\\-profile\\fR[=\\fIFILE\\fR]\n", manual("falco-vm"))
        self.assertIn("\n\\fB\\-\\-profile\\fR \\fIFILE.json\\fR\n", self.section("falcoc", "cost"))
        for option in ("--mutate", "--coverage"):
            done = run(program("falcoc"), "test", option, SOURCE / "rules" / "tests" / "80-users.yaml")
            self.assertEqual(done.returncode, 0, done.stdout)  # and the file of tests is no value

    def test_sections(self):
        for name in MANUALS:
            found = re.findall(r"^\.SH (.*)$", manual(name), re.M)
            self.assertEqual([s for s in found if s in SECTIONS], SECTIONS, name)
            self.assertEqual(re.findall(r"^@.*", manual(name), re.M), [])

    def test_exit_codes(self):
        for name in MANUALS:
            part = manual(name).split(".SH EXIT STATUS")[1].split(".SH")[0]
            said = help_of(name).split("Exit codes:")[1].split("\n\n")[0]
            self.assertEqual(re.findall(r"\\fB(\d+)\\fR", part), re.findall(r"(?:^|, |  )\s*(\d+) ", said), name)

    def test_readers_have_no_objection(self):
        tools = [t for t in (["mandoc", "-T", "lint", "-W", "error"], ["man", "--warnings", "-l", "-Tutf8", "-Z"]) if shutil.which(t[0])]
        if not tools:
            self.skipTest("neither man nor mandoc")
        for name, section in MANUALS.items():
            for tool in tools:
                done = subprocess.run([*tool, str(PACKAGING / "man" / f"{name}.{section}")], stdin=subprocess.DEVNULL, capture_output=True,
                                      text=True, timeout=60, check=False, env=dict(os.environ, LC_ALL="C.UTF-8"))
                said = done.stderr if tool[0] == "man" else done.stdout + done.stderr
                self.assertEqual((done.returncode, said), (0, ""), f"{tool[0]}: {name}")


class Bash(unittest.TestCase):
    def offered(self, *words):
        """What is offered for the last of these words."""
        script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "_${1//-/_}"; printf "%s\\n" "${COMPREPLY[@]}"'
        done = run("bash", "-u", "-c", script, "bash", PACKAGING / "completions" / f"{words[0]}.bash", *words)
        self.assertEqual(done.returncode, 0, done.stdout)
        return set(done.stdout.split())

    def test_options(self):
        for command in EVERY:
            self.assertEqual(self.offered(*command, "-"), options_of(*command), command)

    def test_commands(self):
        self.assertEqual(self.offered("falcoc", ""), {command[1] for command in EVERY if len(command) > 1})
        self.assertEqual(self.offered("falcoc", "li"), {"lint", "list"})

    def test_values(self):
        formats = {"falco-json", "github", "json", "sarif", "text"}
        self.assertEqual(self.offered("falcoc", "lint", "--format", ""), formats)
        self.assertEqual(self.offered("falcoc", "lint", "--format", "="), formats)
        self.assertEqual(self.offered("falcoc", "lint", "--format", "=", "s"), {"sarif"})
        self.assertEqual(self.offered("falcoc", "test", "--format", "j"), {"junit"})
        self.assertIn("diagnostics", self.offered("falcoc", "list", ""))
        self.assertEqual(self.offered("falco-vm", "--priority", "no"), {"notice"})

    def test_files_are_left_to_the_shell(self):
        for words in (["falcoc", "lint", ""], ["falcoc", "-o", ""], ["falcoc", "-o", "-"], ["falco-vm", "--stats", "=", ""]):
            self.assertEqual(self.offered(*words), set(), words)

    def test_levels(self):
        """The help doesn't list them, but the message about a wrong one does."""
        said = run(program("falcoc"), "--priority", "bogus", SOURCE / "rules").stdout
        levels = set(re.search(r"not a priority \((.*)\)", said)[1].split(", "))
        self.assertEqual(self.offered("falco-vm", "--priority", ""), levels)
        self.assertEqual(self.offered("falcoc", "lint", "--priority", ""), levels)

    def test_syntax(self):
        for name in MANUALS:
            self.assertEqual(run("bash", "-n", PACKAGING / "completions" / f"{name}.bash").stdout, "")
        if shutil.which("shellcheck"):
            self.assertEqual(run("shellcheck", "-s", "bash", *(PACKAGING / "completions").glob("*.bash")).stdout, "")


class Others(unittest.TestCase):
    def test_zsh_options(self):
        for name in MANUALS:
            text = (PACKAGING / "completions" / f"_{name}").read_text(encoding="utf-8")
            parts = dict(zip(["", *re.findall(r"^    (\w+)\)$", text, re.M)], re.split(r"^    \w+\)$", text, flags=re.M)))
            for key in parts:
                mine = parts[key].split("return ;;")[0] if key else text.split("  esac")[-1]
                command = (name, key) if key else (name,)
                found = set(re.findall(r"^ +'(?:\*|\([^)]*\))?(--?[A-Za-z][\w-]*?)(?:=-|=)?\[", mine, re.M))
                self.assertEqual(found, options_of(*command), command)
            self.assertEqual(set(parts) - {""}, {c[1] for c in EVERY if c[0] == name and len(c) > 1})

    def test_zsh_syntax(self):
        if not shutil.which("zsh"):
            self.skipTest("no zsh")
        for name in MANUALS:
            done = run("zsh", "-n", PACKAGING / "completions" / f"_{name}")
            self.assertEqual((done.returncode, done.stdout), (0, ""), name)

    def test_fish_options(self):
        for name in MANUALS:
            lines = (PACKAGING / "completions" / f"{name}.fish").read_text(encoding="utf-8").splitlines()
            for command in (c for c in EVERY if c[0] == name):
                mine = [line.split(" -d ")[0] for line in lines if (f"__fish_seen_subcommand_from {command[1]}'" in line if len(command) > 1 else
                                                                    "'__fish_seen" not in line and "use_subcommand" not in line)]
                found = {dashes + word for line in mine for kind, word in re.findall(r" -(s|l) (\S+)", line) for dashes in ["-" if kind == "s" else "--"]}
                self.assertEqual(found, options_of(*command), command)

    def test_fish_offers(self):
        if not shutil.which("fish"):
            self.skipTest("no fish")

        def offered(line):
            done = run("fish", "--no-config", "-c", f"source '{PACKAGING}/completions/{line.split()[0]}.fish'; complete -C '{line}'",
                       cwd=PACKAGING / "completions",
                       env={"PATH": f"{BUILD / 'bin'}:{os.environ['PATH']}", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"})
            return {row.split("\t")[0] for row in done.stdout.splitlines()}
        self.assertEqual(offered("falcoc li"), {"lint", "list"})
        self.assertEqual(offered("falcoc lint --fo"), {"--format"})
        self.assertEqual(offered("falcoc lint --format s"), {"sarif"})
        self.assertEqual({n for n in offered("falco-vm --") if n.startswith("--")}, {n for n in options_of("falco-vm") if n.startswith("--")})


if __name__ == "__main__":
    unittest.main()
