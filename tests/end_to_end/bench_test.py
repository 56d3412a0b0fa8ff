# SPDX-License-Identifier: Apache-2.0
"""The benchmark scripts: rules made for them compile and differ; the chart shows recorded results, and says which file is broken.
Nothing here looks at a time."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree

from programs import CAPTURE, OK, RULES, SOURCE, ProgramTest, falco_vm, falcoc


def made(kind, count):
    command = [sys.executable, "-B", str(SOURCE / "bench" / "make_rules.py"), kind, str(count)]
    return subprocess.run(command, capture_output=True, check=True).stdout


class MadeRules(ProgramTest):
    def test_rules_compile_are_varied_and_the_same_each_time(self):
        path = self.file("made.yaml", made("rules", 300))
        self.assertEqual(path.read_bytes(), made("rules", 300))
        listed = falcoc("list", "rules", "--json", path)
        self.assert_exit(listed, OK)
        conditions = {rule["condition"] for rule in json.loads(listed.stdout)}
        self.assertEqual(len(conditions), 300)
        self.assert_exit(falcoc(path, "-o", self.folder / "made.fbc"), OK)

    def test_behind_the_default_rules_they_don_t_hide_alerts(self):
        path = self.file("made.yaml", made("rules", 60))
        base, grown = (falco_vm("--ruleset", self.image(*rules), "-e", CAPTURE, "--json", "--all-matches").stdout.splitlines()
                       for rules in (RULES, [*RULES, path]))
        ours = [line for line in grown if b'"rule":"Grown ' not in line]
        self.assertGreater(len(base), 0)
        self.assertEqual(ours, base)

    def test_long_lists_mean_their_members(self):
        for kind, member in (("strings", "/srv/amber/amber/item-0.key"), ("networks", "64.0.0.0/27")):
            with self.subTest(kind):
                text = made(kind, 500)
                self.assertIn(member.encode(), text)
                image = self.image(self.file(f"{kind}.yaml", text))
                shown = falcoc("disasm", image)
                self.assert_exit(shown, OK)
                self.assertIn(member, shown.stdout.decode())


class Chart(ProgramTest):
    """Of small recorded results, one file of them changed at a time."""

    def setUp(self):
        super().setUp()
        self.results = self.folder / "results"
        shutil.copytree(pathlib.Path(__file__).parent / "bench_results", self.results)

    def chart(self):
        """(exit code, page or None, what was said)"""
        page = self.folder / "chart.html"
        done = subprocess.run([sys.executable, "-B", str(SOURCE / "scripts" / "bench_chart.py"), str(self.results), str(page)],
                              capture_output=True, check=False)
        return done.returncode, page.read_text() if page.exists() else None, done.stderr.decode()

    def change(self, name, change):
        path = self.results / f"{name}.json"
        data = json.loads(path.read_text())
        change(data)
        path.write_text(json.dumps(data))

    def assert_broken(self, *words):
        code, page, said = self.chart()
        self.assertEqual((code, page), (1, None))
        self.assertNotIn("Traceback", said)
        for word in words:
            self.assertIn(word, said)

    def test_one_page_shows_everything(self):
        code, page, said = self.chart()
        self.assertEqual((code, said), (0, ""))
        ratio = json.loads((self.results / "compare.json").read_text())["rows"][0]["ratio"]
        for words in ("A processor", "2026-01-02", "capture syscalls", f"{ratio:.2f}×", ">5×<", ">8×<", "read / state / rules",
                      "update_state/process", "100,000 networks", "560 rules", "goal 150 ms"):
            self.assertIn(words, page)
        self.assertNotIn("Not measured", page)
        self.assertNotIn("http", page, "the page needs the network")

    def test_drawings_are_well_formed_and_keep_within_their_frames(self):
        drawings = re.findall(r"<svg [^>]*role.*?</svg>", self.chart()[1], re.DOTALL)
        self.assertGreaterEqual(len(drawings), 6)
        for drawing in drawings:
            root = xml.etree.ElementTree.fromstring(drawing)
            width, height = map(float, root.get("viewBox").split()[2:])
            for box in root.iter("rect"):
                self.assertLessEqual(float(box.get("x")) + float(box.get("width")), width)
                self.assertLessEqual(float(box.get("y")) + float(box.get("height")), height)

    def test_rules_that_take_less_than_reading_everything(self):
        def change(rows):
            rows[2]["ns_per_event"] = rows[0]["ns_per_event"]
        self.change("replay", change)
        code, page, _ = self.chart()
        self.assertEqual(code, 0)
        self.assertIn('class="mark"', page)

    def test_what_is_not_there_is_said_to_be_missing(self):
        (self.results / "growth.json").unlink()
        code, page, _ = self.chart()
        self.assertEqual(code, 0)
        self.assertIn("Not measured: make bench-growth.", page)
        shutil.rmtree(self.results)
        self.results.mkdir()
        (self.folder / "chart.html").unlink()
        self.assert_broken("no results")

    def test_broken_files_are_named(self):
        whole = (self.results / "growth.json").read_text()
        for text in ("", whole[:len(whole) // 2], "{}", "[1]", "\0"):
            with self.subTest(text[:10]):
                (self.results / "growth.json").write_text(text)
                self.assert_broken("growth.json")

    def test_broken_figures_are_named(self):
        changes = [("compare", "ratio", lambda d: d["rows"][1].pop("ratio")),
                   ("compare", "ratio", lambda d: d["rows"][1].update(ratio="5")),
                   ("compare", "row 2", lambda d: d["rows"][1].update(falco_vm_ns=float("nan"))),
                   ("growth", "ns", lambda d: d["rows"][0].update(ns=[1])),
                   ("growth", "alerts", lambda d: d["rows"][0].update(alerts=[1, None])),
                   ("compile", "process_ms", lambda d: d.update(process_ms=None)),
                   ("parts", "benchmark 1", lambda d: d["benchmarks"][0].pop("cpu_time")),
                   ("parts", "allocs", lambda d: d["benchmarks"][0].update(allocs="many")),
                   ("replay", "stage", lambda d: d[0].pop("stage"))]
        for name, word, change in changes:
            with self.subTest(name, word=word):
                before = (self.results / f"{name}.json").read_text()
                self.change(name, change)
                self.assert_broken(f"{name}.json", word)
                (self.results / f"{name}.json").write_text(before)


if __name__ == "__main__":
    unittest.main()
