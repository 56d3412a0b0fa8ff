#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What typing costs the language server: letters are typed into a condition in the middle of a file, and the time until its
diagnostics are there is taken, with what the server remembers of the version before and (`cold`) without.

    scripts/bench_lsp.py BUILD_DIR CHANGES      the upstream rules of the big-data folder, else rules/

Medians; the baseline of the ratio is the cold change. Processor time stands beside the time that passed: only that means something on
a busy machine."""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import bench_support as support  # noqa: E402

GOAL_MS = 50
TYPED = " and proc.name != x"
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class Server:
    def __init__(self, falcoc):
        self.process = subprocess.Popen([falcoc, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.send({"id": 0, "method": "initialize", "params": {"capabilities": {}}})
        self.receive()

    def send(self, message):
        body = json.dumps(message).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def receive(self):
        length = int(self.process.stdout.readline().split(b":")[1])
        self.process.stdout.readline()
        return json.loads(self.process.stdout.read(length))

    def cpu_s(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK_S

    def text(self, method, uri, text):
        """Milliseconds until the diagnostics are there."""
        params = {"textDocument": {"uri": uri, "version": 1, "languageId": "yaml"}, "contentChanges": [{"text": text}]}
        params["textDocument"]["text"] = text
        begin = time.monotonic()
        self.send({"method": "textDocument/" + method, "params": params})
        while self.receive().get("params", {}).get("uri") != uri:
            pass
        return (time.monotonic() - begin) * 1e3


def measure(server, uri, text, changes, cold):
    at = text.index("\n", text.index("condition: >", len(text) // 2)) + 1
    at = text.index("\n", at)
    times, cpu = [], 0.0
    for i in range(changes):
        if cold:  # two rounds about something else make it forget
            server.text("didChange", "untitled:other", "")
            server.text("didChange", "untitled:other", "")
        before = server.cpu_s()
        times.append(server.text("didChange", uri, text[:at] + TYPED[:i % len(TYPED) + 1] + text[at:]))
        cpu += server.cpu_s() - before
    return statistics.median(times), cpu * 1e3 / changes


def main():
    parser = support.arguments(__doc__)
    parser.add_argument("changes", metavar="CHANGES", type=int)
    given = parser.parse_args()
    build, changes, missing = given.build, given.changes, []
    base, files = support.base_rules(missing)
    rows = {}
    print(f"{base}: one letter typed, in ms" + " " * 16 + "time    processor   cold time  cold processor   processor/cold")
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            shutil.copy(file, folder)
        for file in sorted(files, key=lambda f: -f.stat().st_size)[:2]:
            server = Server(build / "bin" / "falcoc")
            uri = (pathlib.Path(folder) / file.name).as_uri()
            text = file.read_text()
            server.text("didOpen", "untitled:other", "")
            server.text("didOpen", uri, text)
            cold_ms, cold_cpu = measure(server, uri, text, changes, True)
            warm_ms, warm_cpu = measure(server, uri, text, changes, False)
            server.process.stdin.close()
            server.process.wait()
            rows[file.name] = {"ms": warm_ms, "cpu_ms": warm_cpu, "cold_ms": cold_ms, "cold_cpu_ms": cold_cpu}
            print(f"  {file.name:32} {warm_ms:9.1f} {warm_cpu:12.1f} {cold_ms:11.1f} {cold_cpu:15.1f} {warm_cpu / cold_cpu:16.2f}")
    print(f"  goal: {GOAL_MS} ms")
    support.store(build, "lsp", missing, base=base, goals={"ms": GOAL_MS}, files=rows)


if __name__ == "__main__":
    main()
