# SPDX-License-Identifier: Apache-2.0
"""What the benchmark scripts share: where rules and captures come from, runs and their CPU time, and how results are stored.

A result is a JSON file in BUILD_DIR/bench-results: {"made": when and on what, "missing": what was left out, ...its own parts}."""
import argparse
import datetime
import gzip
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = pathlib.Path(os.environ.get("FALCO_TEST_DATA") or ROOT.parent / "shared")
DEMO = ROOT / "rules" / "demo" / "break-in.scap.gz"
UPSTREAM = [DATA / "rules" / "upstream" / name for name in ("falco_rules.yaml", "falco-incubating_rules.yaml")]
EVENT_BLOCKS = {0x204, 0x208, 0x216, 0x217, 0x221, 0x222}


def arguments(text):
    """A parser for what every script takes; `text` is what --help says."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS)
    parser.add_argument("build", metavar="BUILD_DIR", type=build_folder)
    return parser


def build_folder(name):
    path = pathlib.Path(name).resolve()
    if not (path / "bin" / "falcoc").is_file():
        raise argparse.ArgumentTypeError(f"{name} holds no bin/falcoc: `make build` makes build/release")
    return path


def file(name):
    path = pathlib.Path(name)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{name}: no such file")
    return path


def base_rules(missing):
    """(what to call them, files): the upstream rules of the big-data folder, else rules/."""
    if all(path.is_file() for path in UPSTREAM):
        return "upstream", UPSTREAM
    missing.append("upstream rules")
    return "rules/", sorted((ROOT / "rules").glob("*.yaml"))


def plain_captures(folder, names, missing):
    """The bundled capture, ten times over because it is short, and those of the big-data folder; unpacked into `folder`, and with
    that in the page cache. Yields paths; a file is gone when the next one comes."""
    demo = folder / "break-in-x10.scap"
    demo.write_bytes(gzip.decompress(DEMO.read_bytes()) * 10)
    yield demo
    demo.unlink()
    for name in names:
        packed = DATA / "captures" / f"{name}.scap.gz"
        if not packed.is_file():
            missing.append(f"capture {name}")
            continue
        plain = folder / f"{name}.scap"
        with gzip.open(packed) as source, open(plain, "wb") as to:
            shutil.copyfileobj(source, to, 1 << 20)
        yield plain
        plain.unlink()


def first_events(capture, to):
    """Writes the part of a plain capture in front of its third event: all metadata, next to no events. A run over it takes what
    a program needs to start."""
    with open(capture, "rb") as file:
        at = events = 0
        while events < 3:
            file.seek(at)
            head = file.read(8)
            if len(head) < 8:
                break
            events += int.from_bytes(head[:4], "little") in EVENT_BLOCKS
            if events < 3:
                at += int.from_bytes(head[4:], "little")
        file.seek(0)
        to.write_bytes(file.read(at))


def cpu_s(command, output):
    """User and system time of a run, its output to a file."""
    with open(output, "wb") as out, subprocess.Popen([str(c) for c in command], stdout=out, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def run(*command):
    """Standard output of a run that has to succeed."""
    done = subprocess.run([str(c) for c in command], capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


def parts(build, filter_text, *arguments):
    """Benchmarks of parts_bench by name: {"cpu_ns": processor time in nanoseconds, and its counters}."""
    text = run(build / "bin" / "parts_bench", "--benchmark_format=json", f"--benchmark_filter={filter_text}", *arguments)
    return {b["name"]: {**b, "cpu_ns": cpu_ns(b)} for b in json.loads(text)["benchmarks"]}


def cpu_ns(benchmark):
    return benchmark["cpu_time"] * {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[benchmark["time_unit"]]


def machine():
    try:
        cpu = next(line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    except (OSError, StopIteration):
        cpu = platform.machine()
    now = datetime.datetime.now(datetime.timezone.utc)
    return {"date": now.strftime("%Y-%m-%d %H:%M UTC"), "cpu": cpu, "cores": os.cpu_count()}


def store(build, name, missing, **parts_of_it):
    """Writes BUILD_DIR/bench-results/NAME.json."""
    folder = pathlib.Path(build) / "bench-results"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"made": machine(), "missing": missing, **parts_of_it}, indent=2) + "\n")
    if missing:
        print(f"not here, left out: {', '.join(missing)}")
    print(f"results: {path}")
