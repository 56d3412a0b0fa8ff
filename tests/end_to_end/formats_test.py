#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Messages in every form: each is what its readers expect, and all say the same; how warnings are denied and allowed."""
import json
import os
import pty
import re
import subprocess
import unittest

from programs import BIN, OK, OUTSIDE, USAGE, WRONG_INPUT, ProgramTest, falcoc

WARNED = """- list: unused
  items: [a]

- rule: R
  desc: d
  condition: evt.type = close and proc.name = a
  output: "%proc.name"
  priority: INFO
"""
WRONG = WARNED.replace("proc.name = a", "proc.nam = a")

# The parts of SARIF 2.1.0 that falcoc writes: key -> (required, type). A string names another object, a list holds the
# type of the elements. No other keys are allowed, as in the schema.
SARIF = {
    "log": {"$schema": (False, str), "version": (True, str), "runs": (True, ["run"])},
    "run": {"tool": (True, "tool"), "columnKind": (False, str), "results": (False, ["result"])},
    "tool": {"driver": (True, "driver")},
    "driver": {"name": (True, str), "version": (False, str), "rules": (False, ["rule"])},
    "rule": {"id": (True, str), "name": (False, str), "shortDescription": (False, "message"),
             "fullDescription": (False, "message"), "defaultConfiguration": (False, "configuration")},
    "configuration": {"level": (False, str)},
    "message": {"text": (True, str)},
    "result": {"ruleId": (False, str), "ruleIndex": (False, int), "level": (False, str), "message": (True, "message"),
               "locations": (False, ["location"]), "relatedLocations": (False, ["location"]), "fixes": (False, ["fix"])},
    "location": {"id": (False, int), "physicalLocation": (False, "physical"), "message": (False, "message")},
    "physical": {"artifactLocation": (True, "artifact"), "region": (False, "region")},
    "artifact": {"uri": (True, str)},
    "region": {"startLine": (True, int), "startColumn": (True, int), "endLine": (True, int), "endColumn": (True, int)},
    "fix": {"description": (False, "message"), "artifactChanges": (True, ["change"])},
    "change": {"artifactLocation": (True, "artifact"), "replacements": (True, ["replacement"])},
    "replacement": {"deletedRegion": (True, "region"), "insertedContent": (False, "message")},
}


def sarif_errors(value, kind="log", where="log"):
    """What the document has that the table doesn't allow, or lacks."""
    if not isinstance(value, dict):
        return [f"{where} is no object"]
    rows, errors = SARIF[kind], []
    errors += [f"{where} has no {key}" for key, (required, _) in rows.items() if required and key not in value]
    for key, part in value.items():
        if key not in rows:
            errors.append(f"{where} has {key}")
            continue
        wanted = rows[key][1]
        parts = part if isinstance(wanted, list) and isinstance(part, list) else [part]
        wanted = wanted[0] if isinstance(wanted, list) else wanted
        for number, element in enumerate(parts):
            at = f"{where}.{key}[{number}]"
            if isinstance(wanted, str):
                errors += sarif_errors(element, wanted, at)
            elif not isinstance(element, wanted) or isinstance(element, bool):
                errors.append(f"{at} is no {wanted.__name__}")
    if kind == "region" and not errors:
        begin, end = (value["startLine"], value["startColumn"]), (value["endLine"], value["endColumn"])
        errors += [f"{where} is empty of sense: {value}"] if begin > end or min(begin + end) < 1 else []
    return errors


class Formats(ProgramTest):
    def messages(self, text, form, *options, name="r.yaml"):
        result = falcoc(self.file(name, text), "--format", form, *options)
        return result, result.stdout.decode()

    def test_sarif(self):
        for text, level in ((WARNED, "warning"), (WRONG, "error")):
            document = json.loads(self.messages(text, "sarif")[1])
            self.assertEqual(sarif_errors(document), [])
            self.assertEqual(document["version"], "2.1.0")
            run = document["runs"][0]
            self.assertIn(level, [r["level"] for r in run["results"]])
            for found in run["results"]:
                self.assertEqual(run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"], found["ruleId"])
        self.assertIn("proc.name", json.dumps(run["results"][0]["fixes"]))

    def test_sarif_of_clean_rules_and_of_a_missing_file(self):
        clean = WARNED.replace("- list: unused\n  items: [a]\n", "")
        document = json.loads(self.messages(clean, "sarif")[1])
        self.assertEqual(document["runs"][0]["results"], [])
        result = falcoc(self.folder / "absent.yaml", "--format", "sarif")
        self.assert_exit(result, OUTSIDE)
        self.assertEqual(sarif_errors(json.loads(result.stdout)), [])

    def test_sarif_checker_sees_mistakes(self):
        good = json.loads(self.messages(WARNED, "sarif")[1])
        for spoil in (lambda r: r.pop("message"), lambda r: r.update(extra=1), lambda r: r.update(level=3),
                      lambda r: r["locations"][0]["physicalLocation"]["region"].update(endLine=0)):
            document = json.loads(json.dumps(good))
            spoil(document["runs"][0]["results"][0])
            self.assertNotEqual(sarif_errors(document), [])

    def test_github(self):
        _, out = self.messages(WRONG, "github", name="a,b:c%.yaml")
        self.assertRegex(out, r"^::error file=\S*/a%2Cb%3Ac%25\.yaml,line=6,col=35,endLine=6,endColumn=43,title=FC2003::unknown field `proc\.nam`")
        self.assertIn("%0Adid you mean `proc.name`?", out)
        for line in out.splitlines():
            self.assertRegex(line, r"^::(error|warning) ([a-zA-Z]+=[^:,]*,?)+::.")

    def test_falco_json(self):
        results = json.loads(self.messages(WRONG, "falco-json")[1])["falco_load_results"]
        self.assertEqual(len(results), 1)
        self.assertEqual(set(results[0]), {"name", "successful", "errors", "warnings"})
        self.assertFalse(results[0]["successful"])
        error = results[0]["errors"][0]
        self.assertEqual(set(error), {"code", "codedesc", "message", "context"})
        self.assertEqual(error["code"], "LOAD_ERR_COMPILE_CONDITION")
        kinds = [(l["item_type"], l["item_name"]) for l in error["context"]["locations"]]
        self.assertEqual(kinds, [("rules content", ""), ("rule", "R"), ("condition expression", "")])
        for location in error["context"]["locations"]:
            self.assertEqual(set(location["position"]), {"name", "line", "column", "offset"})
        self.assertRegex(error["context"]["snippet"], r"proc\.nam.*\n *\^\n$")

        warned = json.loads(self.messages(WARNED, "falco-json")[1])["falco_load_results"][0]
        self.assertTrue(warned["successful"])
        self.assertEqual([w["code"] for w in warned["warnings"]], ["LOAD_UNUSED_LIST"])

    def test_json_and_text_say_the_same(self):
        lines = [json.loads(line) for line in self.messages(WRONG, "json")[1].splitlines()]
        said = falcoc(self.file("r.yaml", WRONG)).stderr.decode()
        for line in lines:
            self.assertIn(f"[{line['id']}]: {line['message']}", said)

    def test_exit_codes(self):
        for form in ("text", "json", "sarif", "github", "falco-json"):
            self.assert_exit(self.messages(WARNED, form)[0], OK)
            self.assert_exit(self.messages(WARNED, form, "--Werror")[0], WRONG_INPUT)
            self.assert_exit(self.messages(WRONG, form)[0], WRONG_INPUT)
        self.assert_refused(falcoc(self.file("r.yaml", WARNED), "--format", "xml"), USAGE)

    def test_deny_and_allow(self):
        rules = self.file("r.yaml", WARNED)
        for name in ("FC3002", "3002", "unused-list"):
            denied = falcoc(rules, "--deny", name)
            self.assert_exit(denied, WRONG_INPUT)
            self.assertIn(b"error[FC3002, warning]", denied.stderr)
            self.assertNotIn(b"FC3002", falcoc(rules, "--allow", name, "--Werror").stderr)
        self.assert_exit(falcoc(rules, "--deny", "FC3001"), OK)
        self.assert_refused(falcoc(rules, "--deny", "FC1"), USAGE, "no diagnostic")
        self.assert_refused(falcoc(rules, "--allow", "FC2003"), USAGE, "is an error")

    def test_allow_comments(self):
        def exit_code(text):
            return falcoc(self.file("r.yaml", text), "--Werror").returncode

        item = "- list: unused\n  items: [a]\n"
        other = "\n- list: other\n  items: [b]\n"
        rest = WARNED[len(item):]
        self.assertEqual(exit_code(item + rest), WRONG_INPUT)
        self.assertEqual(exit_code("# falcoc: allow(unused-list)\n" + item + rest), OK)
        self.assertEqual(exit_code("- list: unused  # falcoc: allow(FC3001, FC3002)\n  items: [a]\n" + rest), OK)
        self.assertEqual(exit_code("- list: unused\n  # falcoc: allow(FC3002)\n  items: [a]\n" + rest), OK)
        self.assertEqual(exit_code(item + "\n# falcoc: allow(FC3002)\n" + rest.lstrip()), WRONG_INPUT)
        self.assertEqual(exit_code("# falcoc: allow(unused-list)\n" + item + other + rest), WRONG_INPUT)
        self.assertEqual(exit_code("# falcoc: allow(unused-list)\n\n" + item + other + rest), OK)
        self.assertEqual(exit_code("# falcoc: allow(unused-list)\n\n" + item.replace("items", "itemz")), WRONG_INPUT)
        unknown = falcoc(self.file("r.yaml", "# falcoc: allow(FC1)\n" + rest))
        self.assertIn(b"FC9014", unknown.stderr)

    def on_terminal(self, environment):
        """What falcoc prints on a terminal."""
        leader, follower = pty.openpty()
        command = [str(BIN / "falcoc"), str(self.file("r.yaml", WRONG))]
        process = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=follower, stdout=subprocess.DEVNULL, env=environment, check=False)
        os.close(follower)
        self.assertEqual(process.returncode, WRONG_INPUT)
        said = os.read(leader, 65536).decode()
        os.close(leader)
        return said

    def test_colour_on_a_terminal_only(self):
        plain = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        self.assertIn("\033[", self.on_terminal(plain))
        self.assertNotIn("\033[", self.on_terminal(dict(plain, NO_COLOR="1")))
        piped = subprocess.run([str(BIN / "falcoc"), str(self.file("r.yaml", WRONG))], capture_output=True, env=plain, check=False)
        self.assertNotIn(b"\033[", piped.stderr)

    def test_explain_has_an_example_for_every_diagnostic(self):
        for row in json.loads(falcoc("list", "diagnostics", "--json").stdout)[::9]:
            result = falcoc("explain", row["id"])
            self.assert_exit(result, OK)
            text = result.stdout.decode()
            self.assertIn(row["explanation"], text)
            self.assertRegex(text, re.compile(r"^Example:\n\n    \S", re.M))
        self.assertIn("Instead:", falcoc("explain", "missing-sibling").stdout.decode())
        self.assert_refused(falcoc("explain", "FC1"), USAGE)


if __name__ == "__main__":
    unittest.main()
