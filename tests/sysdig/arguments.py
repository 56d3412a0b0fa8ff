#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Do Debian's sysdig and falco-vm read the same arguments from captures of our kernel module, for each type of event that it makes?

usage: arguments.py [--all-reasons] FALCO_VM CAPTURE...

sysdig must show each event of a capture under the name that falco-vm gives it, and each argument that this sysdig knows of the event
must be the same. Together the captures must hold every event of the module's table (capture/kmod/params.def). What sysdig 0.29.3,
of 2022, can't know or writes in another way is a table below, with reasons; anything else is a failure, with --all-reasons also a row of that
table that was not needed. Ends with what was compared; exit code 0 equal, 1 not, 77 there is no sysdig.
"""
import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "guest"))

import capture_reader  # noqa: E402

SKIPPED = 77
SHOWN = 3  # examples of a difference
SYSDIG = "0.29.3"
LAST_KNOWN = 335  # the last event code that it has, clone3; blocks of later ones it skips
GENERIC = 1
YOUNGER_FLAGS = {"CLONE_CHILD_IN_PIDNS", "EXE_UPPER_LAYER", "EXE_LOWER_LAYER", "EXE_FROM_MEMFD", "O_F_CREATED", "FD_UPPER_LAYER",
                 "FD_LOWER_LAYER"}

# One argument of an event: `event` and `argument` are names, `theirs` and `ours` what the programs show, `raw` our number, `values` all
# arguments as capture_reader reads them, `ended` the threads that have ended by then.
Shown = collections.namedtuple("Shown", "event argument theirs ours raw values ended")


def younger_flags_only(s):
    theirs, ours = (set(text.split("|")) for text in (s.theirs, s.ours))
    return theirs <= ours and ours - theirs <= YOUNGER_FLAGS


# Reason, the arguments it is about, and what must hold nevertheless.
DECISIONS = [
    ("sysdig knows the number only: what the descriptor is, the enter event of the call that made it would have told",
     {("socket", "fd"), ("setsockopt", "fd"), ("getsockopt", "fd"), ("fcntl", "res")}, lambda s: s.theirs == str(s.raw)),
    ("names of flags are younger than sysdig",
     {("openat", "flags"), ("execve", "flags"), ("clone", "flags")}, younger_flags_only),
    ("results that are addresses were written in hexadecimal",
     {("mmap", "res"), ("mmap2", "res")}, lambda s: int(s.theirs, 16) == s.raw),
    ("empty bytes are written as NULL",
     {("clone", "args"), ("clone3", "args"), ("fork", "args"), ("vfork", "args"), ("execve", "args"), ("execve", "env"), ("read", "data")},
     lambda s: (s.theirs, s.ours) == ("", "NULL")),
    ("the child has ended when its parent's call returns, and sysdig brings it back",
     {("clone", "res"), ("clone3", "res"), ("fork", "res"), ("vfork", "res")},
     lambda s: s.raw in s.ended and (s.theirs, s.ours) == (s.values["comm"], str(s.raw))),
    ("the result was a process, and an error its number",
     {("setpgid", "res")}, lambda s: s.theirs == str(s.raw)),
    ("sysdig has no number for the call, so it was recorded without one",
     {("syscall", "ID")}, lambda s: (s.theirs, s.ours) == ("<unknown>", "unknown")),
    ("no login is written as no user",
     {("execve", "loginuid"), ("execveat", "loginuid")}, lambda s: (s.theirs, s.raw) == ("-1", 2**32 - 1)),
]


def known_arguments(names):
    """{(direction, event): arguments} of those events of `names` that the installed sysdig lists."""
    listed = subprocess.run(["sysdig", "-L"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout
    known = collections.defaultdict(set)
    for direction, name, arguments in re.findall(r"^([<>]) (\w+)\((.*)\)$", listed, re.M):
        if name in names:
            known[direction, name].update(argument.split()[1] for argument in arguments.split(", ") if argument)
    return known


def shown(command, fields):
    """{(time, thread): [event]} of what a program shows."""
    done = subprocess.run([*command, "*" + " ".join("%" + field for field in ("evt.rawtime", "thread.tid", "evt.dir", "evt.type", *fields))],
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode or done.stderr:
        raise SystemExit(f"{command[0]}: exit code {done.returncode}, {done.stderr.decode(errors='replace')[-2000:]}")
    events = collections.defaultdict(collections.deque)
    for line in done.stdout.decode(errors="replace").splitlines():
        event = json.loads(line)
        events[event["evt.rawtime"], event["thread.tid"]].append(event)
    return events


class Comparison:
    def __init__(self):
        self.events, self.arguments = collections.Counter(), collections.Counter()  # by code; by code and argument
        self.decided, self.wrong = collections.Counter(), collections.defaultdict(list)

    def capture(self, falco_vm, path):
        events = list(capture_reader.events(path))
        known = known_arguments({name for _, _, _, name, _ in events})
        names = sorted(set().union(*known.values()))
        theirs = shown(["sysdig", "-r", path, "-j", "-p"], ["evt.arg." + name for name in names])
        ours = shown([falco_vm, "-e", path, "--json", "--print"], [f"evt.{kind}.{name}" for name in names for kind in ("arg", "rawarg")])
        ended = set()
        for time, thread, code, name, values in events:
            if name == "procexit":
                ended.add(thread)
            mine = ours[time, thread].popleft()
            self.events[code] += 1
            if code > LAST_KNOWN:
                continue
            if not theirs[time, thread]:
                self.wrong[f"{name} ({code}): sysdig does not show it"].append("")
                continue
            other = theirs[time, thread].popleft()
            if other["evt.type"] != mine["evt.type"] and not (code == GENERIC and other["evt.type"] == "<unknown>"):
                self.wrong[f"{name} ({code}): the name of the event"].append(f"sysdig {other['evt.type']}, falco-vm {mine['evt.type']}")
            for argument in known[other["evt.dir"], name]:
                self.arguments[code, argument] += 1
                self.compare(code, Shown(name, argument, other.get("evt.arg." + argument), mine.get("evt.arg." + argument),
                                         mine.get("evt.rawarg." + argument), values, ended))
        for left in [event for events in theirs.values() for event in events]:
            self.wrong[f"{left['evt.type']}: shown by sysdig only"].append(str(left))

    def compare(self, code, s):
        if s.theirs == s.ours:
            return
        for reason, about, holds in DECISIONS:
            if (s.event, s.argument) in about and s.theirs is not None and holds(s):
                self.decided[reason] += 1
                return
        self.wrong[f"{s.event} ({code}): {s.argument}"].append(f"sysdig {s.theirs!r:.150}, falco-vm {s.ours!r:.150}")

    def report(self, all_reasons):
        rows = capture_reader.event_rows()
        for what, examples in sorted(self.wrong.items()):
            print(f"DIFFERS {what}, {len(examples)} times", *examples[:SHOWN], sep="\n    ")
        for reason, count in self.decided.items():
            print(f"  decided {count:5}: {reason}")
        unneeded = [reason for reason, _, _ in DECISIONS if reason not in self.decided]
        for reason in unneeded:
            print(f"NOT NEEDED: {reason}")
        codes = capture_reader.module_codes()
        missing, foreign = sorted(codes - set(self.events)), sorted(set(self.events) - codes)
        for code in missing:
            print(f"NOT IN THE CAPTURE: {rows[code][0]} ({code})")
        for code in foreign:
            print(f"NOT OF THE MODULE: {rows[code][0]} ({code})")
        with_arguments = {code for code, _ in self.arguments}
        young = sorted(code for code in self.events if code > LAST_KNOWN)
        bare = sorted(set(self.events) - with_arguments - set(young))

        def named(list_of_codes):
            return ", ".join(rows[code][0] for code in list_of_codes)

        print(f"{len(young)} event types are younger than sysdig {SYSDIG}: {named(young)}")
        print(f"{len(bare)} have no argument that it knows: {named(bare)}")
        print(f"{sum(self.events.values())} events of {len(self.events)} types; of {len(with_arguments)} types {sum(self.arguments.values())} "
              f"values of {len(self.arguments)} arguments compared, {sum(self.decided.values())} are written differently by decision, "
              f"{sum(len(examples) for examples in self.wrong.values())} differ")
        return bool(self.arguments) and not (self.wrong or missing or foreign or (all_reasons and unneeded))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all-reasons", action="store_true")
    parser.add_argument("falco_vm")
    parser.add_argument("captures", nargs="+", metavar="capture")
    options = parser.parse_args()
    if not shutil.which("sysdig"):
        print("SKIPPED: the comparison needs sysdig (apt-get install sysdig)")
        return SKIPPED
    version = subprocess.run(["sysdig", "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    if version != SYSDIG:
        print(f"SKIPPED: what is known of sysdig {SYSDIG} stands in a table here, and this is {version}")
        return SKIPPED
    comparison = Comparison()
    for path in options.captures:
        comparison.capture(options.falco_vm, path)
    return 0 if comparison.report(options.all_reasons) else 1


if __name__ == "__main__":
    sys.exit(main())
