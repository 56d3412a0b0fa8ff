#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""falco-vm with a ruleset beside `sysdig -r CAPTURE proc.name=zzz`, a filter that is never true and lets sysdig skip most of its
work: user and system time of whole runs, output to a file, taken in turns. What the programs need to start, found with a
capture that holds no more than a few events, is subtracted from both.

    scripts/bench_compare.py FALCO_VM RULES.fbc RUNS CAPTURE...      (plain .scap, or .gz, which is unpacked first)

Prints a line per capture and, with BENCH_JSON set, writes the figures there."""
import gzip
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

FILTER = "proc.name=zzz"


def cpu_s(command, output):
    with open(output, "wb") as out, subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def first_events(capture, to):
    """The part of a plain capture in front of its third event: all metadata, next to no events."""
    event_blocks = {0x204, 0x208, 0x216, 0x217, 0x221, 0x222}
    with open(capture, "rb") as file:
        at = events = 0
        while events < 3:
            file.seek(at)
            head = file.read(8)
            if len(head) < 8:
                break
            events += int.from_bytes(head[:4], "little") in event_blocks
            if events < 3:
                at += int.from_bytes(head[4:], "little")
        file.seek(0)
        to.write_bytes(file.read(at))


def main():
    falco_vm, rules, runs, *captures = sys.argv[1:]
    if shutil.which("sysdig") is None:
        print("SKIPPED: sysdig is not installed (apt-get install sysdig)")
        return
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name in map(pathlib.Path, captures):
            plain = name
            if name.suffix == ".gz":
                plain = folder / name.stem
                plain.write_bytes(gzip.decompress(name.read_bytes()))
            plain.read_bytes()  # into the page cache
            head = folder / "head.scap"
            first_events(plain, head)
            stats, output = folder / "stats.json", folder / "out"

            def commands(capture):
                return ([falco_vm, "--ruleset", rules, "-e", capture], ["sysdig", "-r", capture, FILTER])

            cpu_s([*commands(plain)[0], f"--stats={stats}"], output)
            counted = json.loads(stats.read_text())
            start = [min(cpu_s(command, output) for _ in range(5)) for command in commands(head)]
            times = [[cpu_s(command, output) - begin for command, begin in zip(commands(plain), start)] for _ in range(int(runs))]
            ratios = sorted(other / own for own, other in times)
            events = counted["raw_events"]
            own, other = (statistics.median(column) for column in zip(*times))
            row = {"capture": plain.name, "raw_events": events, "runs": int(runs), "falco_vm_ns": own / events * 1e9,
                   "sysdig_ns": other / events * 1e9, "ratio": statistics.median(ratios), "ratio_least": ratios[0],
                   "ratio_most": ratios[-1], "start_ms": [s * 1e3 for s in start], "lost": counted["lost"]}
            rows.append(row)
            lost = sum(counted["lost"].values())
            print(f"{row['capture']:24} {events:9} events  {row['falco_vm_ns']:6.1f} ns  sysdig {row['sysdig_ns']:6.1f} ns  "
                  f"ratio {row['ratio']:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})  lost {lost}", flush=True)
            if plain != name:
                plain.unlink()
    if "BENCH_JSON" in os.environ:
        pathlib.Path(os.environ["BENCH_JSON"]).write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
