#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/kernel-module.md lists the events that the kernel module collects and the calls that are generic, as its tables say.

usage: kernel_module_document.py ROOT [--write]
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
document = root / "docs/kernel-module.md"
events = {int(code): (name, re.findall(r'P\("([^"]*)"', rest)) for code, name, rest in re.findall(
    r'^FALCO_EVENT\((\d+), \w+, "([^"]*)", \w+, [^,]*, [^,]*, (.*)\)$', (root / "vm/abi/events.def").read_text(), re.M)}
collected = {int(code) for code in re.findall(r"^FALCO_COLLECT\((\d+),", (root / "capture/kmod/params.def").read_text(), re.M)}
calls = [(name, int(x86), [int(e) for e in re.findall(r"\d+", codes)]) for name, x86, codes in re.findall(
    r'^FALCO_SYSCALL\(\d+, "([^"]*)", (-?\d+), -?\d+, EVENTS\((.*)\)\)$', (root / "vm/abi/syscalls.def").read_text(), re.M)]
calls32 = set(re.findall(r'^FALCO_CALL32\(\d+, "([^"]*)"', (root / "capture/kmod/calls32.def").read_text(), re.M))

lines = ["| Code | Event | Parameters |", "|---|---|---|"]
for code in sorted(collected):
    name, parameters = events[code]
    lines.append(f"| {code} | {'generic' if code == 1 else name} | {', '.join(parameters) or '(none)'} |")
generic = [name for name, x86, codes in calls if (x86 >= 0 or name in calls32) and not any(c > 1 and c in collected for c in codes)]
lines += ["", f"Generic, with their number only ({len(generic)}): " + ", ".join(sorted(generic)) + "."]
table = "\n".join(lines)

text = document.read_text()
head, rest = text.split("<!-- table -->\n")
said, tail = rest.split("\n<!-- end -->") if not rest.startswith("<!-- end -->") else ("", rest[len("<!-- end -->"):])
if sys.argv[2:] == ["--write"]:
    document.write_text(f"{head}<!-- table -->\n{table}\n<!-- end -->{tail}")
elif not collected or said != table:
    print("\n".join(sorted(set(said.splitlines()) ^ set(table.splitlines()))))
    sys.exit("docs/kernel-module.md differs from the module's tables; write it anew with --write")
else:
    print(f"docs/kernel-module.md lists {len(collected)} events and {len(generic)} generic calls")
