#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The pre-commit hooks and the GitHub Action: what they name exists, and their commands do what they are for on sample rules.
Neither pre-commit nor GitHub is needed: what those would run is run here."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from small_yaml import read

SOURCE, BUILD = pathlib.Path(os.environ["FALCO_SOURCE"]), pathlib.Path(os.environ["FALCO_BUILD"])
GOOD = (SOURCE / "tests" / "support" / "clean_rule.yaml").read_text(encoding="utf-8")
TESTS = """cases:
  # Laid out as fmt would not; it is for rules only.
  - {name: cat, hit: Hashes read, process: {name: cat}, events: [openat: /etc/shadow]}
"""
FINDING = GOOD.replace(", openat2", "")       # easy to get around
UGLY = GOOD.replace("[host]", "[  host ]")    # only laid out differently
WRONG = GOOD.replace("fd.name", "fd.nome")    # does not compile
SILENT = GOOD.replace("shadow", "gshadow")    # fine, but fails its test


def document(name):
    return read((SOURCE / name).read_text(encoding="utf-8"))


class CiTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ci."))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "rules" / "tests").mkdir(parents=True)
        (self.folder / "rules" / "tests" / "a.yaml").write_text(TESTS, encoding="utf-8")
        self.rules = self.folder / "rules" / "a.yaml"

    def run_here(self, command, **environment):
        path = environment.pop("PATH", f"{BUILD / 'bin'}:{os.environ['PATH']}")
        return subprocess.run(command, cwd=self.folder, env=dict(os.environ, PATH=path, NO_COLOR="1", **environment), timeout=120,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)

    def test_a_library_sees_the_same(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("no YAML library")
        for name in (".pre-commit-hooks.yaml", "action.yml", "ci/github/example-workflow.yml"):
            loaded = yaml.safe_load((SOURCE / name).read_text(encoding="utf-8"))
            if True in loaded:  # YAML 1.1 takes the key `on` for a truth
                loaded["on"] = loaded.pop(True)
            self.assertEqual(loaded, document(name), name)


class Hooks(CiTest):
    def hook(self, name, rules):
        """Runs a hook as pre-commit does, on a change of the sample rules; its exit code."""
        hook, = [h for h in document(".pre-commit-hooks.yaml") if h["id"] == name]
        self.rules.write_text(rules, encoding="utf-8")
        files = [p.relative_to(self.folder).as_posix() for p in sorted(self.folder.rglob("*.yaml"))]
        files = [f for f in files if re.search(hook.get("files", ""), f)] if hook.get("pass_filenames", True) else []
        done = self.run_here([*hook["entry"].split(), *hook.get("args", []), *files])
        return done.returncode

    def test_keys(self):
        known = {"id", "name", "description", "entry", "args", "language", "types", "files", "pass_filenames", "require_serial"}
        hooks = document(".pre-commit-hooks.yaml")
        self.assertEqual([h["id"] for h in hooks], ["falcoc-lint", "falcoc-fmt", "falcoc-test"])
        for hook in hooks:
            self.assertEqual(set(hook) - known, set())
            self.assertEqual(set("id name entry language".split()) - set(hook), set())
            self.assertEqual(hook["language"], "system")

    def test_lint(self):
        self.assertEqual([self.hook("falcoc-lint", text) for text in (GOOD, FINDING, WRONG)], [0, 0, 1])

    def test_fmt(self):
        self.assertEqual(self.hook("falcoc-fmt", UGLY), 0)
        self.assertEqual(self.rules.read_text(encoding="utf-8"), GOOD)
        self.assertEqual((self.folder / "rules/tests/a.yaml").read_text(encoding="utf-8"), TESTS)

    def test_test(self):
        self.assertEqual([self.hook("falcoc-test", text) for text in (GOOD, SILENT)], [0, 1])

    def test_document_names_them(self):
        page = (SOURCE / "docs" / "ci.md").read_text(encoding="utf-8")
        self.assertEqual(set(re.findall(r"- id: (\S+)", page)), {h["id"] for h in document(".pre-commit-hooks.yaml")})
        self.assertEqual(set(re.findall(r"^\| `([a-z-]+)` \|", page, re.M)), set(document("action.yml")["inputs"]))


class Action(CiTest):
    def setUp(self):
        super().setUp()
        self.action = document("action.yml")
        self.steps = {step["name"]: step for step in self.action["runs"]["steps"]}

    def step(self, name, rules=GOOD, path=None, action=SOURCE, **inputs):
        """Runs a step as GitHub does; its exit code, what it printed, and its outputs."""
        self.rules.write_text(rules, encoding="utf-8")
        values = {key: value["default"] for key, value in self.action["inputs"].items()}
        values.update({key.replace("_", "-"): value for key, value in inputs.items()})
        environment = {key: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda m: values[m[1]], text)
                       for key, text in self.steps[name].get("env", {}).items()}
        for file in ("output", "path"):
            (self.folder / file).write_text("")
            environment[f"GITHUB_{file.upper()}"] = str(self.folder / file)
        if path:
            environment["PATH"] = path
        done = self.run_here(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self.steps[name]["run"]],
                             GITHUB_ACTION_PATH=str(action), RUNNER_TEMP=str(self.folder), **environment)
        outputs = dict(line.split("=", 1) for line in (self.folder / "output").read_text().splitlines())
        return done.returncode, done.stdout, outputs

    def run_all(self, rules, **inputs):
        """Runs the steps as GitHub does: names of those that ran, whether the action succeeded, and the outputs of Lint."""
        values = {key: value["default"] for key, value in self.action["inputs"].items()}
        values.update(inputs)
        ran, success, outputs = [], True, {}
        for name, step in self.steps.items():
            condition = step.get("if", "${{ success() }}")
            terms = re.fullmatch(r"\$\{\{ (.*) \}\}", condition).group(1).split(" && ")
            known = {"success()": success, "!cancelled()": True, "steps.lint.outputs.sarif != ''": outputs.get("sarif", "") != ""}
            known.update({f"inputs.{key} == 'true'": value == "true" for key, value in values.items()})
            known.update({f"inputs.{key} != ''": value != "" for key, value in values.items()})
            # A condition that does not ask how the others went has success() in it.
            if not all(known[term] for term in terms) or not (success or "!cancelled()" in terms):
                continue
            ran.append(name)
            if "uses" in step:
                self.assertEqual(step["with"]["sarif_file"], "${{ steps.lint.outputs.sarif }}")
                json.loads(pathlib.Path(outputs["sarif"]).read_text(encoding="utf-8"))
                continue
            code, _, said = self.step(name, rules, **{key.replace("-", "_"): value for key, value in inputs.items()})
            success = success and code == 0
            outputs.update(said)
        return ran, success, outputs

    def test_whole_runs(self):
        everything = {"format-check": "true", "tests": "rules/"}
        names = list(self.steps)
        self.assertEqual(len(names), 5)
        self.assertEqual(self.run_all(GOOD)[:2], (names[:3], True))
        self.assertEqual(self.run_all(GOOD, upload="false")[:2], (names[:2], True))
        self.assertEqual(self.run_all(GOOD, **everything)[:2], (names, True))
        self.assertEqual(self.run_all(UGLY, **everything)[:2], (names, False))
        self.assertEqual(self.run_all(SILENT, **everything)[:2], (names, False))
        # What failed hides nothing that comes after it.
        ran, success, outputs = self.run_all(WRONG, **everything)
        self.assertEqual((ran, success), (names, False))
        self.assertIn("FC2003", pathlib.Path(outputs["sarif"]).read_text(encoding="utf-8"))
        self.assertEqual(self.run_all(GOOD, **{"lint-options": "--nonsense"})[:2], (names[:2], False))

    def test_inputs_and_outputs_are_declared_and_used(self):
        text = (SOURCE / "action.yml").read_text(encoding="utf-8")
        self.assertEqual(set(re.findall(r"inputs\.([\w-]+)", text)), set(self.action["inputs"]))
        self.assertEqual(set(re.findall(r"steps\.([\w-]+)\.outputs\.([\w-]+)", text)), {("lint", "sarif")})
        self.assertEqual([s.get("id") for s in self.steps.values() if "id" in s], ["lint"])
        for step in self.steps.values():
            self.assertEqual("run" in step, "shell" in step)
            self.assertNotIn("${{", step.get("run", ""), "an input would be read as shell")

    def test_lint(self):
        code, said, outputs = self.step("Lint", FINDING)
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"(?m)^::warning file=rules/a.yaml,line=3,.*title=FC4203")
        run, = json.loads(pathlib.Path(outputs["sarif"]).read_text(encoding="utf-8"))["runs"]
        self.assertEqual([r["ruleId"] for r in run["results"]], ["FC4203"])

    def test_lint_with_options(self):
        code, said, outputs = self.step("Lint", FINDING, lint_options="--strict  --Werror")
        self.assertEqual(code, 1, said)
        self.assertTrue(outputs["sarif"])
        self.assertEqual(self.step("Lint", GOOD, lint_options="--strict --Werror")[0], 0)

    def test_nothing_to_upload(self):
        self.assertEqual(self.step("Lint", lint_options="--nonsense")[::2], (2, {}))
        code, _, outputs = self.step("Lint", lint_options="absent.yaml")
        self.assertEqual((code, outputs), (3, {}))

    def test_inputs_are_not_shell(self):
        for text in ("$(touch seen)", "`touch seen`", "; touch seen", "--strict) && touch seen #"):
            self.step("Lint", GOOD, lint_options=text)
            self.assertFalse((self.folder / "seen").exists(), text)

    def test_layout(self):
        self.assertEqual([self.step("Check the layout", text)[0] for text in (GOOD, UGLY)], [0, 1])

    def test_tests(self):
        self.assertEqual([self.step("Test", text, tests="rules/")[0] for text in (GOOD, SILENT)], [0, 1])

    def test_builds_only_when_there_is_none(self):
        code, said, _ = self.step("Find or build falcoc")
        self.assertEqual((code, (self.folder / "path").read_text()), (0, ""), said)
        fakes = self.folder / "fakes"
        fakes.mkdir()
        project = self.folder / "project"
        (project / "scripts").mkdir(parents=True)
        (project / "ci").symlink_to(SOURCE / "ci")
        for program, text in ((fakes / "make", "make $*"), (project / "scripts/install-deps.sh", "install $*")):
            program.write_text(f"#!/bin/sh\necho {text}\n")
            program.chmod(0o755)
        for command in ("bash", "dirname"):
            (fakes / command).symlink_to(shutil.which(command))
        code, said, _ = self.step("Find or build falcoc", path=str(fakes), action=project)
        self.assertEqual((code, said), (0, f"install build\nmake -C {project} build\n"))
        self.assertEqual((self.folder / "path").read_text(), f"{project}/build/release/bin\n")

    def test_example_workflow(self):
        workflow = document("ci/github/example-workflow.yml")
        self.assertEqual(workflow["permissions"]["security-events"], "write")
        step, = [s for s in workflow["jobs"]["rules"]["steps"] if s["uses"].startswith("OWNER/")]
        version = re.search(r"project\(falcoc VERSION (\S+)", (SOURCE / "CMakeLists.txt").read_text(encoding="utf-8")).group(1)
        self.assertEqual(step["uses"], f"OWNER/falcoc@v{version}")
        self.assertEqual(set(step["with"]) - set(self.action["inputs"]), set())


if __name__ == "__main__":
    unittest.main()
