#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""falco-probe-loader on a made-up machine: its ways to a loaded module, their order, what it refuses, and its exit codes."""
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from loader_world import ARCH, CONFIG, FAKES, LATER_NAME, LOADER, NAME, RELEASE, VERSION, LoaderTest

OK, USAGE, COMMAND, ROOT, NOTHING, HEADERS, DOWNLOAD, UNFIT, BUILD, CHECKSUM, REFUSED, IN_USE = 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
AUTOINSTALL = f"dkms autoinstall --kernelver {RELEASE}"
INSTALLED = f"lib/modules/{RELEASE}/updates/dkms/falco_probe.ko"
BUILT = f"var/lib/dkms/falco-probe/{VERSION}/{RELEASE}/{ARCH}/module/falco_probe.ko"
URL = "https://h/modules"


class Ways(LoaderTest):
    def test_loaded_one_is_taken(self):
        self.load_already(VERSION, users=3)
        self.assert_exit(self.run_loader(), OK)
        self.assertEqual(self.changes(), [])

    def test_dkms_builds_and_modprobe_loads(self):
        self.sources()
        self.assert_exit(self.run_loader(), OK)
        self.assertEqual(self.changes(), [f"dkms add -m falco-probe -v {VERSION}", AUTOINSTALL, "modprobe falco_probe"])
        self.assertEqual(self.loaded_version(), VERSION)

    def test_known_to_dkms_is_not_added_again(self):
        self.sources()
        (self.dkms_tree / VERSION).mkdir(parents=True)
        self.assert_exit(self.run_loader(), OK)
        self.assertNotIn(f"dkms add -m falco-probe -v {VERSION}", self.changes())

    def test_installed_one_needs_no_dkms(self):
        self.without("dkms")
        self.module(INSTALLED)
        self.assert_exit(self.run_loader(), OK)
        self.assertEqual(self.changes(), ["modprobe falco_probe"])

    def test_installed_one_of_another_version_is_left_alone(self):
        self.without("dkms")
        self.module(INSTALLED, version="0.0.9")
        self.assert_exit(self.run_loader(), NOTHING)
        self.assertEqual(self.changes(), [])

    def test_tree_of_dkms_is_third(self):
        self.module(INSTALLED)
        for ending in ("", ".xz", ".zst", ".gz"):
            with self.subTest(ending=ending):
                file = self.module(BUILT + ending)
                self.fake("modprobe", "echo 'modprobe: ERROR: could not insert: Operation not permitted' >&2; exit 1")
                self.assert_exit(self.run_loader(), OK)
                self.assertEqual(self.changes(), ["modprobe falco_probe", f"insmod /{BUILT}{ending}"])
                file.unlink()
                shutil.rmtree(self.module_state)

    def test_prebuilt_in_both_folders_and_schemes(self):
        self.config()
        for folder in (".falco", ".sysdig"):
            for name in (NAME, LATER_NAME, f"{VERSION}/{ARCH}/{LATER_NAME}"):
                with self.subTest(folder=folder, name=name):
                    file = self.module(f"root/{folder}/{name}")
                    self.assert_exit(self.run_loader(FALCO_PROBE_URL=URL), OK)
                    self.assertEqual(self.changes(), [f"insmod /root/{folder}/{name}"])
                    file.unlink()
                    shutil.rmtree(self.module_state)

    def test_download_is_last_and_kept(self):
        self.config()
        file = self.module("h/modules/" + NAME, below=self.web)
        self.write(f"h/modules/{NAME}.sha256", f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {NAME}\n".encode(), self.web)
        for fake_web_name in (NAME, NAME + ".sha256"):
            (self.web / "h/modules" / fake_web_name).rename(self.web / "h/modules" / fake_web_name.replace("+", "%2B"))
        self.assert_exit(self.run_loader(FALCO_PROBE_URL=URL), OK)
        self.assertEqual([c.split(" ")[0] for c in self.changes()], ["curl", "curl", "insmod"])
        self.assertEqual(self.changes()[-1], f"insmod /root/.falco/{NAME}")
        self.assertEqual(self.left_behind(), [NAME])
        self.assertIn("--proto =https --proto-redir =https", self.changes()[0])
        shutil.rmtree(self.module_state)
        self.assert_exit(self.run_loader(FALCO_PROBE_URL=URL), OK)
        self.assertEqual(self.changes(), [f"insmod /root/.falco/{NAME}"])

    def test_all_ways_in_order(self):
        self.config()
        self.sources()
        self.module(INSTALLED)
        self.module(BUILT)
        for name in (f".falco/{NAME}", f".sysdig/{LATER_NAME}"):
            self.module(f"root/{name}")
        for command in ("modprobe", "insmod"):
            self.fake(command, "exit 1")
        self.assert_exit(self.run_loader(FALCO_PROBE_URL=URL), REFUSED)
        wanted = [AUTOINSTALL, "modprobe falco_probe", f"insmod /{BUILT}", f"insmod /root/.falco/{NAME}", f"insmod /root/.sysdig/{LATER_NAME}"]
        self.assertEqual([c for c in self.changes() if c in wanted], wanted)
        self.assertTrue(self.changes()[-1].startswith("curl "))
        self.assert_exit(self.run_loader("--compile", FALCO_PROBE_URL=URL), REFUSED)
        self.assertEqual(self.changes()[-1], f"insmod /{BUILT}")
        self.assert_exit(self.run_loader("--download", FALCO_PROBE_URL=URL), REFUSED)
        self.assertEqual(self.changes()[0], f"insmod /root/.falco/{NAME}")

    def test_dry_run_shows_the_plan_and_changes_nothing(self):
        self.config()
        self.sources()
        self.load_already("0.0.9")
        self.module(f"root/.sysdig/{NAME}")
        self.write("usr/src/linux-headers-x/Makefile", below=self.host)
        self.fake("id", "echo 1000")
        before = sorted(str(p) for p in self.root.rglob("*"))
        self.assert_exit(self.run_loader("--dry-run", FALCO_PROBE_URL=URL, HOST_ROOT=str(self.host)), OK)
        at = [self.printed.index(t) for t in ("ln -s", "dkms add", "dkms autoinstall", "rmmod falco_probe", "modprobe falco_probe",
                                              f"insmod {self.home}/.sysdig/{NAME}", f"download {URL}/{NAME.replace('+', '%2B')}")]
        self.assertEqual(at, sorted(at))
        self.assertEqual(self.changes(), [])
        self.assertEqual(sorted(str(p) for p in self.root.rglob("*")), before)


class Names(LoaderTest):
    def value(self, key, *arguments, **environment):
        self.assert_exit(self.run_loader("--print-env", *arguments, **environment), OK)
        return re.search(f"(?m)^{key}=(.*)$", self.printed).group(1).replace("\\", "")

    def test_file_name(self):
        self.config()
        self.assertEqual(self.value("FILE"), NAME)

    def test_later_scheme(self):
        for os_release, release, build, name in (
                ("ID=ubuntu", "5.15.0-91-generic", "#101~20.04.1-Ubuntu SMP Thu", "ubuntu-generic_5.15.0-91-generic_101~20.04.1"),
                ("ID=debian", "6.1.0-9-cloud-amd64", "#1 SMP Debian 6.1.27-1 (2023-05-08)", "debian_6.1.27-1-cloud-amd64_1"),
                ('ID="amzn"\nVERSION_ID="2"', "5.10.1-1.amzn2.x86_64", "#1 SMP", "amazonlinux2_5.10.1-1.amzn2.x86_64_1"),
                ('ID="amzn"\nVERSION_ID="2018.03"', "4.14.1-1.amzn1", "#1 SMP", "amazonlinux_4.14.1-1.amzn1_1"),
                ("ID=flatcar\nVERSION_ID=3510.2.1", "5.15.1-flatcar", "#1 SMP", "flatcar_3510.2.1_1"),
                ("ID='fedora'", "6.5.6-300.fc39.x86_64", "#1 SMP PREEMPT", "fedora_6.5.6-300.fc39.x86_64_1"),
                ("NAME=nothing", "6.5.6", "#7-x", "undetermined_6.5.6_7")):
            with self.subTest(os_release=os_release):
                self.write("etc/os-release", os_release.encode() + b"\n")
                self.fake("uname", f"case $1 in -r) echo '{release}';; -m) echo x86_64;; -v) echo '{build}';; esac")
                self.assertEqual(self.value("FILE_LATER_SCHEME"), f"falco-probe_{name}.ko")

    def test_config_in_each_place_in_order(self):
        """From the last place to the first: each found one takes precedence over all those before."""
        places = [(self.root, "proc/config.gz"), (self.root, f"boot/config-{RELEASE}"), (self.host, f"boot/config-{RELEASE}"),
                  (self.root, f"usr/lib/ostree-boot/config-{RELEASE}"), (self.host, f"usr/lib/ostree-boot/config-{RELEASE}"),
                  (self.root, f"lib/modules/{RELEASE}/config"), (self.host, f"lib/modules/{RELEASE}/config")]
        for number, (below, path) in reversed(list(enumerate(places))):
            text = CONFIG + f"CONFIG_PLACE={number}\n".encode()
            self.write(path, gzip.compress(text) if path.endswith(".gz") else text, below)
            for variable in ("HOST_ROOT", "SYSDIG_HOST_ROOT"):
                with self.subTest(path=str(below / path), variable=variable):
                    self.assertEqual(self.value("KERNEL_CONFIG_HASH", **{variable: str(self.host)}), hashlib.md5(text).hexdigest())
            self.assertEqual(self.value("KERNEL_CONFIG", "--host-root", self.host), str(below / path))

    def test_without_host_root_the_host_is_not_asked(self):
        self.write(f"boot/config-{RELEASE}", CONFIG, self.host)
        self.assertEqual(self.value("KERNEL_CONFIG_HASH"), "''")

    def test_damaged_config_is_passed_over(self):
        self.write("proc/config.gz", gzip.compress(CONFIG)[:-9])
        self.config()
        self.assertEqual(self.value("FILE"), NAME)

    def test_version_wanted(self):
        self.assertEqual(self.value("VERSION"), VERSION)
        self.assertEqual(self.value("VERSION", FALCO_PROBE_VERSION="7.1+x"), "7.1+x")
        self.without("falco-vm")
        for version in ("0.9.0", "0.10.0"):
            self.write(f"usr/src/falco-probe-{version}/dkms.conf")
        self.assertEqual(self.value("VERSION"), "0.10.0")
        shutil.rmtree(self.root / "usr")
        self.assert_exit(self.run_loader(), USAGE)
        self.assert_exit(self.run_loader(FALCO_PROBE_VERSION="../../x"), USAGE)


class Refusals(LoaderTest):
    def setUp(self):
        super().setUp()
        self.config()

    def offer(self, content, checksum=None):
        name = NAME.replace("+", "%2B")
        self.write("h/modules/" + name, content, self.web)
        if checksum is not None:
            self.write(f"h/modules/{name}.sha256", checksum, self.web)

    def assert_no_download(self, want):
        self.assert_exit(self.run_loader(FALCO_PROBE_URL=URL), want)
        self.assertEqual(self.called("insmod"), [])
        self.assertEqual(self.left_behind(), [])

    def test_wrong_kernel(self):
        self.module(f"root/.falco/{NAME}", release="6.1.0-44+test-amd6")
        self.assert_exit(self.run_loader(), UNFIT)
        self.assertEqual(self.changes(), [c for c in self.changes() if c.startswith("dkms")])
        self.assertIn("built for kernel 6.1.0-44+test-amd6", self.said)

    def test_wrong_version_in_the_file(self):
        self.module(f"root/.falco/{NAME}", version="0.0.9")
        self.assert_exit(self.run_loader(), UNFIT)
        self.assertEqual(self.called("insmod"), [])

    def test_file_that_others_may_write(self):
        file = self.module(f"root/.falco/{NAME}")
        for mode, owner in ((0o664, os.geteuid()), (0o646, os.geteuid())) + (((0o644, 12345),) if os.geteuid() == 0 else ()):
            with self.subTest(mode=mode, owner=owner):
                os.chown(file, owner, -1)
                file.chmod(mode)
                self.assert_exit(self.run_loader(), UNFIT)
                self.assertEqual(self.called("insmod"), [])

    def test_no_url_no_download(self):
        self.assert_exit(self.run_loader(), NOTHING)
        self.assertEqual(self.called("curl"), [])

    def test_addresses(self):
        for url, options, want in (("http://h/modules", [], USAGE), ("ftp://h/modules", ["--insecure-http"], USAGE),
                                   ("file:///etc", [], USAGE), ("http://h/modules", ["--insecure-http"], DOWNLOAD)):
            with self.subTest(url=url):
                self.assert_exit(self.run_loader(*options, FALCO_PROBE_URL=url), want)
                self.assertEqual(len(self.called("curl")), 1 if want == DOWNLOAD else 0)

    def test_nothing_there(self):
        self.assert_no_download(DOWNLOAD)

    def test_no_checksum_there(self):
        self.offer(b"x")
        self.assert_no_download(DOWNLOAD)

    def test_bad_checksum(self):
        good = self.module("good").read_bytes()
        for checksum in (hashlib.sha256(good + b"x").hexdigest().encode(), b"", b"<html>", hashlib.md5(good).hexdigest().encode()):
            with self.subTest(checksum=checksum):
                self.offer(good, checksum)
                self.assert_no_download(CHECKSUM)

    def test_download_for_another_kernel(self):
        content = self.module("other", release="5.10.0").read_bytes()
        self.offer(content, hashlib.sha256(content).hexdigest().encode())
        self.assert_no_download(UNFIT)

    def test_interrupted_download(self):
        half = "while (($#)); do case $1 in --output) to=$2;; esac; shift; done; echo half >\"$to\"; "
        self.fake("curl", half + "echo 'curl: (18) transfer closed' >&2; exit 18")
        self.assert_no_download(DOWNLOAD)
        self.fake("curl", half + "kill -TERM $PPID; exit 0")
        self.assert_no_download(-15)

    def test_refused_and_why(self):
        self.module(f"root/.falco/{NAME}")
        lockdown = "[1.0] Lockdown: insmod: unsigned module loading is restricted; see man kernel_lockdown.7"
        for message, log, why in (
                ("Key was rejected by service", "", "signed by a key it knows"), ("Required key not available", "", "signed by a key it knows"),
                ("Operation not permitted", lockdown, "lockdown allows signed modules only"),
                ("Operation not permitted", "", "CAP_SYS_MODULE"), ("Invalid module format", "", "built for another kernel"),
                ("Unknown symbol in module", "[1.0] falco_probe: Unknown symbol x", "Unknown symbol x"), ("Bad address", "", "no known reason")):
            with self.subTest(message=message, log=log):
                self.fake("insmod", f"echo 'insmod: ERROR: could not insert module: {message}' >&2; exit 1")
                self.fake("dmesg", f"echo '{log}'")
                self.assert_exit(self.run_loader(), REFUSED)
                self.assertIn(why, self.said)
                self.assertIn(message, self.said)
        self.write("proc/sys/kernel/modules_disabled", b"1\n")
        self.fake("insmod", "echo 'Operation not permitted' >&2; exit 1")
        self.assert_exit(self.run_loader(), REFUSED)
        self.assertIn("kernel.modules_disabled", self.said)

    def test_loaded_by_somebody_else_meanwhile(self):
        self.module(f"root/.falco/{NAME}")
        self.fake("insmod", "mkdir -p $R/sys/module/falco_probe; echo 'insmod: ERROR: could not insert: File exists' >&2; exit 1")
        self.assert_exit(self.run_loader(), OK)

    def test_modprobe_that_does_nothing(self):
        self.module(INSTALLED)
        self.fake("modprobe", "exit 0")
        self.assert_exit(self.run_loader(), REFUSED)


class Old(LoaderTest):
    """Another version is loaded."""

    def test_unused_one_is_replaced(self):
        self.config()
        self.load_already("0.0.9")
        self.module(f"root/.falco/{NAME}")
        self.assert_exit(self.run_loader(), OK)
        self.assertEqual(self.called("rmmod", "insmod"), ["rmmod falco_probe", f"insmod /root/.falco/{NAME}"])
        self.assertEqual(self.loaded_version(), VERSION)

    def test_unused_one_stays_when_there_is_no_better(self):
        self.load_already("0.0.9")
        self.assert_exit(self.run_loader(), NOTHING)
        self.assertEqual(self.loaded_version(), "0.0.9")

    def test_used_one_is_left(self):
        self.load_already("0.0.9", users=1)
        self.module(INSTALLED)
        self.assert_exit(self.run_loader(), IN_USE)
        self.assertEqual(self.changes(), [])

    def test_one_that_gets_used_meanwhile(self):
        self.load_already("0.0.9")
        self.module(INSTALLED)
        self.fake("rmmod", "echo 'rmmod: ERROR: Module falco_probe is in use' >&2; exit 1")
        self.assert_exit(self.run_loader(), IN_USE)
        self.assertEqual(self.called("modprobe"), [])


class Builds(LoaderTest):
    def test_no_headers(self):
        self.sources(headers=False)
        self.assert_exit(self.run_loader("--compile"), HEADERS)
        self.assertIn(f"linux-headers-{RELEASE}", self.said)

    def test_no_sources(self):
        self.assert_exit(self.run_loader("--compile"), NOTHING)
        self.assertEqual(self.called("dkms"), [])

    def test_failed_build_shows_the_end_of_its_log(self):
        self.sources()
        self.write(f"var/lib/dkms/falco-probe/{VERSION}/build/make.log", "".join(f"line {n}\n" for n in range(100)).encode())
        self.fake("dkms", "[[ $1 != autoinstall ]] || exit 11")
        self.assert_exit(self.run_loader(), BUILD)
        self.assertIn("line 99", self.said)
        self.assertNotIn("line 69\n", self.said)

    def test_failures_of_other_modules_do_not_matter(self):
        self.sources()
        self.fake("dkms", FAKES["dkms"] + "\n[[ $action != autoinstall ]] || exit 11")
        self.assert_exit(self.run_loader(), OK)

    def test_host_seen_from_a_container(self):
        self.write(f"usr/src/falco-probe-{VERSION}/dkms.conf", below=self.host)
        self.write("usr/src/linux-headers-x/Makefile", below=self.host)
        (self.host / "lib/modules" / RELEASE).mkdir(parents=True)
        (self.host / "lib/modules" / RELEASE / "build").symlink_to(self.root / "usr/src/linux-headers-x")
        self.assert_exit(self.run_loader(HOST_ROOT=str(self.host)), OK)
        self.assertEqual(self.called("modprobe"), ["modprobe falco_probe"])
        self.assertEqual(os.readlink(self.root / "usr/src/linux-headers-x"), str(self.host / "usr/src/linux-headers-x"))

    def test_module_that_the_host_has_installed(self):
        self.module(INSTALLED, below=self.host)
        self.without("dkms")
        self.assert_exit(self.run_loader(SYSDIG_HOST_ROOT=f"{self.host}/"), OK)
        self.assertEqual(self.called("modprobe"), ["modprobe --dirname=HOST falco_probe"])

    def test_tree_of_the_host(self):
        self.module(BUILT, below=self.host)
        self.assert_exit(self.run_loader("--host-root", self.host), OK)
        self.assertEqual(self.called("insmod"), [f"insmod HOST/{BUILT}"])

    def test_clean(self):
        self.load_already(VERSION)
        self.module("root/.falco/" + NAME)
        for version in ("0.0.9", VERSION):
            (self.dkms_tree / version).mkdir(parents=True)
        (self.dkms_tree / f"kernel-{RELEASE}").symlink_to(self.root / "etc")
        self.assert_exit(self.run_loader("--clean"), OK)
        self.assertEqual(self.changes(), ["rmmod falco_probe"] + [f"dkms remove -m falco-probe -v {v} --all" for v in ("0.0.9", VERSION)])
        self.assertEqual(self.left_behind(), [NAME])
        self.assert_exit(self.run_loader("--clean"), OK)
        self.load_already(VERSION, users=1)
        self.assert_exit(self.run_loader("--clean"), IN_USE)


class Usage(LoaderTest):
    def test_exit_codes(self):
        self.assert_exit(self.run_loader("--nonsense"), USAGE)
        self.assert_exit(self.run_loader("--host-root"), USAGE)
        self.assert_exit(self.run_loader("--host-root=/nowhere/at/all"), USAGE)
        self.fake("id", "echo 1000")
        self.assert_exit(self.run_loader(), ROOT)
        self.assert_exit(self.run_loader("--clean"), ROOT)
        self.assert_exit(self.run_loader("--print-env"), OK)
        self.without("insmod")
        self.assert_exit(self.run_loader(), COMMAND)

    def test_no_curl(self):
        self.config()
        self.without("curl")
        self.assert_exit(self.run_loader(FALCO_PROBE_URL=URL), COMMAND)

    def test_names_with_blanks_and_quotes(self):
        self.config()
        home = self.root / "a 'b' $(c) *"
        self.module(f"{home.name}/.falco/{NAME}")
        self.assert_exit(self.run_loader(HOME=str(home)), OK)
        self.assertEqual(self.called("insmod"), [f"insmod /{home.name}/.falco/{NAME}"])

    def test_help_and_document_name_every_code(self):
        self.assert_exit(self.run_loader("--help"), OK)
        codes = dict(re.findall(r"(?m)^  (\d+) +(\S.*)$", self.printed))
        self.assertEqual(sorted(map(int, codes)), [OK, USAGE, COMMAND, ROOT, NOTHING, HEADERS, DOWNLOAD, UNFIT, BUILD, CHECKSUM, REFUSED, IN_USE])
        document = (pathlib.Path(os.environ["FALCO_SOURCE"]) / "docs" / "installing.md").read_text(encoding="utf-8")
        for code, text in codes.items():
            self.assertRegex(document, rf"(?m)^\| {code} \| {re.escape(text)} \|")


class Shellcheck(unittest.TestCase):
    def test_scripts_of_packaging(self):
        scripts = [p for p in sorted(LOADER.parent.rglob("*")) if p.is_file() and p.read_bytes().startswith((b"#!/usr/bin/env bash", b"#!/bin/sh"))]
        self.assertIn(LOADER, scripts)
        done = subprocess.run(["shellcheck", *map(str, scripts)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    if sys.argv[1:] == ["Shellcheck"] and not shutil.which("shellcheck"):
        print("SKIP: no shellcheck")
        sys.exit(77)
    unittest.main()
