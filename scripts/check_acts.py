#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which rules of rules/ wake up for recorded acts of intruders, and which for ordinary work.

usage: check_acts.py BIN_DIR [--data FOLDER] [--write] [--all]

  BIN_DIR   holds falcoc and falco-vm
  --data    holds captures/suspicious.scap.gz, in which each act is announced by an exec of `true ACT=<name>`, and captures
            of ordinary work; by default $FALCO_TEST_DATA, else a sibling folder of the project named `shared`
  --write   writes what was seen to docs/ruleset.md instead of comparing with it
  --all     prints for each act every rule that woke up, not only the fitting ones

Fitting rules are judged by hand in tests/ruleset/acts.tsv, alerts for ordinary work are explained in tests/ruleset/ordinary.tsv,
and tests/ruleset/awake.tsv names rules that other captures wake.
Exit codes: 0 fine, 1 something else happened than the tables and the document say, 2 wrong usage, 77 no captures.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "ruleset.md"
ENOUGH_ACTS = 60
ENOUGH_QUIET = 10
MARKER = "check_acts marker"
MARKER_RULE = f"""
- rule: {MARKER}
  desc: Announces an act in the capture.
  condition: evt.type = execve and proc.name = true and proc.args startswith "ACT="
  output: "%proc.args"
  priority: Debug
"""


def table(name):
    """Rows of a table of tests/ruleset/, split at tabs."""
    lines = (ROOT / "tests" / "ruleset" / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line]


def run(*command):
    result = subprocess.run([str(c) for c in command], capture_output=True, check=False)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stderr.decode(errors='replace')}")
    return result.stdout


def alerts(bin_dir, image, capture, *options):
    lines = run(bin_dir / "falco-vm", "--ruleset", image, "-e", capture, "--json", *options).decode(errors="replace").splitlines()
    return [json.loads(line) for line in lines]


def by_act(stream):
    """Act -> rules with counts, in the order of the acts."""
    acts, current = {}, None
    for alert in stream:
        if alert["rule"] == MARKER:
            current = alert["output"].split("ACT=")[1].split()[0]
            acts[current] = collections.Counter()
        elif current is not None:
            acts[current][alert["rule"]] += 1
    return acts


def judge_acts(acts, fitting, names):
    """Problems, and the acts that woke a fitting rule."""
    problems = [f"acts.tsv names the act {act}, which the capture lacks" for act in fitting if act not in acts]
    problems += [f"acts.tsv lacks the act {act}" for act in acts if act not in fitting]
    found = []
    for act, wanted in fitting.items():
        problems += [f"acts.tsv: {act}: there is no rule `{rule}`" for rule in wanted if rule not in names]
        missing = [rule for rule in wanted if rule not in acts.get(act, {})]
        problems += [f"{act} did not wake `{rule}`" for rule in missing]
        if wanted and len(missing) < len(wanted):
            found.append(act)
    if len(found) < ENOUGH_ACTS:
        problems.append(f"only {len(found)} acts woke a fitting rule, {ENOUGH_ACTS} should")
    return problems, found


def judge_ordinary(seen, explained):
    problems = []
    for key in sorted(set(seen) | set(explained)):
        if seen.get(key, 0) != explained.get(key, (0,))[0]:
            problems.append(f"{key[0]}: `{key[1]}` woke {seen.get(key, 0)} times, ordinary.tsv explains {explained.get(key, (0,))[0]}")
    if sum(seen.values()) > ENOUGH_QUIET:
        problems.append(f"{sum(seen.values())} alerts for ordinary work, more than {ENOUGH_QUIET}")
    return problems


def judge_awake(bin_dir, image, captures):
    wanted = collections.defaultdict(list)
    for kind, rule in table("awake.tsv"):
        wanted[kind].append(rule)
    problems = []
    for kind, rules in wanted.items():
        woke = {alert["rule"] for alert in alerts(bin_dir, image, captures / f"{kind}.scap.gz", "--all-matches")}
        problems += [f"{kind} did not wake `{rule}`" for rule in rules if rule not in woke]
    return problems


def document(acts, fitting, found, first, ordinary, captures):
    quiet = [c for c in captures if c not in {row[0] for row in ordinary}]
    text = ["# The default rules on recorded captures", "",
            "Written by `scripts/check_acts.py BIN_DIR --write`; a test compares. The captures are not part of the project.", "",
            "## Acts of intruders", "",
            f"Of {len(acts)} acts, {len(found)} wake a rule that was judged to fit (`--all-matches`); with one alert an event, which is",
            f"the default, {len(first)}. `wakes` counts alerts of the fitting rules; what else the act wakes isn't shown.", "",
            "| Act | Fitting rules | wakes |", "|---|---|---|"]
    for act, rules in fitting.items():
        text.append(f"| {act} | {', '.join(rules) or 'none: a long command line alone is no sign of anything'} | "
                    f"{sum(acts[act][rule] for rule in rules)} |")
    text += ["", "## Ordinary work", "",
             f"{len(captures)} captures of ordinary work ({', '.join(captures)}) wake {sum(int(row[2]) for row in ordinary)} alerts "
             f"together. None: {', '.join(quiet)}.", "", "| Capture | Rule | Alerts | Why |", "|---|---|---|---|"]
    text += ["| " + " | ".join(row) + " |" for row in ordinary]
    return "\n".join(text) + "\n"


def main():
    parser = argparse.ArgumentParser(usage="check_acts.py BIN_DIR [--data FOLDER] [--write] [--all]")
    parser.add_argument("bin_dir", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, default=os.environ.get("FALCO_TEST_DATA") or ROOT.parent / "shared")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    captures = options.data / "captures"
    if not (captures / "suspicious.scap.gz").is_file():
        print(f"SKIP: no recorded captures in {options.data}")
        return 77

    fitting = {act: [] if rules == "-" else rules.split("|") for act, rules in table("acts.tsv")}
    ordinary = table("ordinary.tsv")
    kinds = ("shell", "packages", "http", "postgres", "redis", "compile")
    with tempfile.TemporaryDirectory() as folder:
        marker, image = pathlib.Path(folder) / "marker.yaml", pathlib.Path(folder) / "rules.fbc"
        marker.write_text(MARKER_RULE, encoding="utf-8")
        names = {rule["name"] for rule in json.loads(run(options.bin_dir / "falcoc", "list", "rules", "--json", ROOT / "rules"))}
        run(options.bin_dir / "falcoc", ROOT / "rules", marker, "-o", image)
        acts = by_act(alerts(options.bin_dir, image, captures / "suspicious.scap.gz", "--all-matches"))
        first = by_act(alerts(options.bin_dir, image, captures / "suspicious.scap.gz"))
        seen = collections.Counter()
        for kind in kinds:
            for alert in alerts(options.bin_dir, image, captures / f"{kind}.scap.gz", "--all-matches"):
                seen[kind, alert["rule"]] += 1
        asleep = judge_awake(options.bin_dir, image, captures)

    problems, found = judge_acts(acts, fitting, names)
    found_first = [act for act in fitting if any(rule in first.get(act, {}) for rule in fitting[act])]
    problems += asleep
    problems += judge_ordinary(seen, {(kind, rule): (int(count),) for kind, rule, count, _ in ordinary})
    for act, woke in acts.items():
        shown = woke if options.all else {rule: woke[rule] for rule in fitting.get(act, []) if rule in woke}
        print(f"{act:22}", "; ".join(f"{rule} ×{count}" for rule, count in shown.items()) or "-")
    print(f"{len(found)} of {len(acts)} acts woke a fitting rule; {len(found_first)} with one alert an event")
    print(f"{sum(seen.values())} alerts for ordinary work")

    text = document(acts, fitting, found, found_first, ordinary, kinds)
    if options.write:
        DOCUMENT.write_text(text, encoding="utf-8")
    elif not DOCUMENT.is_file() or DOCUMENT.read_text(encoding="utf-8") != text:
        problems.append("docs/ruleset.md says something else; see --write")
    for problem in problems:
        print("PROBLEM:", problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
