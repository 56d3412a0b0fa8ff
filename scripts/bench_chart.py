#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One page of the benchmarks' results, from the JSON files that they leave; needs nothing but the page itself to be looked at.

    scripts/bench_chart.py RESULTS_DIR OUT.html

A file that is not there is said to be missing; one that can't be understood is an error (exit code 1), and nothing is written."""
import html
import json
import math
import pathlib
import sys

sys.dont_write_bytecode = True
import bench_support as support  # noqa: E402
import bench_svg as svg  # noqa: E402

# What the page is made of: file, and the target that writes it.
SOURCES = {"compare": "make bench-compare", "replay-upstream": "make bench", "replay": "make bench",
           "growth": "make bench-growth", "compile": "make bench-compile", "parts": "make bench"}

STYLE = (pathlib.Path(__file__).parent / "bench_chart.css").read_text()


class Broken(Exception):
    """A result that can't be understood: says which, and why."""


def load(folder, name):
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise Broken(f"{path.name}: {error}") from error


def get(data, key, kind, where):
    """data[key], which has to be a `kind`; a number has to be finite."""
    value = data.get(key) if isinstance(data, dict) else None
    wanted = (int, float) if kind is float else kind
    if not isinstance(value, wanted) or isinstance(value, bool) or (kind is float and not math.isfinite(value)):
        names = {float: "number", list: "list", dict: "object", str: "text"}
        raise Broken(f"{where}: no {names[kind]} '{key}'")
    return value


def optional(row, key, where, words):
    """A number in words, or nothing where there is none."""
    return words(get(row, key, float, where)) if key in row else ""


def numbers(data, key, count, where):
    values = get(data, key, list, where)
    if len(values) != count:
        raise Broken(f"{where}: '{key}' is not {count} numbers")
    return [get({key: value}, key, float, where) for value in values]


def rows_of(data, where):
    """The rows of a result: the file itself, or a part of it; each with the name of its capture."""
    rows = data if isinstance(data, list) else get(data, "rows", list, where)
    for number, row in enumerate(rows):
        get(row, "capture", str, f"{where}, row {number + 1}")
    return [(f"{where}, row {number + 1}", row, row["capture"].removesuffix(".scap")) for number, row in enumerate(rows)]


def soft(words):
    """A paragraph in a lighter colour; `words` are text."""
    return f"<p class='soft'>{html.escape(words)}</p>"


def compared(data):
    rows = []
    for where, row, name in rows_of(data, "compare.json"):
        ratio, least, most = (get(row, key, float, where) for key in ("ratio", "ratio_least", "ratio_most"))
        ours, theirs = (get(row, key, float, where) for key in ("falco_vm_ns", "sysdig_ns"))
        lost = get(row, "lost", dict, where)
        rows.append({"label": name, "segments": [(ratio, "a")], "whisker": (least, most),
                     "value": f"{ratio:.2f}×",
                     "note": f"{ours:.1f} ns for {theirs:.1f} ns, lost {sum(get(lost, key, float, where) for key in lost)}"})
    goals = get(data, "goals", dict, "compare.json")
    lines = [(get(goals, k, float, "compare.json"), f"{goals[k]:g}×") for k in ("ratio", "ratio_stretch")]
    return (soft("How often falco-vm with a ruleset does an event in the time that sysdig takes for it with one filter: user and "
                 "system time, start subtracted. Median of the pairs; the thin line reaches from the least to the most.")
            + svg.bars(rows, "times as fast", lines))


STAGES = ("a", "b", "c", "d", "pale")


def replayed(data, where, rules):
    by_capture, stages = {}, []
    for place, row, name in rows_of(data, where):
        stage = get(row, "stage", str, place)
        if stage not in stages:
            stages.append(stage)
        by_capture.setdefault(name, []).append((stage, get(row, "ns_per_event", float, place), row))
    rows, less = [], False
    for name, steps in by_capture.items():
        reached, segments = 0.0, []
        for stage, total, _ in steps:
            segments.append((max(total - reached, 0.0), STAGES[min(stages.index(stage), len(STAGES) - 1)]))
            reached = max(reached, total)
        drops = sum(get(steps[-1][2], key, float, where) for key in ("drops", "refused"))
        row = {"label": name, "segments": segments,
               "value": f"{steps[-1][1]:.1f} ns", "note": f"{' / '.join(f'{total:.1f}' for _, total, _ in steps)}, drops {drops}"}
        if steps[-1][1] < reached * 0.99:
            row["mark"], less = steps[-1][1], True
        rows.append(row)
    words = [f"{'+ ' if i else ''}{stage}" for i, stage in enumerate(stages)]
    about_less = (" A line across a bar: the whole pipeline takes less than its first stages over every event, because what "
                  "neither rules nor state look at stays unread.")
    return (soft(f"Nanoseconds of processor time per raw event with {rules}, each colour what a stage adds; the figures beside "
                 f"it are {' / '.join(stages)}, sums each." + (about_less if less else ""))
            + svg.legend(list(zip(STAGES, words))) + svg.bars(rows, "ns per event"))


def grown(data):
    where = "growth.json"
    base, tenfold = numbers(data, "rules", 2, where)
    rows = []
    for place, row, name in rows_of(data, where):
        before, after = numbers(row, "ns", 2, place)
        alerts = numbers(row, "alerts", 2, place)
        ratio = get(row, "ratio", float, place)
        rows.append({"label": name, "segments": [(before, "pale")], "value": f"{before:.1f} ns", "pair": 0,
                     "note": f"{alerts[0]:,} alerts"})
        rows.append({"label": "", "segments": [(after, "a")], "value": f"{after:.1f} ns", "pair": 1,
                     "note": f"{alerts[1]:,} alerts, {ratio:.2f}×"})
    out = (soft(f"Time per event with {base} rules ({get(data, 'base', str, where)}) and with {tenfold}, the others varied and "
                "quiet; alerts beside it.") + svg.legend([("pale", f"{base} rules"), ("a", f"{tenfold} rules")])
           + svg.bars(rows, "ns per event"))
    goals = get(data, "goals", dict, where)
    goal, limit = get(goals, "ratio", float, where), get(goals, "compile_s", float, where)
    for entry in get(data, "lists", list, where):
        kind = get(entry, "kind", str, where)
        count, short = (get(entry, key, float, where) for key in ("count", "short_count"))
        seconds, size = (get(entry, key, float, where) for key in ("compile_s", "image_bytes"))
        load_ms = numbers(entry, "load_ms", 2, where)
        out += f"<h3>A rule with {count:,} {html.escape(kind)}</h3>"
        out += soft(f"Compiled in {seconds:.2f} s (goal below {limit:g} s); image of {size / 1024:,.0f} KiB, loaded and verified in "
                    f"{load_ms[1]:.2f} ms. Time per event, as a multiple of that with {short} entries:")
        rows = []
        for place, row, name in rows_of(entry, f"{where}, {kind}"):
            ratio, least, most = (get(row, k, float, place) for k in ("ratio", "ratio_least", "ratio_most"))
            ns = numbers(row, "ns", 2, place)
            rows.append({"label": name, "segments": [(ratio, "b")], "whisker": (least, most),
                         "value": f"{ratio:.2f}×", "note": f"{ns[1]:.1f} ns for {ns[0]:.1f} ns"})
        out += svg.bars(rows, "times", [(goal, f"goal {goal:g}×")])
    return out


def compiled(data):
    where = "compile.json"
    goals = get(data, "goals", dict, where)
    shown = [("whole falcoc", "process_ms", "compile_ms", "ms", 1), ("compiling alone", "compile_ms", "compile_ms", "ms", 1),
             ("image, full", "full_bytes", "image_bytes", "KiB", 1024),
             ("image, stripped", "stripped_bytes", "image_bytes", "KiB", 1024),
             ("load, verify", "full_load_ms", "load_ms", "ms", 1), ("the same, stripped", "stripped_load_ms", "load_ms", "ms", 1)]
    rows = []
    for label, key, goal_key, unit, scale in shown:
        value, goal = get(data, key, float, where) / scale, get(goals, goal_key, float, where) / scale
        rows.append({"label": label, "segments": [(value / goal * 100, "b" if value <= goal else "c")],
                     "value": f"{value:.{3 if value < 1 else 1}f} {unit}", "note": f"goal {goal:g} {unit}"})
    return (soft(f"{get(data, 'rules', float, where)} rules ({get(data, 'base', str, where)}); each figure as a share of its goal.")
            + svg.bars(rows, "% of the goal", [(100, "goal")]))


def duration(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= size:
            return f"{ns / size:.2f} {unit}"
    return f"{ns:.2f} ns"


def parts(data):
    head = ["part", "one iteration", "events or calls per second", "allocations", "drops"]
    lines = []
    for number, row in enumerate(get(data, "benchmarks", list, "parts.json")):
        where = f"parts.json, benchmark {number + 1}"
        name = get(row, "name", str, where)
        get(row, "cpu_time", float, where)
        if get(row, "time_unit", str, where) not in ("ns", "us", "ms", "s"):
            raise Broken(f"{where}: no unit of time")
        each = [name, duration(support.cpu_ns(row)), optional(row, "items_per_second", where, lambda n: f"{n / 1e6:.2f} M"),
                optional(row, "allocs", where, "{:,.0f}".format), optional(row, "drops", where, "{:,.0f}".format)]
        lines.append("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in each) + "</tr>")
    names = "".join(f"<th>{words}</th>" for words in head)
    return (soft("Processor time, and heap allocations of an iteration.")
            + f"<div class='scroll'><table><tr>{names}</tr>{''.join(lines)}</table></div>")


def section(title, name, results, draw):
    if results[name] is None:
        return f"<h2>{title}</h2><p class='missing'>Not measured: {SOURCES[name]}.</p>"
    return f"<h2>{title}</h2>{draw(results[name])}"


def heading(results):
    made = sorted({tuple(get(data["made"], key, kind, name) for key, kind in (("date", str), ("cpu", str), ("cores", float)))
                   for name, data in results.items() if isinstance(data, dict) and isinstance(data.get("made"), dict)})
    if not made:
        now = support.machine()
        made = [(now["date"], now["cpu"], now["cores"])]
    machines = sorted({f"{cpu}, {cores} cores" for _, cpu, cores in made})
    dates = made[0][0] if made[0][0] == made[-1][0] else f"{made[0][0]} to {made[-1][0]}"
    missing = sorted({what for name, data in results.items() if isinstance(data, dict) and "missing" in data
                      for what in get(data, "missing", list, f"{name}.json")})
    out = f"<h1>falcoc and falco-vm: benchmarks</h1><p class='soft'>{html.escape('; '.join(machines))}. {html.escape(dates)}.</p>"
    return out + (f"<p class='missing'>Not here, left out: {html.escape(', '.join(missing))}.</p>" if missing else "")


def page(results):
    replay, rules = "replay-upstream", "the upstream rules"
    if results[replay] is None:
        replay, rules = "replay", "the rules of rules/"
    return ("<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
            f"<title>Benchmarks of falcoc and falco-vm</title><style>{STYLE}</style>" + heading(results)
            + section("Beside sysdig", "compare", results, compared)
            + section("Replay by stage", replay, results, lambda data: replayed(data, f"{replay}.json", rules))
            + section("Ten times the rules, and long lists", "growth", results, grown)
            + section("Compiling and loading", "compile", results, compiled)
            + section("Parts", "parts", results, parts) + "</html>\n")


def main():
    folder, out = map(pathlib.Path, sys.argv[1:])
    try:
        results = {name: load(folder, name) for name in SOURCES}
        if all(data is None for data in results.values()):
            raise Broken(f"{folder}: no results; run make bench")
        text = page(results)
    except Broken as broken:
        sys.exit(f"bench_chart: {broken}")
    out.write_text(text)
    print(f"chart: {out}")


if __name__ == "__main__":
    main()
