#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What rules cost when they become many: time per event with a ruleset and with ten times as many rules, and with a rule whose
list has 100 000 entries beside the same rule with ten.

    scripts/bench_growth.py BUILD_DIR [RUNS]

Runs of falco-vm are taken in turns, alerts to a file; user and system time per raw event, what the same image needs in the same turn
for a capture without events subtracted; medians, and the median of the ratios of the pairs. Goals are printed beside the figures and decide
nothing."""
import json
import pathlib
import statistics
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import bench_support as support  # noqa: E402

CAPTURES = ["bench-exec", "bench-io-1m", "syscalls", "docker", "suspicious"]
LONG_LIST, SHORT_LIST = 100_000, 10
GOALS = {"compile_s": 2.0, "ratio": 1.10}
MADE = support.ROOT / "bench" / "make_rules.py"


def compile_image(build, files, to):
    """Seconds that falcoc takes."""
    begin = time.monotonic()
    support.run(build / "bin" / "falcoc", *files, "-o", to)
    return time.monotonic() - begin


def made_rules(kind, count, to):
    to.write_bytes(support.run(sys.executable, "-B", MADE, kind, count))
    return to


def compare(build, capture, images, runs, folder):
    """Two images over one capture."""
    head, output, stats = folder / "head.scap", folder / "alerts", folder / "stats.json"
    support.first_events(capture, head)

    def command(image, of, *more):
        return [build / "bin" / "falco-vm", "--ruleset", image, "-e", of, *more]

    counted = []
    for image in images:
        support.cpu_s(command(image, capture, f"--stats={stats}"), output)
        counted.append(json.loads(stats.read_text()))
    pairs, starts = [], []
    for turn in range(runs):
        pair, start = [0.0, 0.0], [0.0, 0.0]
        for i in (0, 1) if turn % 2 == 0 else (1, 0):
            start[i] = support.cpu_s(command(images[i], head), output)
            pair[i] = max(support.cpu_s(command(images[i], capture), output) - start[i], 1e-9)
        pairs.append(pair)
        starts.append(start)
    ratios = sorted(b / a for a, b in pairs)
    events = counted[0]["raw_events"]
    return {"capture": capture.name, "raw_events": events, "runs": runs,
            "ns": [statistics.median(column) / events * 1e9 for column in zip(*pairs)],
            "ratio": statistics.median(ratios), "ratio_least": ratios[0], "ratio_most": ratios[-1],
            "alerts": [c["alerts"] for c in counted], "lost": [sum(c["lost"].values()) for c in counted],
            "start_ms": [statistics.median(column) * 1e3 for column in zip(*starts)]}


def show(row, before, after):
    print(f"{row['capture']:20} {row['raw_events']:9} events  {before} {row['ns'][0]:6.1f} ns  {after} {row['ns'][1]:6.1f} ns  "
          f"ratio {row['ratio']:.2f} ({row['ratio_least']:.2f} to {row['ratio_most']:.2f})  "
          f"alerts {row['alerts'][0]} / {row['alerts'][1]}  lost {row['lost'][0]} / {row['lost'][1]}", flush=True)


def main():
    parser = support.arguments(__doc__)
    parser.add_argument("runs", metavar="RUNS", type=int, nargs="?", default=9)
    given = parser.parse_args()
    build, runs, missing = given.build, given.runs, []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        base_name, files = support.base_rules(missing)
        base, tenfold = folder / "base.fbc", folder / "tenfold.fbc"
        compile_s = [compile_image(build, files, base)]
        count = len(json.loads(support.run(build / "bin" / "falcoc", "list", "rules", "--json", *files)))
        more = made_rules("rules", 9 * count, folder / "more.yaml")
        compile_s.append(compile_image(build, [*files, more], tenfold))
        sizes = [base.stat().st_size, tenfold.stat().st_size]
        print(f"{base_name}: {count} rules, and {9 * count} varied ones more; compiled in {compile_s[0] * 1e3:.0f} and "
              f"{compile_s[1] * 1e3:.0f} ms, images of {sizes[0] / 1024:.0f} and {sizes[1] / 1024:.0f} KiB")

        lists = []
        for kind in ("strings", "networks"):
            short, long = folder / f"{kind}-short.fbc", folder / f"{kind}-long.fbc"
            compile_image(build, [made_rules(kind, SHORT_LIST, folder / "short.yaml")], short)
            source = made_rules(kind, LONG_LIST, folder / "long.yaml")
            seconds = statistics.median(compile_image(build, [source], long) for _ in range(3))
            loaded = support.parts(build, "load_and_verify_file", f"--image={short}", f"--image={long}")
            load_ms = [loaded[f"load_and_verify_file/{image.name}"]["cpu_ns"] / 1e6 for image in (short, long)]
            lists.append({"kind": kind, "count": LONG_LIST, "short_count": SHORT_LIST, "compile_s": seconds,
                          "image_bytes": long.stat().st_size, "load_ms": load_ms, "images": (short, long), "rows": []})
            print(f"{LONG_LIST} {kind}: compiled in {seconds:.2f} s (goal below {GOALS['compile_s']:.0f}), image of "
                  f"{long.stat().st_size / 1024:.0f} KiB, loaded and verified in {load_ms[1]:.2f} ms "
                  f"(of {SHORT_LIST}: {load_ms[0]:.3f} ms)")

        rows = []
        for capture in support.plain_captures(folder, CAPTURES, missing):
            rows.append(compare(build, capture, (base, tenfold), runs, folder))
            show(rows[-1], "rules", "tenfold")
            for entry in lists:
                entry["rows"].append(compare(build, capture, entry["images"], runs, folder))
                show(entry["rows"][-1], f"  {SHORT_LIST} {entry['kind']}", f"{LONG_LIST}")
        for entry in lists:
            del entry["images"]
            entry["ratio"] = statistics.median(row["ratio"] for row in entry["rows"])
            print(f"{LONG_LIST} {entry['kind']}: time per event {entry['ratio']:.3f} times that with {SHORT_LIST}, "
                  f"median of the captures (goal below {GOALS['ratio']:.2f})")
        support.store(build, "growth", missing, base=base_name, rules=[count, 10 * count], compile_s=compile_s, image_bytes=sizes,
                      goals=GOALS, rows=rows, lists=lists)


if __name__ == "__main__":
    main()
