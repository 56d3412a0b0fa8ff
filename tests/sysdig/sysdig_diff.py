#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same capture through Debian's sysdig and through `falco-vm --print`, compared field by field.

usage: sysdig_diff.py FALCO_VM CAPTURE...

Events pair by time, thread and direction. sysdig 0.29.3 is of 2022 and shows enter events; we show what today's schema shows,
so what it prints for an enter event has no counterpart. Where the two differ by decision, a table below says on what and why;
anything else that differs is a failure. Ends with one line per capture; exit code 0 equal, 1 not, 77 there is no sysdig.
"""
import collections
import json
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
SHOWN = 5  # differences per field

# Left out: evt.res ends this sysdig with a segmentation fault on some events; thread.exectime counts from the evaluation
# before, and sysdig evaluates twice.
FIELDS = """
evt.rawtime evt.dir evt.type evt.cpu evt.rawres evt.is_io evt.is_io_read evt.is_io_write evt.io_dir evt.is_wait
evt.is_syslog evt.buflen evt.buffer evt.is_open_read evt.is_open_write evt.is_open_exec
thread.tid thread.vtid thread.ismain thread.cgroups thread.pfmajor thread.pfminor
proc.pid proc.vpid proc.name proc.exe proc.args proc.cmdline proc.exeline proc.cwd proc.env proc.tty proc.sid proc.vpgid
proc.loginshellid proc.duration proc.fdlimit proc.vmsize proc.vmrss proc.vmswap proc.is_exe_writable
user.uid user.name user.homedir user.shell user.loginuid group.name
fd.num fd.type fd.typechar fd.name fd.directory fd.filename fd.cip fd.sip fd.lip fd.rip fd.cport fd.sport fd.lport fd.rport
fd.l4proto fd.sockfamily fd.is_server fd.connected
evt.arg.name evt.arg.path evt.arg.oldpath evt.arg.newpath evt.arg.filename evt.arg.exe evt.arg.args evt.arg.comm evt.arg.data
evt.arg.addr evt.arg.tuple evt.arg.fd evt.arg.uid evt.arg.gid evt.arg.request evt.arg.domain evt.arg.how evt.arg.cmd evt.arg.sig
""".split()

# Names of events that were renamed since.
RENAMED = {("accept", "accept4")}

NEW_DESCRIPTORS = {"mmap", "mmap2", "setsockopt", "getsockopt", "execveat", "openat2", "symlinkat", "fchownat", "newfstatat",
                   "fchmod", "fchown", "renameat", "renameat2", "linkat", "unlinkat", "mkdirat", "fchmodat", "sendmmsg",
                   "recvmmsg"}
ENTER_NUMBERS = {"mmap", "mmap2", "mprotect", "brk"}


def is_nothing(value):
    return value in (None, "<NA>", "")


def one_slash(value):
    return re.sub("//+", "/", value) if isinstance(value, str) else value


# What the two decided differently: reason, and when it applies, given field, our event, sysdig's value and ours.
DECISIONS = [
    ("a renamed event, or a call that is younger than this sysdig",
     lambda f, e, theirs, ours: f == "evt.type" and ((theirs, ours) in RENAMED or theirs.startswith("<unknown"))),
    ("the event's descriptor is a parameter of today's schema only, or no longer counts as one",
     lambda f, e, theirs, ours: e["evt.type"] in NEW_DESCRIPTORS and f.startswith(("fd.", "evt.is_io", "evt.io_dir", "evt.buf"))),
    ("parameters of the enter event were numbers in another form",
     lambda f, e, theirs, ours: f.startswith("evt.arg.") and e["evt.type"] in ENTER_NUMBERS),
    ("an empty buffer is shown as NULL",
     lambda f, e, theirs, ours: f == "evt.buffer" and is_nothing(theirs) and ours == "NULL"),
    ("the reading machine's users are not the recorded one's",
     lambda f, e, theirs, ours: f.split(".")[0] in ("user", "group") and is_nothing(ours)),
    ("what a call returned is its result, whatever the parameter's name",
     lambda f, e, theirs, ours: f in ("evt.rawres", "evt.res") and theirs is None),
    ("empty items of an environment are kept",
     lambda f, e, theirs, ours: f == "proc.env" and (theirs or "").strip() == (ours or "").strip()),
    ("a failed connect leaves the name of a socket alone",
     lambda f, e, theirs, ours: f == "fd.name" and is_nothing(ours) and (e["fd.type"] == "unix" or e["evt.type"] == "connect")),
    ("a failed open has no descriptor",
     lambda f, e, theirs, ours: f.startswith("fd.") and "open" in e["evt.type"] and (e["evt.rawres"] or 0) < 0),
    ("slashes are not doubled when paths are joined",
     lambda f, e, theirs, ours: one_slash(theirs) == one_slash(ours)),
    ("the name of a listed socket ends with the line that it was read from",
     lambda f, e, theirs, ours: f == "fd.name" and ours == f"{theirs}\n"),
    ("sysdig needs the enter event of a call, and this capture begins within it",
     lambda f, e, theirs, ours: f == "evt.buflen" and theirs is None),
    ("an id of -1 stays what the call was given",
     lambda f, e, theirs, ours: f == "user.uid" and ours == 2**32 - 1),
    ("addresses need a role",
     lambda f, e, theirs, ours: f in ("fd.cport", "fd.sport", "fd.lport", "fd.rport") and theirs == 0 and ours is None),
    ("nothing is made up about a thread that nobody introduced",
     lambda f, e, theirs, ours: f.split(".")[0] in ("proc", "thread") and is_nothing(e["proc.name"])),
]


def print_format():
    return "*" + " ".join("%" + field for field in FIELDS)


def events(command):
    """The JSON objects that a command prints, one a line; its own complaints are passed on."""
    with tempfile.TemporaryFile() as complaints:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints) as process:
            for line in process.stdout:
                yield json.loads(line.decode(errors="replace"))
        if process.returncode != 0:
            raise SystemExit(f"{command[0]} ended early, with {process.returncode}")
        complaints.seek(0)
        said = complaints.read().decode(errors="replace").strip()
    if said:
        print(f"{command[0]}: {said}")


def plain(value):
    """One form for the ways to write that there is no value."""
    return None if is_nothing(value) else value


class Partners:
    """Our events, taken by their counterparts. Both programs print in the order of the file, so few have to wait."""

    LOOK_AHEAD_NS = 1_000_000_000  # clocks of processors differ; far above what they do
    WAITING = 100_000

    def __init__(self, source):
        self.source = source
        self.waiting = collections.OrderedDict()
        self.last_ns = 0

    @staticmethod
    def key(event):
        return event["evt.rawtime"], event["thread.tid"], event["evt.dir"]

    def take(self, theirs):
        wanted = self.key(theirs)
        while wanted not in self.waiting and self.last_ns < theirs["evt.rawtime"] + self.LOOK_AHEAD_NS:
            event = next(self.source, None)
            if event is None:
                break
            self.last_ns = event["evt.rawtime"]
            self.waiting.setdefault(self.key(event), collections.deque()).append(event)
            if theirs["evt.dir"] == ">" and self.last_ns > theirs["evt.rawtime"]:
                break  # an enter event seldom has one
            if len(self.waiting) > self.WAITING:
                self.waiting.popitem(last=False)
        if wanted not in self.waiting:
            return None
        found = self.waiting[wanted].popleft()
        if not self.waiting[wanted]:
            del self.waiting[wanted]
        return found


def compare(falco_vm, capture):
    ours = Partners(events([falco_vm, "-e", capture, "--json", "--print", print_format()]))
    compared = collections.Counter()
    different = collections.Counter()
    decided = collections.Counter()
    examples = collections.defaultdict(list)
    unpaired = collections.Counter()
    paired = 0
    for theirs in events(["sysdig", "-r", capture, "-j", "-p", print_format()]):
        mine = ours.take(theirs)
        if mine is None:
            if theirs["evt.dir"] == "<":
                unpaired[theirs["evt.type"]] += 1
            continue
        paired += 1
        for field in FIELDS:
            their_value, my_value = theirs.get(field), mine.get(field)
            if field.startswith("evt.arg.") and (is_nothing(their_value) or is_nothing(my_value)):
                continue  # parameters moved between enter and exit; those that both have must agree
            compared[field] += 1
            if plain(their_value) == plain(my_value):
                continue
            reason = next((why for why, applies in DECISIONS if applies(field, mine, their_value, my_value)), None)
            if reason:
                decided[reason] += 1
            else:
                different[field] += 1
                if len(examples[field]) < SHOWN:
                    examples[field].append(f"event at {mine['evt.rawtime']} thread {mine['thread.tid']} {mine['evt.type']}: "
                                           f"sysdig {their_value!r:.150}, falco-vm {my_value!r:.150}")
    for field, count in different.most_common():
        print(f"{100 * (1 - count / compared[field]):7.3f} % {field}: {count} of {compared[field]} differ")
        for example in examples[field]:
            print("          " + example)
    for reason, count in decided.most_common():
        print(f"  decided {count:8}: {reason}")
    for kind, count in unpaired.most_common():
        print(f"{count} exit events {kind} of sysdig have no counterpart")
    values = sum(compared.values())
    wrong = sum(different.values())
    print(f"{capture}: {paired} events paired, {values} values compared, {sum(decided.values())} differ by decision, {wrong} otherwise, {sum(unpaired.values())} events unpaired")
    return paired > 0 and wrong == 0 and not unpaired


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    if not shutil.which("sysdig"):
        print("SKIPPED: the comparison needs sysdig (apt-get install sysdig)")
        sys.exit(SKIPPED)
    results = [compare(sys.argv[1], capture) for capture in sys.argv[2:]]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
