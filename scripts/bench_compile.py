#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What compiling costs: time of a whole falcoc, time inside of it without start and files, size of the image with source map and
without, and loading and verifying it.

    scripts/bench_compile.py BUILD_DIR RUNS [RULES…]      (default: the upstream rules of the big-data folder, else rules/)

Medians; goals are printed beside the figures and decide nothing."""
import pathlib
import statistics
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import bench_support as support  # noqa: E402

GOALS = {"compile_ms": 150, "image_bytes": 256 * 1024, "load_ms": 1.0}


def wall_ms(*command):
    begin = time.monotonic()
    support.run(*command)
    return (time.monotonic() - begin) * 1e3


def main():
    parser = support.arguments(__doc__)
    parser.add_argument("runs", metavar="RUNS", type=int)
    parser.add_argument("rules", metavar="RULES", nargs="*", type=support.file)
    given = parser.parse_args()
    build, runs, missing = given.build, given.runs, []
    name, files = ("given", given.rules) if given.rules else support.base_rules(missing)
    falcoc = build / "bin" / "falcoc"
    with tempfile.TemporaryDirectory() as folder:
        full, stripped = pathlib.Path(folder) / "full.fbc", pathlib.Path(folder) / "stripped.fbc"
        times = sorted(wall_ms(falcoc, *files, "-o", full) for _ in range(runs))
        start_ms = statistics.median(wall_ms(falcoc, "--version") for _ in range(runs))
        support.run(falcoc, *files, "--strip", "-o", stripped)
        measured = support.parts(build, "compile_files|load_and_verify_file", *[f"--rules={f}" for f in files], f"--image={full}",
                                 f"--image={stripped}")
        inside = measured["compile_files"]
        figures = {"rules": int(inside["rules"]), "process_ms": statistics.median(times), "process_ms_least": times[0],
                   "process_ms_most": times[-1], "start_ms": start_ms, "compile_ms": inside["cpu_ns"] / 1e6,
                   "compile_allocations": int(inside["allocs"])}
        for kind, image in (("full", full), ("stripped", stripped)):
            figures[f"{kind}_bytes"] = image.stat().st_size
            figures[f"{kind}_load_ms"] = measured[f"load_and_verify_file/{image.name}"]["cpu_ns"] / 1e6
    print(f"{name}: {figures['rules']} rules")
    print(f"  falcoc, whole process     {figures['process_ms']:8.1f} ms  "
          f"({times[0]:.1f} to {times[-1]:.1f}; goal {GOALS['compile_ms']})")
    print(f"  of it start of a process  {start_ms:8.1f} ms")
    print(f"  compiling in a process    {figures['compile_ms']:8.1f} ms  ({figures['compile_allocations']} allocations)")
    for kind, words in (("full", "image with source map"), ("stripped", "image without")):
        print(f"  {words:25} {figures[f'{kind}_bytes'] / 1024:8.1f} KiB (goal {GOALS['image_bytes'] // 1024}), "
              f"loaded and verified in {figures[f'{kind}_load_ms']:.3f} ms (goal {GOALS['load_ms']:.0f})")
    support.store(build, "compile", missing, base=name, goals=GOALS, **figures)


if __name__ == "__main__":
    main()
