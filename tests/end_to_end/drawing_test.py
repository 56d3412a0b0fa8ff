#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""falcoc explain RULE --dot and --svg: both draw every instruction and every way through the program; the picture's boxes and
lanes do not lie on each other, and it needs nothing from outside."""
import json
import re
import unittest
import xml.etree.ElementTree

from programs import OK, RULES, USAGE, ProgramTest, falcoc

SVG = "{http://www.w3.org/2000/svg}"
RULE = """- rule: "a <b> & \\"c\\""
  desc: d
  condition: >
    (evt.type = openat and (fd.name startswith /etc/ or fd.name = "/<&\\">" or proc.name in (nc, socat)) and not user.name = root)
    or (evt.type = close and proc.name = %s)
  output: o
  priority: INFO
""" % ("x" * 200)
NAME = 'a <b> & "c"'


class Drawing(ProgramTest):
    def draw(self, form, name=NAME, rules=None):
        result = falcoc("explain", name, *(rules or [self.file("r.yaml", RULE)]), form)
        self.assert_exit(result, OK)
        self.assertEqual(result.stderr, b"")
        return result.stdout.decode()

    def check(self, name, rules):
        """Counts of boxes and ways are those of the other drawing; nothing overlaps."""
        dot = self.draw("--dot", name, rules)
        root = xml.etree.ElementTree.fromstring(self.draw("--svg", name, rules))
        boxes = [tuple(int(box.get(key)) for key in ("x", "y", "width", "height")) for box in root.iter(f"{SVG}rect") if box.get("class")]
        ways = [path.get("d") for path in root.iter(f"{SVG}path") if path.get("marker-end")]
        self.assertEqual(len(boxes), len(re.findall(r"^ +p\d+_\d+ \[", dot, re.M)))
        self.assertEqual(len(ways), len(re.findall(r"^ +p\d+_\d+ -> ", dot, re.M)))
        boxes.sort(key=lambda box: box[1])
        for above, below in zip(boxes, boxes[1:]):
            self.assertLess(above[1] + above[3], below[1])
        width, height = int(root.get("width")), int(root.get("height"))
        self.assertTrue(all(x + w < width and y + h < height for x, y, w, h in boxes))
        lanes = {}  # (column, end): where it begins
        for way in ways:
            if across := re.fullmatch(r"M(\d+) (\d+)H(\d+)V(\d+)H(\d+)", way):
                begin, y, lane, target, end = map(int, across.groups())
                self.assertEqual(begin, end)
                self.assertLess(y, target)
                self.assertTrue(all(x + w <= lane < width for x, top, w, h in boxes if y <= top <= target))
                lanes[lane, target] = min(y, lanes.get((lane, target), y))
        for (lane, target), y in lanes.items():
            for (other, other_target), other_y in lanes.items():
                if lane == other and target != other_target:
                    self.assertTrue(target < other_y or other_target < y, "lanes of two places meet")
        return root

    def test_letters_and_long_texts(self):
        root = self.check(NAME, [self.file("r.yaml", RULE)])
        texts = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
        self.assertTrue(any(text.startswith(f"alert: {NAME}") for text in texts))
        self.assertTrue(any("/<&" in text for text in texts))
        self.assertIn("x" * 200, [t for t in texts if "xxx" in t][0])  # whole in its title
        self.assertTrue(all(len(text.text or "") <= 101 for text in root.iter(f"{SVG}text")))
        self.assertEqual({text.get("class") for text in root.iter(f"{SVG}text")}, {None, "events", "way"})

    def test_nothing_from_outside(self):
        text = self.draw("--svg")
        self.assertNotRegex(text, r"href|url\((?!#)|script|<image")

    def test_default_rules(self):
        names = [row["name"] for row in json.loads(falcoc("list", "rules", *RULES, "--json").stdout)][::40]
        self.assertGreater(len(names), 2)
        for name in names:
            with self.subTest(name):
                self.check(name, RULES)

    def test_refusals(self):
        rules = self.file("r.yaml", RULE)
        self.assert_refused(falcoc("explain", NAME, rules, "--dot", "--svg"), USAGE, "--svg")
        self.assert_refused(falcoc("explain", "none", rules, "--svg"), USAGE, "no rule")


if __name__ == "__main__":
    unittest.main()
