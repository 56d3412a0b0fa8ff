#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Kubernetes files are well-formed and agree with each other, with the project's version and with the packages.

They keep to the small part of YAML that small_yaml.py reads. Where a YAML library is installed, it must see the same.
"""
import os
import pathlib
import re
import unittest

from small_yaml import read

SOURCE = pathlib.Path(os.environ["FALCO_SOURCE"])
FOLDER = SOURCE / "deploy" / "k8s"
VERSION = re.search(r"project\(falcoc VERSION (\S+)", (SOURCE / "CMakeLists.txt").read_text(encoding="utf-8")).group(1)


class Deploy(unittest.TestCase):
    def setUp(self):
        self.texts = {p.name: p.read_text(encoding="utf-8") for p in sorted(FOLDER.glob("*.yaml"))}
        self.documents = {name: read(text) for name, text in self.texts.items()}

    def pods(self):
        for name in ("daemonset.yaml", "event-generator.yaml"):
            yield self.documents[name]["spec"]["template"]["spec"]

    def containers(self):
        for pod in self.pods():
            yield from pod.get("initContainers", []) + pod["containers"]

    def test_a_library_sees_the_same(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("no YAML library")
        for name, text in self.texts.items():
            self.assertEqual(yaml.safe_load(text), self.documents[name], name)

    def test_reader_refuses_what_it_does_not_know(self):
        for text in ("a: [1]", "a:\n", "a: 1\na: 2", "a: 1\n  b: 2", "a: 'x'", "- a\nb: 1", "a: b: c", "a:\n    b: 1\n  c: 2", "a: \tb"):
            with self.subTest(text=text), self.assertRaises(ValueError):
                read(text)

    def test_kustomization_names_what_is_there(self):
        kustomization = self.documents["kustomization.yaml"]
        for name in kustomization["resources"]:
            self.assertIn(name, self.documents)
        self.assertEqual(kustomization["images"], [{"name": "falco-vm", "newTag": VERSION}])
        self.assertEqual(kustomization["namespace"], self.documents["namespace.yaml"]["metadata"]["name"])
        self.assertEqual({c["image"] for c in self.containers()}, {f"falco-vm:{VERSION}"})
        self.assertIn(f"-t falco-vm:{VERSION} ", (SOURCE / "deploy" / "Dockerfile").read_text(encoding="utf-8"))

    def test_selectors_find_their_pods(self):
        for name in ("daemonset.yaml", "event-generator.yaml"):
            spec = self.documents[name]["spec"]
            self.assertEqual(spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"])
        self.assertEqual([self.documents[n]["kind"] for n in ("daemonset.yaml", "event-generator.yaml")], ["DaemonSet", "Deployment"])

    def test_every_mount_has_its_volume_and_is_used(self):
        for pod in self.pods():
            mounted = {m["name"] for c in pod.get("initContainers", []) + pod["containers"] for m in c.get("volumeMounts", [])}
            self.assertEqual(mounted, {v["name"] for v in pod.get("volumes", [])})

    def test_loader_sees_the_node(self):
        pod = next(self.pods())
        self.assertTrue(pod["hostPID"])
        loader = pod["initContainers"][0]
        self.assertEqual(loader["command"], ["falco-probe-loader"])
        self.assertIn({"name": "HOST_ROOT", "value": "/host"}, loader["env"])
        self.assertTrue(loader["securityContext"]["privileged"])
        paths = {v["name"]: v["hostPath"]["path"] for v in pod["volumes"]}
        seen = {m["mountPath"]: paths[m["name"]] for m in loader["volumeMounts"]}
        for inside, outside in {"/host/boot": "/boot", "/host/usr": "/usr", "/lib/modules": "/lib/modules"}.items():
            self.assertEqual(seen.get(inside), outside)

    def test_runtime_sees_the_node(self):
        pod = next(self.pods())
        runtime = pod["containers"][0]
        self.assertEqual(runtime["env"], [{"name": "HOST_ROOT", "value": "/host"}])
        paths = {v["name"]: v["hostPath"]["path"] for v in pod["volumes"]}
        seen = {m["mountPath"]: paths[m["name"]] for m in runtime["volumeMounts"]}
        self.assertEqual(seen, {"/dev": "/dev", "/host/proc": "/proc", "/host/etc": "/etc"})


if __name__ == "__main__":
    unittest.main()
