# SPDX-License-Identifier: Apache-2.0
"""What the tests of the event generator share: the rule that notices announced acts, and what the alerts of acts must say."""
import json
import re

MARKER = "event generator marker"
MARKER_RULE = f"""
- rule: {MARKER}
  desc: Announces an act.
  condition: evt.type in (execve, execveat) and proc.name = true and proc.args startswith "ACT="
  output: "%proc.args"
  priority: Debug
"""
WAITING = "waiting"  # announced instead of an act, until falco-vm watches
PREPARING = "before the first act"
PREPARING_RULE = "File system mounted by hand"  # covering folders
# Words of acts.def that stand for others: a folder that the generator made, a process.
WORDS = {"@dir": r"/[\w/]*event-generator\.\w{6}", "@scratch": r"/tmp/event-generator\.\w{6}", "@pid": r"\d+", "@ppid": r"\d+"}
USER = "root"  # who runs the generator, where acts say no other user


class Act:
    """A line of `event-generator --list`."""

    def __init__(self, line):
        self.name, self.rule, self.need, values = line.split("\t")
        self.values = dict(value.split("=", 1) for value in values.split("; "))
        self.values.setdefault("user.name", USER)


def read_list(text):
    """(acts, {rule without act: reason}) from what `event-generator --list` prints."""
    lines = text.splitlines()
    return [Act(line) for line in lines if line[:2] != "-\t"], dict(line.split("\t")[1:] for line in lines if line[:2] == "-\t")


def more_output(acts):
    """Rules that let the default ones of `acts` say all that acts expect: to be compiled behind them."""
    fields = sorted({field for act in acts for field in act.values})
    text = json.dumps(" (also " + " ".join(f"{field}=%{field}" for field in fields) + ")")
    return "".join(f"- rule: {rule}\n  output: {text}\n  override: {{output: append}}\n" for rule in sorted({act.rule for act in acts}))


def is_like(found, value):
    """Whether a value of an alert is what an act said."""
    pattern = "".join(WORDS.get(part, re.escape(part)) for part in re.split(r"(@\w+)", value))
    return found is not None and re.fullmatch(pattern, str(found)) is not None


def by_act(lines):
    """Act -> its alerts, from lines of JSON; what comes before the first act stands under PREPARING."""
    seen, current = {PREPARING: []}, PREPARING
    for line in lines:
        alert = json.loads(line)
        if alert["rule"] == MARKER:
            act = alert["output"].split("ACT=")[1].split()[0]
            if act != WAITING:
                current = act
                seen[current] = []
        else:
            seen[current].append(alert)
    return seen


def problems(acts, seen):
    """Differences between what acts should wake, one alert an event, with which values, and what they did."""
    found = []
    if {alert["rule"] for alert in seen[PREPARING]} != {PREPARING_RULE}:
        found.append(f"{PREPARING}: {sorted({alert['rule'] for alert in seen[PREPARING]})}")
    for act in acts:
        if act.name not in seen:
            found.append(f"{act.name}: was not performed")
            continue
        woke = {alert["rule"] for alert in seen[act.name]}
        if woke != {act.rule}:
            found.append(f"{act.name}: woke {sorted(woke)}, not `{act.rule}`")
            continue
        said = seen[act.name][0]["output_fields"]
        found += [f"{act.name}: {field} is {said.get(field)!r}, not {value!r}" for field, value in act.values.items()
                  if not is_like(said.get(field), value)]
    return found
