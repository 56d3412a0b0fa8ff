#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What recording costs: the same workloads in one virtual machine without a recorder, under Debian's scap module with sysdig -w, under
ours with falco-vm -w, and under ours with the interest mask of a ruleset. Events, bytes, losses, slowdown; ratios within one run.

  compare.py BIN [--rounds N] [--scale N] [--rules FILE.fbc] [--instructions] [--json FILE]

Times are of a machine under software emulation: compare columns, not with other machines. With --instructions they are numbers of
instructions, those of the recording program included, which other work on the host can't change: one round is enough.
"""
import argparse
import glob
import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "guest"))
import guest_kernel  # noqa: E402
import probe_module  # noqa: E402

WORKLOADS = ("cheap", "files", "io", "spawn", "dd")


def peer_module(version, cache):
    """scap.ko of Debian's falcosecurity-scap-dkms for that kernel, built once; None when it is not to be had."""
    built = os.path.join(cache, f"scap-{version}.ko")
    if os.path.exists(built):
        return built
    headers = probe_module.headers(version)
    sources = glob.glob("/usr/src/scap-*")
    if not sources:
        subprocess.run(["apt-get", "download", "falcosecurity-scap-dkms"], cwd=cache, capture_output=True)
        for package in glob.glob(os.path.join(cache, "falcosecurity-scap-dkms_*.deb")):
            subprocess.run(["dpkg", "-x", package, os.path.join(cache, "scap")])
        sources = glob.glob(os.path.join(cache, "scap", "usr", "src", "scap-*"))
    if not headers or not sources:
        return None
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cp", "-r", sources[0] + "/.", folder], check=True)
        made = subprocess.run(["make", "-s", "-C", headers, f"M={folder}", "modules"], capture_output=True, text=True)
        if made.returncode:
            print(made.stderr[-2000:], file=sys.stderr)
            return None
        subprocess.run(["strip", "-g", os.path.join(folder, "scap.ko"), "-o", built], check=True)
    return built


def read_runs(log):
    """{recorder: {workload: [seconds]}} and {workload: count}"""
    seconds, counts = {}, {}
    for line in log.splitlines():
        words = line.split()
        if len(words) == 6 and words[0] == "run":
            seconds.setdefault(words[2], {}).setdefault(words[3], []).append(float(words[5]))
            counts[words[3]] = int(words[4])
    return seconds, counts


def volume(out, recorder, work):
    """(events recorded, bytes, lost) of the first round."""
    if recorder == "scap":
        text = open(f"{out}/scap.log.1.{work}").read()
        lost = [int(line.split(":")[1]) for line in text.splitlines() if line.startswith("Driver Drops")]
        return int(open(f"{out}/scap.events.1.{work}").read()), int(open(f"{out}/scap.bytes.1.{work}").read()), lost[0] if lost else -1
    stats = json.load(open(f"{out}/{recorder}.json.1.{work}"))
    lost = sum(value for key, value in stats["probe"].items() if key.startswith("lost_"))
    size = int(open(f"{out}/ours.bytes.1.{work}").read()) if recorder == "ours" else stats["bytes"]
    return stats["raw_events"], size, lost


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", help="folder of falcoc and falco-vm")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--rules", help="compiled rules whose interest is the mask of the last column; default: the default rules")
    parser.add_argument("--instructions", action="store_true", help="one CPU, whose time is the number of instructions")
    parser.add_argument("--json", help="write all figures here")
    options = parser.parse_args()

    cache = os.path.abspath(guest_kernel.default_cache())
    try:
        version, ours = probe_module.for_guest(cache)
    except (guest_kernel.Missing, probe_module.CannotBuild) as error:
        print(f"SKIP: {error}")
        return 77
    peer = peer_module(version, cache)
    recorders = ["none"] + (["scap"] if peer else []) + ["ours", "rules"]
    with tempfile.TemporaryDirectory(prefix="compare.") as folder:
        work, image, out = (os.path.join(folder, name) for name in ("workload", "rules.fbc", "out"))
        subprocess.run(["gcc", "-static", "-O2", "-o", work, os.path.join(HERE, "workload.c")], check=True)
        subprocess.run([f"{options.bin}/falcoc", os.path.join(ROOT, "rules"), "-o", image], check=True, capture_output=True)
        command = [sys.executable, "-B", os.path.join(ROOT, "tests", "guest", "run_guest.py"), "--module", ours, "--program", work,
                   "--program", f"{options.bin}/falco-vm", "--file", f"{image}:/rules.fbc", "--out", out, "--memory", "2048",
                   "--timeout", "1800"]
        if options.rules:
            command += ["--file", f"{options.rules}:/masked.fbc"]
            recorders[-1] = "masked"
        if options.instructions:
            command.append("--instructions")
        if peer:
            command += ["--program", "sysdig", "--file", f"{peer}:/ko-later/scap.ko", "--expect-log", "scap"]
        result = subprocess.run(command + [os.path.join(HERE, "compare.sh"), str(options.rounds), str(options.scale)] + recorders,
                                stdout=subprocess.PIPE, text=True)
        if result.returncode:
            print(result.stdout[-6000:])
            return result.returncode
        seconds, counts = read_runs(result.stdout)
        rows = []
        for name in WORKLOADS:
            plain = statistics.median(seconds["none"][name])
            for recorder in recorders[1:]:
                events, size, lost = volume(out, recorder, name)
                rows.append({"workload": name, "calls": counts[name], "recorder": recorder, "events": events, "bytes": size,
                             "lost": lost, "slowdown": statistics.median(seconds[recorder][name]) / plain - 1})
    print(f"{'workload':9} {'recorder':9} {'events':>9} {'bytes':>11} {'bytes/event':>11} {'lost':>8} {'slowdown':>9}")
    for row in rows:
        each = row["bytes"] / row["events"] if row["events"] else 0
        print(f"{row['workload']:9} {row['recorder']:9} {row['events']:9} {row['bytes']:11} {each:11.1f} {row['lost']:8} {row['slowdown']:8.0%}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"kernel": version, "rounds": options.rounds, "rows": rows}, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
