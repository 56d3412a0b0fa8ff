#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SARIF against the schema of OASIS (scripts/sarif-schema.sh gets it). formats_test.py checks its shape without that."""
import copy
import json
import re
import sys
import unittest

from programs import CLEAN_RULE as CLEAN, OK, OUTSIDE, RULES, SOURCE, WRONG_INPUT, ProgramTest, falcoc

SCHEMA = SOURCE / "build" / "sarif" / "sarif-schema-2.1.0.json"
try:
    import jsonschema
except ImportError:
    jsonschema = None

FINDINGS = CLEAN.replace(", openat2", "").replace("/etc/shadow", "/etc/shadow and proc.name in (names)") + """- list: names
  items: [nc, socat, nc]
"""
SHADOWED = CLEAN + CLEAN.replace("Hashes read", "Again")
WRONG = CLEAN.replace("fd.name", "fd.nam")
STRANGE = CLEAN.replace("/etc/shadow", "\"/tmp/ü😀 \\\"<&'%\u200b\u202e\" and proc.name = systemd-resolved") + "- list: \"ä , b\"\n  items: []\n"


class Schema(ProgramTest):
    def setUp(self):
        super().setUp()
        schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
        self.assertIn("oasis-tcs/sarif-spec", schema["$id"])
        self.validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())

    def errors(self, document):
        return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in self.validator.iter_errors(document)]

    def document(self, *arguments, code=OK):
        """A document that is valid, and its results."""
        result = falcoc(*arguments, "--format", "sarif")
        self.assert_exit(result, code)
        document = json.loads(result.stdout)
        self.assertEqual(self.errors(document), [])
        return document, document["runs"][0]["results"]

    def lint(self, text, *options, name="r.yaml", code=OK):
        return self.document("lint", self.file(name, text), "--strict", "--target", "falco-0.36", *options, code=code)

    def test_no_findings(self):
        self.assertEqual(self.document("lint", self.file("r.yaml", CLEAN))[1], [])
        self.assertEqual(self.document(self.file("r.yaml", CLEAN))[1], [])

    def test_every_severity(self):
        for text, options, code, levels in ((FINDINGS, (), OK, {"warning"}), (WRONG, (), WRONG_INPUT, {"error"}),
                                            (FINDINGS, ("--deny", "FC4203"), WRONG_INPUT, {"warning", "error"})):
            self.assertEqual({r["level"] for r in self.lint(text, *options, code=code)[1]}, levels)

    def test_repairs_and_near_names(self):
        self.assertGreater(sum("fixes" in r for r in self.lint(FINDINGS)[1]), 1)
        self.assertTrue(all("fixes" in r for r in self.lint(WRONG, code=WRONG_INPUT)[1]))

    def test_related_places(self):
        self.assertTrue(any("relatedLocations" in r for r in self.lint(SHADOWED)[1]))

    def test_strange_letters(self):
        _, results = self.lint(STRANGE, name="a b#c%d?ü:'\".yaml")
        self.assertGreater(len(results), 1)
        uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in results}
        self.assertTrue(all(re.fullmatch(r"[A-Za-z0-9:/._~!$&'()*+,;=@%-]+", uri) for uri in uris), uris)
        self.lint(CLEAN.encode().replace(b"shadow", b"sh\xffdow"), code=WRONG_INPUT)
        self.lint(CLEAN.encode().replace(b"shadow", b"sh\x00dow"), code=WRONG_INPUT)

    def test_results_without_a_place(self):
        _, results = self.document(self.folder / "absent.yaml", code=OUTSIDE)
        self.assertNotIn("locations", results[0])

    def test_every_example(self):
        """All messages of the goldens, and lints of the default rules."""
        seen = set()
        for path in sorted((SOURCE / "tests" / "golden" / "diag").glob("*.yaml")):
            result = falcoc(path, "--format", "sarif")
            document = json.loads(result.stdout)
            self.assertEqual(self.errors(document), [], path)
            seen.update(r["ruleId"] for r in document["runs"][0]["results"])
        self.assertGreater(len(seen), 40)
        self.document("lint", *RULES, "--strict", "--target", "falco-0.36")

    def test_the_schema_sees_mistakes(self):
        good, _ = self.lint(FINDINGS)
        for spoil in (lambda r: r.pop("message"), lambda r: r.update(extra=1), lambda r: r.update(level="bad"), lambda r: r.update(ruleIndex="0"),
                      lambda r: r["locations"][0]["physicalLocation"]["region"].update(startLine=0)):
            document = copy.deepcopy(good)
            spoil(document["runs"][0]["results"][0])
            self.assertNotEqual(self.errors(document), [])


if __name__ == "__main__":
    missing = "no jsonschema for Python (scripts/install-deps.sh sarif)" if jsonschema is None else \
        "no schema (scripts/sarif-schema.sh build/sarif)" if not SCHEMA.is_file() else ""
    if missing:
        print(f"SKIP: {missing}")
        sys.exit(77)
    unittest.main()
