#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""falco-vm on a running machine, in a virtual one: live_test.py BIN_DIR swap|lives

  swap   the rules change a hundred times under load: no event is lost or judged twice
  lives  a second watcher, an ordinary user, a watcher killed, the module unloaded

Exit status 77 when the host lacks something.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import guest_kernel
import probe_module

HERE = os.path.dirname(os.path.abspath(__file__))
SWAPS = 100
RULES = """
- rule: Marker %s
  desc: a numbered program
  condition: evt.type in (execve, execveat) and proc.args startswith "MARK="
  output: "%%proc.args by %%proc.pname"
  priority: INFO
  tags: [process]
- rule: Other %s
  desc: what the load does, never true
  condition: evt.type in (open, openat) and fd.name = /no/such/file and proc.name = nobody
  output: "%%fd.name"
  priority: INFO
  tags: [process]
"""


def compiled(bin_dir, folder, name):
    rules, image = os.path.join(folder, name + ".yaml"), os.path.join(folder, name + ".fbc")
    with open(rules, "w", encoding="utf-8") as file:
        file.write(RULES % (name, name))
    subprocess.run([os.path.join(bin_dir, "falcoc"), rules, "-o", image], check=True, capture_output=True)
    return image


def judge_swaps(out):
    """What is wrong, as texts."""
    said = open(os.path.join(out, "said"), encoding="utf-8").read()
    marks = int(open(os.path.join(out, "marks"), encoding="utf-8").read())
    stats = json.load(open(os.path.join(out, "stats.json"), encoding="utf-8"))
    seen, rules = {}, set()
    for line in open(os.path.join(out, "alerts.jsonl"), encoding="utf-8"):
        alert = json.loads(line)
        if alert["rule"].startswith("Marker"):
            rules.add(alert["rule"])
            number = int(alert["output"].split("MARK=")[1].split()[0])
            seen[number] = seen.get(number, 0) + 1
    wrong = []
    swaps = said.count("loaded again")
    if swaps != SWAPS:
        wrong.append(f"{swaps} of {SWAPS} changes are reported")
    if rules != {"Marker a", "Marker b"}:
        wrong.append(f"only {rules} reported")
    missing = [n for n in range(1, marks + 1) if n not in seen]
    if missing:
        wrong.append(f"{len(missing)} of {marks} programs are not reported, first {missing[:5]}")
    twice = [n for n, count in seen.items() if count != 1]
    if twice:
        wrong.append(f"{len(twice)} programs are reported twice: {twice[:5]}")
    lost = {key: value for key, value in stats["probe"].items() if key.startswith("lost_") and value}
    if lost:
        wrong.append(f"lost: {lost}")
    if "the rules that run stay" not in said:
        wrong.append("the broken ruleset is not complained of")
    print(f"{swaps} changes of rules, {marks} programs, {len(seen)} reported, {stats['raw_events']} events, {stats['probe']['sent']} sent")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin_dir")
    parser.add_argument("scene", choices=("swap", "lives"))
    parser.add_argument("--cache", default=guest_kernel.default_cache())
    options = parser.parse_args()
    cache = os.path.abspath(options.cache)
    try:
        module = probe_module.for_guest(cache)[1]
    except guest_kernel.Missing as error:
        print(f"SKIP: {error}")
        return 77
    with tempfile.TemporaryDirectory(prefix="live.") as folder:
        images = [compiled(options.bin_dir, folder, name) for name in ("a", "b")]
        out, load = os.path.join(folder, "out"), os.path.join(folder, "workload")
        source = os.path.join(probe_module.ROOT, "bench", "guest", "workload.c")
        subprocess.run(["cc", "-static", "-O2", "-o", load, source], check=True)
        command = [sys.executable, "-B", os.path.join(HERE, "run_guest.py"), "--cache", cache, "--module", module, "--out", out,
                   "--program", os.path.join(options.bin_dir, "falco-vm"), "--program", load, "--timeout", "400"]
        for image, name in zip(images, "ab"):
            command += ["--file", f"{image}:/{name}.fbc"]
        status = subprocess.run(command + [os.path.join(HERE, options.scene + ".sh"), str(SWAPS)]).returncode
        if status:
            return status if status == 77 else 1
        wrong = judge_swaps(out) if options.scene == "swap" else []
        print("\n".join(wrong) if wrong else "fine")
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
