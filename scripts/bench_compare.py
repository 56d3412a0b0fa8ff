#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""falco-vm with a ruleset beside `sysdig -r CAPTURE proc.name=zzz`, a filter that is never true and lets sysdig skip most of its
work: user and system time of whole runs, output to a file, taken in turns. What the programs need to start, found with a
capture that holds no more than a few events, is subtracted from both.

    scripts/bench_compare.py [--falco-vm PROGRAM] [--rules RULES]… BUILD_DIR RUNS [CAPTURE…]

PROGRAM is that of BUILD_DIR unless said otherwise. Captures are plain .scap, or .gz, which is unpacked first; default: the
bundled one and those of the big-data folder. Default rules: the upstream ones of that folder, else rules/. Prints a line per
capture; the figures go to compare.json in BUILD_DIR/bench-results."""
import gzip
import json
import pathlib
import shutil
import statistics
import sys
import tempfile

sys.dont_write_bytecode = True
import bench_support as support  # noqa: E402

FILTER = "proc.name=zzz"
CAPTURES = ["bench-exec", "bench-io-1m", "syscalls", "docker", "suspicious"]
GOALS = {"ratio": 5, "ratio_stretch": 8}


def plain_files(names, folder):
    for name in names:
        if name.suffix == ".gz":
            plain = folder / name.stem
            plain.write_bytes(gzip.decompress(name.read_bytes()))
            yield plain
            plain.unlink()
        else:
            name.read_bytes()  # into the page cache
            yield name


def compare(capture, falco_vm, image, runs, folder):
    head, stats, output = folder / "head.scap", folder / "stats.json", folder / "out"
    support.first_events(capture, head)

    def commands(of):
        return ([falco_vm, "--ruleset", image, "-e", of], ["sysdig", "-r", of, FILTER])

    support.cpu_s([*commands(capture)[0], f"--stats={stats}"], output)
    counted = json.loads(stats.read_text())
    start = [min(support.cpu_s(command, output) for _ in range(5)) for command in commands(head)]
    times = [[support.cpu_s(command, output) - begin for command, begin in zip(commands(capture), start)] for _ in range(runs)]
    ratios = sorted(other / own for own, other in times)
    events = counted["raw_events"]
    own, other = (statistics.median(column) for column in zip(*times))
    return {"capture": capture.name, "raw_events": events, "runs": runs, "falco_vm_ns": own / events * 1e9,
            "sysdig_ns": other / events * 1e9, "ratio": statistics.median(ratios), "ratio_least": ratios[0],
            "ratio_most": ratios[-1], "start_ms": [s * 1e3 for s in start], "lost": counted["lost"]}


def main():
    parser = support.arguments(__doc__)
    parser.add_argument("--falco-vm", metavar="PROGRAM", type=support.file)
    parser.add_argument("--rules", metavar="RULES", action="append", type=support.file)
    parser.add_argument("runs", metavar="RUNS", type=int)
    parser.add_argument("captures", metavar="CAPTURE", nargs="*", type=support.file)
    given = parser.parse_args()
    if shutil.which("sysdig") is None:
        print("SKIPPED: sysdig is not installed (apt-get install sysdig)")
        return
    build, missing, rows = given.build, [], []
    falco_vm = given.falco_vm or build / "bin" / "falco-vm"
    rules_name, rules = ("given", given.rules) if given.rules else support.base_rules(missing)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        image = folder / "rules.fbc"
        support.run(build / "bin" / "falcoc", *rules, "-o", image)
        captures = plain_files(given.captures, folder) if given.captures else support.plain_captures(folder, CAPTURES, missing)
        for capture in captures:
            row = compare(capture, falco_vm, image, given.runs, folder)
            rows.append(row)
            print(f"{row['capture']:24} {row['raw_events']:9} events  {row['falco_vm_ns']:6.1f} ns  "
                  f"sysdig {row['sysdig_ns']:6.1f} ns  ratio {row['ratio']:.2f} "
                  f"({row['ratio_least']:.2f} to {row['ratio_most']:.2f})  lost {sum(row['lost'].values())}", flush=True)
    support.store(build, "compare", missing, rules=rules_name, goals=GOALS, rows=rows)


if __name__ == "__main__":
    main()
