# SPDX-License-Identifier: Apache-2.0
"""What the tests of the event generator share: the rule that notices announced acts, and what the alerts of acts must say."""
import json

MARKER = "event generator marker"
MARKER_RULE = f"""
- rule: {MARKER}
  desc: Announces an act.
  condition: evt.type in (execve, execveat) and proc.name = true and proc.args startswith "ACT="
  output: "%proc.args"
  priority: Debug
"""
PREPARING = "before the first act"
PREPARING_RULE = "File system mounted by hand"  # covering folders
# What the alert of an act must say: the program it stands in for, and what was touched.
VALUES = {
    "read-hashes": {"proc.cmdline": "reader", "fd.name": "/etc/shadow", "user.name": "root", "proc.pname": "event-generator"},
    "write-program": {"fd.name": "/bin/event-generator-test", "user.name": "root"},
    "remove-log": {"fs.path.name": "/var/log/event-generator.log"},
    "hand-program": {"proc.cmdline": "nc -e /bin/sh 127.0.0.1 9", "container.id": "host"},
    "web-shell": {"proc.cmdline": "sh -c id", "proc.pname": "nginx"},
    "odd-port": {"fd.sport": 4444, "proc.cmdline": "tool"},
    "copy-database": {"proc.cmdline": "pg_dump shop", "proc.pname": "sh"},
    "trace": {"evt.arg.request": "PTRACE_ATTACH"},
    "container-sshd": {"container.id": "fa1c0e7e4700", "proc.cmdline": "sshd -D"},
    "launch-engine": {"proc.cmdline": "docker run -v /run/docker.sock:/run/docker.sock image"},
}


def by_act(lines):
    """Act -> its alerts, from lines of JSON; what comes before the first act stands under PREPARING."""
    seen, current = {PREPARING: []}, PREPARING
    for line in lines:
        alert = json.loads(line)
        if alert["rule"] == MARKER:
            current = alert["output"].split("ACT=")[1].split()[0]
            seen[current] = []
        else:
            seen[current].append(alert)
    return seen


def problems(acts, seen):
    """Differences between what acts (name, rule, need) should wake, one alert an event, and what they did."""
    found = []
    if {alert["rule"] for alert in seen[PREPARING]} != {PREPARING_RULE}:
        found.append(f"{PREPARING}: {sorted({alert['rule'] for alert in seen[PREPARING]})}")
    for name, rule, _ in acts:
        if name not in seen:
            found.append(f"{name}: was not performed")
            continue
        woke = {alert["rule"] for alert in seen[name]}
        if woke != {rule}:
            found.append(f"{name}: woke {sorted(woke)}, not `{rule}`")
            continue
        for field, value in VALUES.get(name, {}).items():
            if seen[name][0]["output_fields"].get(field) != value:
                found.append(f"{name}: {field} is {seen[name][0]['output_fields'].get(field)!r}, not {value!r}")
    return found
