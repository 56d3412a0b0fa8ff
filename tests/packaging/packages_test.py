#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Debian packages: what they hold, what their scripts do, and that removing them leaves nothing. Needs no root but for the
last; DKMS and systemctl are fakes that write down their calls."""
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE, BUILD = pathlib.Path(os.environ["FALCO_SOURCE"]), pathlib.Path(os.environ["FALCO_BUILD"])
NEEDED = ("dpkg-deb", "dpkg-shlibdeps", "dpkg", "cmake")
VERSION = re.search(r"VERSION (\S+)", (SOURCE / "CMakeLists.txt").read_text(encoding="utf-8").split("project(")[1]).group(1)
KERNELS = {"6.1.0-1-amd64": True, "6.1.0-2-amd64": True, "6.5.0-nothing": False}  # release -> has headers


def run(*command, **kwargs):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120, check=False, **kwargs)
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build(out):
    """Dated in the future: dpkg-deb itself would hide times that are later than the date asked for."""
    run(SOURCE / "packaging" / "deb" / "build.sh", BUILD, out, env=dict(os.environ, SOURCE_DATE_EPOCH="4000000000"))
    return {p.name.split("_")[0]: p for p in pathlib.Path(out).glob("*.deb")}


def described(program, section):
    """Where its manual and its completions lie."""
    return {f"usr/share/man/man{section}/{program}.{section}.gz", f"usr/share/bash-completion/completions/{program}",
            f"usr/share/zsh/vendor-completions/_{program}", f"usr/share/fish/vendor_completions.d/{program}.fish"}


class DebTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="packages."))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.debs = build(cls.folder / "debs")
        for name, deb in cls.debs.items():
            run("dpkg-deb", "--raw-extract", deb, cls.folder / name)

    def files(self, package):
        root = self.folder / package
        return {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file() and "DEBIAN" not in p.parts}

    def control(self, package, file="control"):
        return (self.folder / package / "DEBIAN" / file).read_text(encoding="utf-8")


class Contents(DebTest):
    def test_each_thing_is_in_its_package(self):
        self.assertEqual(sorted(self.debs), ["falco-probe-dkms", "falco-vm", "falcoc"])
        source = f"usr/src/falco-probe-{VERSION}"
        for package, names in {
                "falcoc": {"usr/bin/falcoc", *described("falcoc", 1)},
                "falco-vm": {"usr/bin/falco-vm", "usr/bin/falco-probe-loader", "usr/share/falco-vm/rules.fbc", "etc/default/falco-vm",
                             "usr/lib/systemd/system/falco-vm.service", "usr/share/doc/falco-vm/installing.md",
                             *described("falco-vm", 1), *described("event-generator", 1), *described("falco-probe-loader", 8)},
                "falco-probe-dkms": {f"{source}/dkms.conf", f"{source}/vm/abi/events.def", f"{source}/capture/kmod/Makefile"}}.items():
            with self.subTest(package=package):
                self.assertEqual(names - self.files(package), set())
                self.assertIn(f"usr/share/doc/{package}/copyright", self.files(package))
        everything = [f for package in self.debs for f in self.files(package)]
        self.assertEqual(len(everything), len(set(everything)), "a file is in two packages")

    def test_owners_and_modes(self):
        for package, deb in self.debs.items():
            for line in run("dpkg-deb", "--contents", deb).splitlines():
                mode, owner, path = line.split()[0], line.split()[1], line.split()[5]
                executable = path.startswith("./usr/bin/") and path != "./usr/bin/"
                self.assertEqual(owner, "root/root", line)
                self.assertEqual(mode, "drwxr-xr-x" if mode[0] == "d" else "-rwxr-xr-x" if executable else "-rw-r--r--", line)

    def test_checksums_cover_every_file(self):
        for package in self.debs:
            rows = dict(reversed(line.split("  ")) for line in self.control(package, "md5sums").splitlines())
            self.assertEqual(set(rows), self.files(package))
            for name, digest in rows.items():
                self.assertEqual(hashlib.md5((self.folder / package / name).read_bytes()).hexdigest(), digest)

    def test_control(self):
        for package in self.debs:
            text = self.control(package)
            self.assertIn(f"\nVersion: {VERSION}\n", text)
            self.assertNotIn("@", text.replace("@example.org", ""))
            configuration = {"/" + f for f in self.files(package) if f.startswith("etc/")}
            listed = set(self.control(package, "conffiles").split()) if configuration else set()
            self.assertEqual(configuration, listed)
        self.assertRegex(self.control("falco-vm"), r"(?m)^Depends: .*libc6 .*, kmod$")
        self.assertRegex(self.control("falcoc"), r"(?m)^Depends: .*libantlr4-runtime.*libyaml-cpp")
        self.assertNotRegex(self.control("falco-vm"), "antlr|yaml-cpp")

    def test_same_sources_same_bytes(self):
        again = build(self.folder / "again")
        for package, deb in self.debs.items():
            self.assertEqual(deb.read_bytes(), again[package].read_bytes(), package)

    def test_unit_names_what_is_installed(self):
        unit = (self.folder / "falco-vm/usr/lib/systemd/system/falco-vm.service").read_text(encoding="utf-8")
        self.assertNotIn("@CMAKE", unit)
        paths = re.findall(r"[=:+-]/((?:usr|etc)/\S+)", unit)
        self.assertEqual(len(paths), 5)
        self.assertEqual(set(paths) - self.files("falco-vm"), set())

    def test_sources_include_nothing_that_is_missing(self):
        """Each #include "..." of the module finds its file in one of the folders that are carried."""
        top = self.folder / "falco-probe-dkms" / "usr" / "src" / f"falco-probe-{VERSION}"
        for file in top.glob("capture/kmod/*.[chd]*"):
            for name in re.findall(r'(?m)^\s*#\s*include\s+"([^"]+)"', file.read_text(encoding="utf-8")):
                self.assertTrue(any((f / name).is_file() for f in (file.parent, top, top / "vm/abi")), f"{file.name} includes {name}")

    def test_module_is_of_the_projects_version(self):
        for text in [p.read_text(encoding="utf-8") for p in (SOURCE / "capture" / "kmod").glob("*.[ch]")]:
            for version in re.findall(r'define FALCO_PROBE_VERSION "([^"]+)"', text):
                self.assertEqual(version, VERSION)


class Scripts(DebTest):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="root.", dir=self.folder))
        self.log = self.root / "calls"
        self.fakes = self.root / "fakes"
        self.fakes.mkdir()
        self.state = self.root / "var" / "lib" / "dkms" / "falco-probe" / VERSION
        self.fake("dkms", f'case $1 in add) mkdir -p "{self.state}";; remove) rmdir -p --ignore-fail-on-non-empty "{self.state}";; esac')
        self.fake("rmmod", 'rm -r "$DPKG_ROOT/sys/module/$1"')
        self.fake("systemctl", ":")
        for release, headers in KERNELS.items():
            (self.root / "lib/modules" / release / ("build/include" if headers else "kernel")).mkdir(parents=True)

    def fake(self, name, body):
        script = self.fakes / name
        script.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.log}"\n{body}\n')
        script.chmod(0o755)

    def environment(self):
        return dict(os.environ, PATH=f"{self.fakes}:{os.environ['PATH']}:/usr/sbin:/sbin", DPKG_ROOT=str(self.root))

    def script(self, package, name, *arguments):
        """Runs it; returns the calls it made."""
        self.log.write_text("")
        run(self.folder / package / "DEBIAN" / name, *arguments, env=self.environment())
        return self.log.read_text().splitlines()

    def test_dkms_package(self):
        of = f"-m falco-probe -v {VERSION}"
        built = [f"dkms install {of} -k {kernel}" for kernel, headers in KERNELS.items() if headers]
        self.assertEqual(self.script("falco-probe-dkms", "postinst", "configure", ""), [f"dkms add {of}", *built])
        self.assertEqual(self.script("falco-probe-dkms", "postinst", "configure", VERSION), built)
        self.assertEqual(self.script("falco-probe-dkms", "postinst", "abort-remove"), [])
        (self.root / "sys/module/falco_probe").mkdir(parents=True)
        self.assertEqual(self.script("falco-probe-dkms", "prerm", "upgrade", "9"), [f"dkms remove {of} --all"])
        self.assertEqual(self.script("falco-probe-dkms", "prerm", "remove"), ["rmmod falco_probe"])
        self.assertEqual(self.script("falco-probe-dkms", "prerm", "remove"), [])

    def test_dkms_package_where_nothing_builds(self):
        self.fake("dkms", "[ $1 != install ]")
        self.assertEqual(len(self.script("falco-probe-dkms", "postinst", "configure", "")), 3)

    def test_module_in_use(self):
        (self.root / "sys/module/falco_probe").mkdir(parents=True)
        self.fake("rmmod", "exit 1")
        self.assertEqual(self.script("falco-probe-dkms", "prerm", "remove"), ["rmmod falco_probe"])

    def test_runtime_package(self):
        self.assertEqual(self.script("falco-vm", "postinst", "configure", ""), [])
        self.assertEqual(self.script("falco-vm", "prerm", "remove"), ["systemctl --quiet disable falco-vm.service"])
        (self.root / "run/systemd/system").mkdir(parents=True)
        self.assertEqual(self.script("falco-vm", "postinst", "configure", ""), ["systemctl daemon-reload"])
        self.assertEqual(self.script("falco-vm", "postinst", "configure", "0.0.9"),
                         ["systemctl daemon-reload", "systemctl try-restart falco-vm.service"])
        self.assertEqual(self.script("falco-vm", "prerm", "upgrade", "9"), [])
        self.assertEqual(self.script("falco-vm", "prerm", "remove")[0], "systemctl stop falco-vm.service")
        self.assertEqual(self.script("falco-vm", "postrm", "remove"), ["systemctl daemon-reload"])
        self.assertEqual(self.script("falco-vm", "postrm", "purge"), [])

    def test_dpkg_installs_and_purges_without_a_trace(self):
        if os.geteuid() != 0:
            self.skipTest("dpkg sets owners, which only root can")
        database = self.root / "var/lib/dpkg"
        (database / "updates").mkdir(parents=True)
        (database / "info").mkdir()
        (database / "status").touch()
        dpkg = ["dpkg", f"--root={self.root}", "--force-script-chrootless", "--force-depends", "--log=/dev/null"]

        def tree():
            return {p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if "var/lib/dpkg" not in p.as_posix()}
        self.log.touch()
        before = tree()
        run(*dpkg, "--install", *self.debs.values(), env=self.environment())
        installed = tree() - before
        for package in self.debs:
            self.assertEqual(self.files(package) - installed, set())
        run(*dpkg, "--purge", *self.debs, env=self.environment())
        self.assertEqual(tree(), before)


if __name__ == "__main__":
    missing = [n for n in NEEDED if not shutil.which(n)]
    if missing or not (BUILD / "rules.fbc").exists():
        print(f"SKIP: {'no ' + ', '.join(missing) if missing else 'programs of this build are not for packages'}")
        sys.exit(77)
    unittest.main()
