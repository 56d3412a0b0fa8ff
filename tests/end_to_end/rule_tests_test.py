#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""falcoc test, falcoc explain RULE, falco-vm --explain and falcoc diff, on small rules; and the tests of the default ruleset."""
import json
import re
import sys
import unittest
import xml.etree.ElementTree

from programs import CAPTURE, OK, OUTSIDE, SOURCE, USAGE, WRONG_INPUT, ProgramTest, falco_vm, falcoc

SHELL = """
- list: shells
  items: [sh, bash]
- macro: started
  condition: evt.type in (execve, execveat) and evt.rawres = 0
- macro: placeholder
  condition: not evt.num exists
- rule: Shell below a server
  desc: d
  condition: started and proc.name in (shells) and proc.pname = nginx and not placeholder
  output: "%proc.name below %proc.pname (tty=%proc.tty)"
  priority: WARNING
  tags: [shell]
- rule: Hashes read
  desc: d
  condition: evt.type = openat and fd.name = /etc/shadow and evt.is_open_read = true and not proc.name in (login, su)
  output: "%proc.name read %fd.name"
  priority: CRITICAL
"""

TESTS = """
rules: rules.yaml
cases:
  - name: a shell below nginx
    hit: {rule: Shell below a server, output: "sh below nginx", count: 1, fields: {proc.pname: nginx}}
    process: {name: sh, parent: nginx}
    events: [exec]
    also:
      - {name: $each, each: [sh, bash], process: {name: $each}}
      - {name: execveat, events: [execveat]}
    near_misses:
      - {name: another program, process: {name: cat}}
      - {name: another parent, process: {parent: sshd}}
      - {name: refused, events: [exec: {result: EACCES}]}
      - {name: another call, events: [getcwd]}
  - name: cat reads the hashes
    hit: Hashes read
    miss: Shell below a server
    process: cat
    events: [openat: /etc/shadow]
    near_misses:
      - {name: another file, events: [openat: /etc/passwd]}
      - {name: for writing, events: [openat: {path: /etc/shadow, flags: O_WRONLY}]}
      - {name: $each may, each: [login, su], process: {name: $each}}
      - {name: another call, events: [openat2: /etc/shadow]}
  - name: nothing happens
    alerts: none
    process: cat
    events: [openat: /etc/hostname, close: {fd: 3}]
"""


class RuleTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.rules = self.file("rules.yaml", SHELL)

    def tests_file(self, text=TESTS):
        return self.file("tests.yaml", text)

    def case(self, body, top="rules: rules.yaml"):
        return self.tests_file(f"{top}\ncases:\n  - name: one\n{body}")

    def run_tests(self, code, *arguments):
        result = falcoc("test", *arguments)
        self.assert_exit(result, code)
        return result.stdout.decode()


class Run(RuleTest):
    def test_good_tests_pass(self):
        out = self.run_tests(OK, self.tests_file())
        self.assertIn("15 cases, 0 failed", out)

    def test_each_kind_of_wrong_expectation_fails(self):
        good = "    process: {name: sh, parent: nginx}\n    events: [exec]\n"
        for expected, words in (
                ("hit: Hashes read", "did not alert, because"),
                ("miss: Shell below a server", "`Shell below a server` alerted: sh below nginx (tty=0)"),
                ("alerts: none", "`Shell below a server` alerted, too"),
                ("alerts: [Hashes read]", "did not alert"),
                ("hit: {rule: Shell below a server, output: bash below}", "the output of `Shell below a server` is not as expected"),
                ("hit: {rule: Shell below a server, fields: {proc.pname: bash}}", "proc.pname is nginx"),
                ("hit: {rule: Shell below a server, fields: {fd.name: x}}", "fd.name is no output field"),
                ("hit: {rule: Shell below a server, count: 2}", "alerted 1 times, not 2")):
            with self.subTest(expected):
                self.assertIn(words, self.run_tests(WRONG_INPUT, self.case(f"    {expected}\n{good}")))
        self.run_tests(OK, self.case(f"    alerts: [Shell below a server]\n{good}"))

    def test_says_which_predicate_was_in_the_way(self):
        out = self.run_tests(WRONG_INPUT, self.case("    hit: Shell below a server\n    process: {name: sh, parent: sshd}\n    events: [exec]\n"))
        self.assertRegex(out, r"rules\.yaml:\d+:\d+: proc\.pname = nginx is false; it is sshd")
        self.assertNotIn("proc.name in", out)

    def test_what_could_not_run_has_failed(self):
        good = "    hit: Hashes read\n    events: [openat: /etc/shadow]\n"
        for case in (self.case(good.replace("openat", "opnat")), self.case(good.replace("hit", "hti")), self.case(good, "rules: no.yaml")):
            junit = xml.etree.ElementTree.fromstring(self.run_tests(OUTSIDE if "no.yaml" in case.read_text() else WRONG_INPUT,
                                                                    case, "--format", "junit"))
            self.assertEqual((junit.get("tests"), junit.get("failures")), ("1", "1"))
            self.assertIn("not run: ", junit.find(".//failure").get("message"))

    def test_junit_is_xml_and_tap_counts(self):
        failing = self.case("    hit: Hashes read\n    events: [openat: '/etc/<&\"']\n")
        root = xml.etree.ElementTree.fromstring(self.run_tests(WRONG_INPUT, failing, "--format", "junit"))
        self.assertEqual((root.get("tests"), root.get("failures")), ("1", "1"))
        self.assertIn("did not alert", root.find("testsuite/testcase/failure").text)
        tap = self.run_tests(WRONG_INPUT, failing, "--format", "tap").splitlines()
        self.assertEqual(tap[:3], ["TAP version 13", "1..1", "not ok 1 - one"])
        self.assertTrue(all(line.startswith("#") for line in tap[3:]))
        self.assertEqual(self.run_tests(OK, self.tests_file(), "--format", "tap").count("\nok "), 15)

    def test_descriptors_are_those_of_the_scene(self):
        self.file("rules.yaml", "- rule: r\n  desc: d\n  condition: evt.type = read and fd.typechar = 4 and fd.sport = 443\n  output: o\n  priority: INFO\n")
        connection = '    process: {fds: {5: "10.0.0.5:40000->203.0.113.9:443", 6: /etc/hosts}}\n'
        self.run_tests(OK, self.case(f"    hit: r\n{connection}    events: [read: {{fd: 5}}]\n    near_misses: [{{name: x, events: [read: {{fd: 6}}]}}]\n"))

    def test_captures_are_played(self):
        self.file("rules.yaml", SHELL + "- rule: Any exec\n  desc: d\n  condition: started\n  output: x\n  priority: INFO\n")
        self.run_tests(OK, self.case(f"    hit: Any exec\n    capture: {CAPTURE}\n"))
        broken = self.file("broken.scap", CAPTURE.read_bytes()[:2000])
        result = falcoc("test", self.case(f"    hit: Any exec\n    capture: {broken}\n"))
        self.assert_refused(result, WRONG_INPUT, "FC7008")
        self.assert_refused(falcoc("test", self.case("    hit: Any exec\n    capture: none.scap\n")), WRONG_INPUT, "FC7008")

    def test_a_folder_stands_for_its_tests(self):
        (self.folder / "tests").mkdir()
        (self.folder / "tests" / "a.yaml").write_text(TESTS.replace("rules: rules.yaml\n", ""))
        self.assertIn("15 cases, 0 failed", self.run_tests(OK, self.folder))
        self.assertIn("1 of     1", self.run_tests(OK, self.folder, "--filter", "execveat"))

    def test_rules_that_are_off_are_tested(self):
        self.file("rules.yaml", SHELL.replace("  tags: [shell]", "  enabled: false"))
        self.run_tests(OK, self.tests_file())

    def test_hundreds_of_cases_take_no_time(self):
        names = ", ".join(f"p{i}" for i in range(1000))
        text = self.case(f"    miss: Hashes read\n    each: [{names}]\n    process: {{name: $each}}\n    events: [openat: /etc/passwd]\n")
        self.assertIn("1000 cases, 0 failed", self.run_tests(OK, text))


class Errors(RuleTest):
    def test_each_has_a_place_and_words(self):
        run = "    hit: Hashes read\n"
        for body, words in (
                ("    hit: Hashes read\n", ("FC7001", "`events` or a `capture`")),
                (run + "    events: {a: b}\n", ("FC7001", "a list")),
                (run + "    events: [openat: x]\n    proces: cat\n", ("FC7002", "proces", "process")),
                (run + "    process: {nam: cat}\n    events: [openat: x]\n", ("FC7002", "nam", "name")),
                (run + "    process: {container: {imge: x}}\n    events: [openat: x]\n", ("FC7002", "imge", "image")),
                ("    hit: {rul: x}\n    events: [openat: x]\n", ("FC7002", "rul")),
                (run + "    events: [opennat: x]\n", ("FC7003", "opennat", "openat")),
                (run + "    events: [openat: {pth: x}]\n", ("FC7004", "pth", "it has fd, dirfd, name")),
                (run + "    events: [openat: {flags: O_RDWRITE}]\n", ("FC7005", "O_RDWRITE")),
                (run + "    events: [openat: {result: ENOPE}]\n", ("FC7005", "ENOPE", "name of an error")),
                (run + "    process: {name: a-name-longer-than-fifteen}\n    events: [openat: x]\n", ("FC7005", "15 characters")),
                (run + "    events: [connect: nowhere]\n", ("FC7005", "nowhere", "FROM:PORT->TO:PORT")),
                (run + "    events: [kill: {by: nobody}]\n", ("FC7005", "nobody")),
                ("    hit: Hashes red\n    events: [openat: x]\n", ("FC7006", "Hashes red", "Hashes read")),
                ("    events: [openat: x]\n", ("FC7007",))):
            with self.subTest(words):
                result = falcoc("test", self.case(body))
                self.assert_refused(result, WRONG_INPUT, *words)
                self.assertRegex(result.stderr.decode(), r"tests\.yaml:\d+:\d+: error\[FC70\d\d\]")

    def test_files_and_usage(self):
        self.assert_refused(falcoc("test"), USAGE, "no tests given")
        self.assert_refused(falcoc("test", self.folder / "none.yaml"), OUTSIDE, "FC9001")
        self.assert_refused(falcoc("test", self.tests_file(), "--mutate=soon"), USAGE, "soon")
        self.assert_refused(falcoc("test", self.tests_file(), "--filter", "nothing has this"), USAGE, "no case is left")
        self.assert_refused(falcoc("test", "--generate", "Hashes read"), USAGE, "--rules")
        self.assert_refused(falcoc("test", "--generate", "Hashes red", "--rules", self.rules), USAGE, "Hashes read")
        self.assert_refused(falcoc("test", self.rules), WRONG_INPUT, "FC7001")
        self.file("rules.yaml", "- rule: broken\n")
        self.assert_refused(falcoc("test", self.tests_file()), WRONG_INPUT, "FC1")


class Coverage(RuleTest):
    def test_complete_tests_cover_all(self):
        out = self.run_tests(OK, self.tests_file(), "--coverage", "--min-coverage", "100")
        self.assertIn("coverage: 100.0 % of 8 predicates", out)
        self.assertIn("2 of 2 rules", out)

    def test_what_is_missing_is_listed(self):
        text = TESTS
        for name in ("another parent", "for writing"):
            text = re.sub(rf"      - {{name: {name}, .*\n", "", text)
        text = text[:text.index("  - name: nothing happens")].replace("    miss: Shell below a server\n", "")
        out = self.run_tests(OK, self.tests_file(text), "--coverage")
        self.assertRegex(out, r"rules\.yaml:\d+:\d+: proc\.pname = nginx: never false\b")
        self.assertIn("evt.is_open_read = true", out)
        self.assert_refused(falcoc("test", self.tests_file(text), "--min-coverage", "100"), WRONG_INPUT, "less than 100.0 %")

    def test_what_never_decided_is_listed(self):
        self.file("rules.yaml", "- rule: r\n  desc: d\n  condition: evt.type = dup2 and (proc.name = a or proc.cwd = /a/)\n  output: o\n  priority: INFO\n")
        out = self.run_tests(OK, self.case("    hit: r\n    process: {name: a, cwd: /a}\n    events: [dup2]\n"
                                           "    near_misses: [{name: x, process: {name: b, cwd: /b}, events: [dup]}]\n"), "--coverage")
        self.assertRegex(out, r"proc\.name = a: never decisive\n")
        self.assertRegex(out, r"proc\.cwd = /a/: never decisive\n")

    def test_page_stands_alone(self):
        page = self.folder / "page.html"
        self.run_tests(OK, self.tests_file(), f"--coverage={page}")
        html = page.read_text(encoding="utf-8")
        self.assertIn("Shell below a server", html)
        self.assertNotRegex(html, r"(src|href)=")
        self.assertIn("always the same, not counted", html)


class Mutation(RuleTest):
    def test_complete_tests_notice_all(self):
        out = self.run_tests(OK, self.tests_file(), "--mutate")
        self.assertIn("mutation: 100.0 % of", out)
        self.assertIn("0 not tried", out)
        self.assertNotIn("not noticed", out)

    def test_what_is_not_noticed_is_listed(self):
        text = TESTS.replace("each: [login, su]", "each: [login]").replace("      - {name: another file, events: [openat: /etc/passwd]}\n", "")
        text = text[:text.index("  - name: nothing happens")]
        out = self.run_tests(OK, self.tests_file(text), "--mutate")
        self.assertRegex(out, r"`Hashes read`: without su: proc\.name in \(login, su\)")
        self.assertRegex(out, r"`Hashes read`: dropped: fd\.name = /etc/shadow")

    def test_an_element_that_another_one_replaces_is_not_noticed(self):
        self.file("rules.yaml", "- rule: r\n  desc: d\n  condition: evt.type = dup2 and proc.cwd pmatch (/a, /a/b)\n  output: o\n  priority: INFO\n")
        out = self.run_tests(OK, self.case("    hit: r\n    process: {cwd: /a/b}\n    events: [dup2]\n    near_misses: [{name: x, process: {cwd: /c}}]\n"), "--mutate")
        self.assertIn("without /a, /a/b: proc.cwd pmatch", out)

    def test_time_is_bounded(self):
        out = self.run_tests(OK, self.tests_file(), "--mutate=0")
        self.assertRegex(out, r"of 0 mutants .* [1-9]\d* not tried")


class Generate(RuleTest):
    def test_what_is_generated_passes_and_covers(self):
        for rule in ("Shell below a server", "Hashes read"):
            with self.subTest(rule):
                made = falcoc("test", "--generate", rule, "--rules", self.rules)
                self.assert_exit(made, OK)
                path = self.file("made.yaml", made.stdout)
                out = self.run_tests(OK, path, "--coverage", "--mutate")
                mine = [line for line in out.splitlines() if line.startswith("  " + rule)]
                self.assertEqual(mine, [], out)
                self.assertNotIn(f"not noticed: {self.rules}", "\n".join(l for l in out.splitlines() if rule in l))

    def test_a_file_finds_its_rules_from_where_it_lies(self):
        for place, named in (("rules/tests/made.yaml", None), ("rules/made.yaml", "rules: [.]"), ("elsewhere/deep/made.yaml", "rules: [../../rules]")):
            with self.subTest(place):
                path = self.folder / place
                path.parent.mkdir(parents=True, exist_ok=True)
                (self.folder / "rules" / "r.yaml").write_text(SHELL)
                made = falcoc("test", "--generate", "Hashes read", "--rules", self.folder / "rules", "-o", path)
                self.assert_exit(made, OK)
                self.assertEqual(made.stdout, b"")
                lines = [line for line in path.read_text().splitlines() if line.startswith("rules:")]
                self.assertEqual(lines, [named] if named else [])
                if place != "rules/made.yaml":  # a folder of rules takes the file for rules
                    self.run_tests(OK, path)
                path.unlink()
        self.assert_refused(falcoc("test", "--generate", "Hashes read", "--rules", self.rules, "-o", self.folder), OUTSIDE, "FC9")
        self.assert_refused(falcoc("test", self.tests_file(), "-o", "x.yaml"), USAGE, "--generate")

    def test_every_branch_is_found_and_what_is_written_can_be_read_again(self):
        self.file("rules.yaml", """- rule: r
  desc: d
  condition: >
    (evt.type in (open, openat) and fd.name startswith /etc/cron and fd.name endswith .sh) or
    (evt.type in (execve, execveat) and proc.name = crontab and proc.args contains " -e" and proc.args startswith x)
    or (evt.type = connect and fd.sip = 1.2.3.4 and fd.sport in (80, 443) and not proc.aname in (a, "b c"))
  output: o
  priority: INFO
""")
        made = self.run_tests(OK, "--generate", "r", "--rules", self.rules)
        self.assertNotIn("# no ", made)
        out = self.run_tests(OK, self.file("made.yaml", made), "--coverage", "--mutate")
        self.assertIn("coverage: 100.0 % of 11 predicates", out)
        self.assertEqual([l for l in out.splitlines() if "not noticed" in l and "evt.type" not in l], [], out)

    def test_says_what_it_can_not(self):
        self.file("rules.yaml", "- rule: r\n  desc: d\n  condition: evt.type = openat and proc.vmsize > 5 and k8s.pod.name = x\n  output: o\n  priority: INFO\n")
        made = self.run_tests(OK, "--generate", "r", "--rules", self.rules)
        self.assertIn("# No event was found", made)


class Explain(RuleTest):
    def test_parts_with_their_origin(self):
        result = falcoc("explain", "Shell below a server", self.rules)
        self.assert_exit(result, OK)
        out = result.stdout.decode()
        for words in (r"evt\.type in \(execve, execveat\) +\S+rules\.yaml:5:\d+ macro started", r"proc\.name in \(sh, bash\)", r"not evt\.num exists .*macro placeholder",
                      r"priority WARNING|priority Warning", r"tags +shell", r"cost +at most \d+ ns"):
            self.assertRegex(out, words)

    def test_json_and_dot(self):
        result = falcoc("explain", "Hashes read", self.rules, "--format", "json")
        self.assert_exit(result, OK)
        rule = json.loads(result.stdout)
        self.assertEqual(rule["tree"]["kind"], "and")
        self.assertEqual(rule["tree"]["children"][0]["text"], "evt.type = openat")
        dot = falcoc("explain", "Hashes read", self.rules, "--dot").stdout.decode()
        self.assertTrue(dot.startswith("digraph"))
        self.assertIn("alert: Hashes read", dot)

    def test_unknown_rule(self):
        self.assert_refused(falcoc("explain", "Hashes red", self.rules), USAGE, "Hashes read")


class ExplainEvent(RuleTest):
    """falco-vm --explain on the bundled capture."""

    def setUp(self):
        super().setUp()
        self.image = self.folder / "rules.fbc"
        self.file("rules.yaml", SHELL.replace("evt.type = openat and fd.name = /etc/shadow", "evt.type in (open, openat) and fd.name = /etc/shadow")
                  + "- rule: Wide\n  desc: d\n  condition: evt.type in (open, openat, execve)\n  output: x\n  priority: INFO\n")
        self.assert_exit(falcoc(self.rules, "-o", self.image), OK)

    def explain(self, what, code=OK):
        result = falco_vm("--ruleset", self.image, "-e", CAPTURE, "--explain", what)
        self.assert_exit(result, code)
        return result.stdout.decode()

    def alerts(self):
        lines = falco_vm("--ruleset", self.image, "-e", CAPTURE, "--json", "--all-matches").stdout.decode().splitlines()
        return [json.loads(line) for line in lines]

    def test_summary_adds_up(self):
        expected = sum(alert["rule"] == "Hashes read" for alert in self.alerts())
        self.assertGreater(expected, 0)
        out = self.explain("Hashes read")
        looked, alerts = map(int, re.match(r"(\d+) events looked at, (\d+) alerts", out).groups())
        kept = [int(n) for n in re.findall(r"^ +(\d+) kept from it because this is (?:true|false): ", out, re.M)]
        self.assertEqual(alerts, expected)
        self.assertEqual(looked, alerts + sum(kept))
        self.assertEqual(kept, sorted(kept, reverse=True))
        self.assertRegex(out, r"because this is false: fd\.name (=|eq) ")

    def test_one_event(self):
        event = re.search(r"alerts at events: (\d+)", self.explain("Hashes read"))[1]
        out = self.explain(f"Hashes read@{event}")
        self.assertRegex(out, rf"event {event}, open\w*: the rule alerts")
        self.assertRegex(out, r"true +fd\.name .*\(it is /etc/shadow\)")
        self.assertNotIn("that decided", out)
        other = self.explain(f"Shell below a server@{event}")
        self.assertIn("the rule does not alert", other)
        self.assertIn("the rule doesn't look at events of this type", other)
        self.assertIn("no event 99999999", self.explain("Hashes read@99999999"))

    def test_unknown_rule(self):
        self.assert_refused(falco_vm("--ruleset", self.image, "-e", CAPTURE, "--explain", "Hashes red"), USAGE, "Hashes red")


class Diff(RuleTest):
    def diff(self, code, after, *arguments):
        result = falcoc("diff", self.rules, self.file("new.yaml", after), *arguments)
        self.assert_exit(result, code)
        return result.stdout.decode()

    def test_same(self):
        self.assertIn("0 added, 0 removed, 0 changed", self.diff(OK, "# other comment\n" + SHELL))

    def test_changes_with_a_witness(self):
        after = SHELL.replace("in (login, su)", "in (login)").replace("priority: CRITICAL", "priority: ERROR").replace("rule: Shell below", "rule: Terminal below")
        out = self.diff(WRONG_INPUT, after)
        self.assertIn("- Shell below a server", out)
        self.assertIn("+ Terminal below a server", out)
        self.assertIn("~ Hashes read", out)
        self.assertRegex(out, r"alerts now and did not before: .*su")
        self.assertNotIn("alerted before and does not now", out)
        change = json.loads(self.diff(WRONG_INPUT, after, "--format", "json"))["changed"][0]
        self.assertEqual(change["parts"]["priority"], {"old": "CRITICAL", "new": "ERROR"} if change["parts"]["priority"]["old"].isupper() else {"old": "Critical", "new": "Error"})
        self.assertEqual((change["meaning"], change["witnesses"][0]["alerts"]), ("differs", "new"))

    def test_same_meaning_is_not_claimed(self):
        after = SHELL.replace("fd.name = /etc/shadow and evt.is_open_read = true", "evt.is_open_read = true and fd.name = /etc/shadow")
        self.assertIn("unknown: none was found", self.diff(WRONG_INPUT, after))

    def test_trouble(self):
        self.assert_refused(falcoc("diff", self.rules, self.folder / "none.yaml"), OUTSIDE, "FC9001")
        self.assert_refused(falcoc("diff", self.rules, self.file("bad.yaml", "- rule: x\n")), USAGE, "FC1")


class DefaultRules(ProgramTest):
    def test_pass_and_cover(self):
        if not (SOURCE / "rules" / "tests").is_dir():
            self.skipTest("the default ruleset has no tests here")
        result = falcoc("test", SOURCE / "rules", "--coverage", "--mutate", "--min-coverage", "95")
        said = result.stdout.decode()
        self.assertEqual(result.returncode, OK, said[-3000:] + result.stderr.decode()[-2000:])
        covered = re.search(r"(\d+) of (\d+) rules have a hit and a miss", said)
        self.assertEqual(covered[1], covered[2], said[-3000:])
        self.assertGreaterEqual(float(re.search(r"mutation: ([\d.]+) %", said)[1]), 85, said[-3000:])


if __name__ == "__main__":
    unittest.main()
