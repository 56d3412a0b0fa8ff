#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which controls the default rules serve, from the rules' tags: docs/coverage.md.

usage: coverage.py BIN_DIR [--check]

  BIN_DIR   holds falcoc
  --check   writes nothing; fails if docs/coverage.md isn't what would be written

rules/controls.tsv gives every control its words. A rule counts as tested where a test shows it awake: in the bundled capture
(tests/golden/end_to_end/break-in.jsonl), by a recorded act (tests/ruleset/acts.tsv and awake.tsv), or by an act of the event generator
(tools/event-generator/acts.def), or by a unit test (rules/tests).
Exit codes: 0 fine, 1 the document is old or a tag has no words, 2 wrong usage.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "coverage.md"
THEMES = {"filesystem", "software_mgmt", "sofware_mgmt", "process", "database", "host", "shell", "container", "cis", "users", "network"}
STANDARDS = (
    ("cis_docker_", "CIS Docker Benchmark 1.6", "Most of the benchmark is about settings at rest. These recommendations are also broken by acts."),
    ("pci_", "PCI DSS 4", "Requirement 10 asks for records of these acts, 11.5 for detection; a rule gives the alert, not the whole control."),
    ("nist_", "NIST SP 800-53, revision 5", "A rule supports its control by showing when it is gone around."),
    ("T", "MITRE ATT&CK for Linux and containers", ""),
)


def words():
    lines = (ROOT / "rules" / "controls.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line)


def awake():
    """Rule -> letters of the tests that show it awake."""
    shown = collections.defaultdict(str)
    golden = (ROOT / "tests" / "golden" / "end_to_end" / "break-in.jsonl").read_text(encoding="utf-8")
    acts = [line for name in ("acts.tsv", "awake.tsv")
            for line in (ROOT / "tests" / "ruleset" / name).read_text(encoding="utf-8").splitlines()]
    tests = [(ROOT / "rules" / "tests" / file.name).read_text(encoding="utf-8") for file in sorted((ROOT / "rules" / "tests").glob("*.yaml"))]
    generator = ROOT / "tools" / "event-generator" / "acts.def"
    sources = (
        ("B", [json.loads(line)["rule"] for line in golden.splitlines()]),
        ("A", [rule for line in acts for rule in line.split("\t")[1].split("|")]),
        ("T", [rule for text in tests for rule in re.findall(r'^    hit: "?([^"\n\[{]+)"?$', text, re.M)]),
        ("G", re.findall(r'^FALCO_ACT\([\w-]+, "([^"]+)"', generator.read_text(encoding="utf-8"), re.M) if generator.is_file() else []),
    )
    for letter, rules in sources:
        for rule in dict.fromkeys(rules):
            shown[rule] += letter
    return shown


def order(control):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", control)]


def document(rules, titles, shown):
    tested = sum(1 for rule in rules if shown[rule["name"]])
    text = ["# What the default rules cover", "",
            "Written by `scripts/coverage.py BIN_DIR` from the rules' tags; a test compares. Controls that no rule serves aren't listed.", "",
            f"{len(rules)} rules, {tested} of them shown awake by a test. After each rule stands what shows it: B the bundled capture, A a",
            "recorded act ([ruleset.md](ruleset.md)), T a test of `falcoc test`, G an act of the event generator; – nothing yet.", ""]
    for prefix, title, remark in STANDARDS:
        controls = collections.defaultdict(list)
        for rule in rules:
            for tag in rule["tags"]:
                if tag.startswith(prefix) and tag not in THEMES:
                    controls[tag].append(rule["name"])
        text += [f"## {title}", ""] + ([remark, ""] if remark else []) + ["| Control | About | Rules |", "|---|---|---|"]
        for control in sorted(controls, key=order):
            names = "; ".join(f"{name} ({shown[name] or '–'})" for name in controls[control])
            text.append(f"| `{control}` | {titles[control]} | {names} |")
        text.append("")
    text += ["## By rule", "", "| Rule | Priority | Shown by | Themes |", "|---|---|---|---|"]
    for rule in rules:
        themes = ", ".join(sorted(set(rule["tags"]) & THEMES - {"sofware_mgmt"}))
        text.append(f"| {rule['name']} | {rule['priority']} | {shown[rule['name']] or '–'} | {themes} |")
    return "\n".join(text) + "\n"


def main(arguments):
    if len(arguments) not in (1, 2) or arguments[1:] not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    listed = subprocess.run([str(pathlib.Path(arguments[0]) / "falcoc"), "list", "rules", "--json", str(ROOT / "rules")],
                            capture_output=True, check=True).stdout
    rules, titles, shown = json.loads(listed), words(), awake()
    names = {rule["name"] for rule in rules}
    controls = {tag for rule in rules for tag in rule["tags"]} - THEMES
    problems = [f"rules/controls.tsv has no words for {control}" for control in sorted(controls - set(titles))]
    problems += [f"rules/controls.tsv has words for {control}, which no rule names" for control in sorted(set(titles) - controls)]
    problems += [f"a test names the rule `{rule}`, which doesn't exist" for rule in sorted(set(shown) - names - {"-"})]
    if not problems:
        text = document(rules, titles, shown)
        if arguments[1:]:
            if not DOCUMENT.is_file() or DOCUMENT.read_text(encoding="utf-8") != text:
                problems.append("docs/coverage.md is old: run scripts/coverage.py BIN_DIR")
        else:
            DOCUMENT.write_text(text, encoding="utf-8")
    print("\n".join(problems) if problems else f"{len(rules)} rules, {len(controls)} controls")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
