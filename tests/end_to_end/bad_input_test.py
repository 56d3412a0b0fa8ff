#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input of every kind: one clear message, the right exit code, no crash, no hang, and what was read is not lost."""
import gzip
import os
import random
import subprocess
import unittest

from programs import BIN, CAPTURE, OK, OUTSIDE, RULES, SECONDS, USAGE, WRONG_INPUT, ProgramTest, falco_vm, falcoc

RULE = """
- rule: R
  desc: d
  condition: evt.type = open and proc.name = a
  output: "%proc.name"
  priority: INFO
"""


def rule_with(condition):
    return RULE.replace("evt.type = open and proc.name = a", condition)


class Rules(ProgramTest):
    def check(self, text, *words, code=WRONG_INPUT):
        self.assert_refused(falcoc(self.file("r.yaml", text)), code, *words)

    def test_unknown_field_names_the_near_one(self):
        self.check(rule_with("proc.nam = x"), "r.yaml:", "error[FC", "proc.name", "^")

    def test_wrong_operator_for_a_type(self):
        self.check(rule_with("evt.num contains x"), "error[FC")

    def test_bad_constant(self):
        self.check(rule_with("evt.num = twelve"), "error[FC")

    def test_unknown_macro(self):
        self.check(rule_with("no_such_macro"), "no_such_macro")

    def test_cyclic_macros(self):
        self.check("- macro: a\n  condition: evt.num=1\n- macro: b\n  condition: a\n"
                   "- macro: a\n  condition: or b\n  append: true\n" + rule_with("a"), "error[FC")

    def test_cyclic_lists_end(self):
        result = falcoc(self.file("r.yaml", "- list: a\n  items: [b]\n- list: b\n  items: [a]\n" + rule_with("proc.name in (a)")))
        self.assertIn(result.returncode, (OK, WRONG_INPUT))

    def test_million_parentheses(self):
        self.check(rule_with("(" * 10**6 + "evt.num=1" + ")" * 10**6), "error[FC")

    def test_million_open_parentheses(self):
        self.check(rule_with("(" * 10**6), "error[FC")

    def test_alias_bomb(self):
        layers = ["- &l0 [x, x, x, x, x, x, x, x, x, x]"]
        layers += [f"- &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 30)]
        self.check("\n".join(layers), "error[FC")

    def test_nested_yaml(self):
        self.check("[" * 100000, "error[FC")

    def test_invalid_utf8(self):
        self.check(b"- macro: \xff\xfe\n  condition: evt.num=1\n", "utf-8")

    def test_nul_bytes(self):
        self.check(b"- macro: a\0b\n  condition: evt.num=1\n", "error[FC")

    def test_other_kinds_of_yaml(self):
        self.check("services:\n  web:\n    image: nginx\n", "error[FC")
        self.check("rules_file:\n  - /etc/falco/falco_rules.yaml\njson_output: true\n", "error[FC")
        self.check("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n", "error[FC")

    def test_not_yaml(self):
        self.check("\tx: [\n", "error[FC")

    def test_missing_file(self):
        self.assert_refused(falcoc(self.folder / "absent.yaml"), OUTSIDE, "absent.yaml")

    def test_unreadable_output_folder(self):
        self.assert_refused(falcoc(self.file("r.yaml", RULE), "-o", self.folder / "no" / "such" / "x.fbc"), OUTSIDE)

    def test_fifo_does_not_hang(self):
        fifo = self.folder / "f.yaml"
        os.mkfifo(fifo)
        self.assert_refused(falcoc(fifo), OUTSIDE)

    def test_folder_without_rules(self):
        self.assertIn(falcoc(self.folder).returncode, (WRONG_INPUT, OUTSIDE))

    def test_huge_scalar_is_refused(self):
        path = self.folder / "huge.yaml"
        with open(path, "wb") as out:
            out.write(b"- macro: a\n  condition: ")
            out.truncate(1 << 30)
        result = falcoc(path)
        self.assertIn(result.returncode, (WRONG_INPUT, OUTSIDE))
        self.assertTrue(result.stderr)


class Usage(ProgramTest):
    def test_only_and_without_exclude_each_other(self):
        rules = self.file("r.yaml", RULE)
        self.assert_refused(falcoc(rules, "-t", "a", "-T", "b"), USAGE)
        self.assert_refused(falcoc(rules, "-t", "a", "-D", "b"), USAGE)
        image = self.image()
        self.assert_refused(falco_vm("--ruleset", image, "-e", CAPTURE, "-t", "cis", "-T", "cis"), USAGE)

    def test_unknown_option(self):
        self.assert_refused(falcoc("--no-such-option"), USAGE)
        self.assert_refused(falco_vm("--no-such-option"), USAGE)

    def test_unknown_priority(self):
        self.assert_refused(falcoc(self.file("r.yaml", RULE), "--priority", "loud"), USAGE)
        self.assert_refused(falco_vm("--ruleset", self.image(), "-e", CAPTURE, "--priority", "loud"), USAGE)

    def test_nothing_to_do(self):
        self.assert_refused(falcoc(), USAGE)
        self.assert_refused(falco_vm(), USAGE)

    def test_live_without_the_module(self):
        image = self.image()
        nowhere = str(self.file("probe", "")) + ".absent"
        self.assert_refused(falco_vm("--ruleset", image, "--device", nowhere), OUTSIDE, "not loaded")
        self.assert_refused(falco_vm("--ruleset", image, "--device", self.file("probe", "")), OUTSIDE, "not the device")
        self.assert_refused(falco_vm("--ruleset", image, "--ring-mb", "3"), USAGE, "1, 2, 4")
        self.assert_refused(falco_vm("--ruleset", image, "-e", CAPTURE, "--ring-mb", "4"), USAGE)

    def test_help_and_version(self):
        for program in (falcoc, falco_vm):
            self.assertIn(b"xample", program("--help").stdout)
            self.assert_exit(program("--help"), OK)
            self.assert_exit(program("--version"), OK)

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_a_full_disk_is_said(self):
        wrong = self.file("wrong.yaml", "- rule: [")
        for program, *arguments in (("falcoc", "--version"), ("falcoc", "list", "fields"), ("falcoc", "lint", *RULES, "--format", "sarif"),
                                    ("falcoc", wrong, "--format", "json"), ("falco-vm", "--help"), ("falco-vm", "--list-events")):
            with self.subTest(program=program, arguments=arguments[:2]), open("/dev/full", "wb") as full:
                result = subprocess.run([str(BIN / program), *map(str, arguments)], stdout=full, stderr=subprocess.PIPE,
                                        timeout=SECONDS, check=False)
                self.assert_exit(result, OUTSIDE)
                self.assertIn(b"can't write to standard output", result.stderr)

    def test_zero_rules_selected(self):
        self.assert_refused(falcoc(*RULES, "-t", "no_such_tag"), WRONG_INPUT, "0 of")
        self.assert_refused(falco_vm("--ruleset", self.image(), "-e", CAPTURE, "-t", "no_such_tag"), WRONG_INPUT, "no rule")

    def test_a_selection_without_effect_is_told(self):
        result = falco_vm("--ruleset", self.image(), "-e", CAPTURE, "-T", "no_such_tag", "-T", "cis", "-D", "no such name")
        self.assert_exit(result, OK)
        for option in (b"-T no_such_tag", b"-D no such name"):
            self.assertIn(b"warning: " + option + b" matches no rule of", result.stderr)
        self.assertNotIn(b"-T cis matches", result.stderr)

    def test_rules_come_from_standard_input(self):
        def run(text, *arguments):
            return subprocess.run([str(BIN / "falcoc"), *arguments], input=text.encode(), capture_output=True, timeout=SECONDS, check=False)
        self.assert_exit(run(RULE, "-"), OK)
        self.assert_exit(run(RULE, "lint", "-"), OK)
        wrong = run(rule_with("evt.typ = open"), "-")
        self.assert_exit(wrong, WRONG_INPUT)
        self.assertIn(b"<stdin>:4:14", wrong.stdout + wrong.stderr)
        refused = run(RULE, "lint", "-", "--fix")
        self.assert_exit(refused, USAGE)
        self.assertIn(b"standard input", refused.stderr)

    def test_selection_is_counted(self):
        result = falcoc(*RULES, "-T", "cis")
        self.assert_exit(result, OK)
        self.assertRegex(result.stderr + result.stdout, rb"selected \d+ of \d+ rules")


class Image(ProgramTest):
    def replay(self, image):
        return falco_vm("--ruleset", image, "-e", CAPTURE)

    def test_truncated_anywhere(self):
        good = self.image().read_bytes()
        for size in sorted({1, 7, 8, 63, 64, len(good) // 2, len(good) - 8, len(good) - 1}):
            with self.subTest(size=size):
                cut = self.file("cut.fbc", good[:size])
                self.assert_refused(falcoc("verify", cut), WRONG_INPUT)
                self.assert_refused(self.replay(cut), WRONG_INPUT)

    def test_empty_file(self):
        self.assert_refused(self.replay(self.file("empty.fbc", b"")), OUTSIDE, "empty")

    def test_flipped_bits(self):
        good = self.image().read_bytes()
        randomness = random.Random(7)
        for _ in range(60):
            at, bit = randomness.randrange(len(good)), randomness.randrange(8)
            flipped = bytearray(good)
            flipped[at] ^= 1 << bit
            with self.subTest(byte=at, bit=bit):
                self.assert_refused(falcoc("verify", self.file("flip.fbc", bytes(flipped))), WRONG_INPUT)

    def test_trailing_bytes(self):
        self.assert_refused(self.replay(self.file("long.fbc", self.image().read_bytes() + b"more")), WRONG_INPUT)

    def test_not_an_image(self):
        for name, content in (("rules.yaml", RULE), ("zeros.fbc", b"\0" * 4096), ("text.fbc", "hello\n" * 100)):
            with self.subTest(name):
                self.assert_refused(self.replay(self.file(name, content)), WRONG_INPUT)

    def test_folder_fifo_absent(self):
        os.mkfifo(self.folder / "fifo.fbc")
        for path in (self.folder, self.folder / "fifo.fbc", self.folder / "absent.fbc"):
            with self.subTest(path.name):
                self.assert_refused(self.replay(path), OUTSIDE)


class Capture(ProgramTest):
    def replay(self, capture):
        return falco_vm("--ruleset", self.image(), "-e", capture, "--json", "--all-matches")

    def test_truncated_keeps_what_was_read(self):
        plain = gzip.decompress(CAPTURE.read_bytes())
        whole = self.replay(CAPTURE).stdout.splitlines()
        self.assertGreater(len(whole), 10)
        cut = self.replay(self.file("cut.scap", plain[:len(plain) // 2 + 3]))
        self.assert_refused(cut, OUTSIDE)
        kept = cut.stdout.splitlines()
        self.assertGreater(len(kept), 0)
        self.assertEqual(kept, whole[:len(kept)])

    def test_truncated_gzip_keeps_what_was_read(self):
        packed = CAPTURE.read_bytes()
        cut = self.replay(self.file("cut.scap.gz", packed[:len(packed) * 2 // 3]))
        self.assert_refused(cut, OUTSIDE)
        self.assertGreater(len(cut.stdout.splitlines()), 0)

    def test_truncated_header(self):
        plain = gzip.decompress(CAPTURE.read_bytes())
        for size in (0, 3, 4, 11, 12, 27, 28, 40, 500):
            with self.subTest(size=size):
                result = self.replay(self.file("cut.scap", plain[:size]))
                self.assertIn(result.returncode, (OK, OUTSIDE))
                if size < 28:
                    self.assert_refused(result, OUTSIDE)

    def test_lying_lengths(self):
        plain = bytearray(gzip.decompress(CAPTURE.read_bytes()))
        randomness = random.Random(11)
        for round_number in range(40):
            broken = bytearray(plain[:200000])
            for _ in range(1 + round_number % 5):
                at = randomness.randrange(8, len(broken) - 4)
                broken[at:at + 4] = randomness.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\1\0\0\0"))
            with self.subTest(round_number):
                self.assertIn(self.replay(self.file("lies.scap", bytes(broken))).returncode, (OK, OUTSIDE))

    def test_not_a_capture(self):
        for name, content in (("text.scap", "hello\n" * 50), ("zeros.scap", b"\0" * 4096), ("rules.yaml", RULE)):
            with self.subTest(name):
                self.assert_refused(self.replay(self.file(name, content)), OUTSIDE)

    def test_folder_absent(self):
        for path in (self.folder, self.folder / "absent.scap"):
            with self.subTest(path.name):
                self.assert_refused(self.replay(path), OUTSIDE)


if __name__ == "__main__":
    unittest.main()
