# SPDX-License-Identifier: Apache-2.0
"""A machine for falco-probe-loader: a root folder, and commands that act on it and write down how they were called.

A made-up module is a text file, key=value a line as modinfo would tell them. Every command but those of REAL is a fake, so
nothing of the machine that runs the tests shows through, and neither root nor a network is needed.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

LOADER = pathlib.Path(os.environ["FALCO_SOURCE"]) / "packaging" / "falco-probe-loader"
RELEASE, ARCH, VERSION = "6.1.0-44+test-amd64", "x86_64", "0.1.0"
BUILD = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.164-1 (2026-03-09)"
CONFIG = b"CONFIG_MODULES=y\nCONFIG_64BIT=y\n"
NAME = f"falco-probe-0.1.0-x86_64-{RELEASE}-974f0a94a59d5fcf45fae7f71d3a2f5f.ko"  # md5sum of CONFIG, by hand
LATER_NAME = "falco-probe_debian_6.1.164-1-amd64_1.ko"
REAL = ["bash", "cat", "chmod", "cp", "env", "find", "grep", "gzip", "ln", "md5sum", "mkdir", "mktemp", "mv", "rm", "sed",
        "sha256sum", "sort", "tail"]

# Bodies of the fakes, in bash; $R is the root folder. A test replaces those that should misbehave.
FAKES = {
    "id": "echo 0",
    "uname": f"case $1 in -r) echo '{RELEASE}';; -m) echo {ARCH};; -v) echo '{BUILD}';; esac",
    "falco-vm": f"echo 'falco-vm {VERSION}'",
    "dmesg": ":",
    "lsmod": ":",
    "modinfo": """base=$R release= key=
        while (($#)); do case $1 in --basedir=*) base=${1#*=};; -k) release=$2; shift;; -F) key=$2; shift;; *) file=$1;; esac; shift; done
        [[ -z $release ]] || file=$base/lib/modules/$release/updates/dkms/$file.ko
        [[ -f $file ]] && sed -n "s/^$key=//p" "$file\"""",
    "insmod": "mkdir -p $R/sys/module/falco_probe; sed -n 's/^version=//p' \"$1\" >$R/sys/module/falco_probe/version",
    "modprobe": """base=$R; [[ $1 != --dirname=* ]] || { base=${1#*=}; shift; }
        file=$base/lib/modules/$(uname -r)/updates/dkms/$1.ko
        [[ -f $file ]] || { echo "modprobe: FATAL: Module $1 not found" >&2; exit 1; }
        mkdir -p $R/sys/module/$1; sed -n 's/^version=//p' "$file" >$R/sys/module/$1/version""",
    "rmmod": "rm -r $R/sys/module/$1",
    "dkms": """action=$1; tree=$R/var/lib/dkms/falco-probe
        while (($#)); do case $1 in -v) v=$2; shift;; esac; shift; done
        case $action in
          add) mkdir -p $tree/$v;;
          remove) rm -r $tree/$v;;
          autoinstall) r=$(uname -r); v=$(ls_first $tree); [[ -n $v ]] || exit 0; to=$tree/$v/$r/$(uname -m)/module
            mkdir -p "$to" "$R/lib/modules/$r/updates/dkms"
            printf 'vermagic=%s SMP\\nversion=%s\\n' "$r" "$v" | tee_to "$to/falco_probe.ko" "$R/lib/modules/$r/updates/dkms/falco_probe.ko";;
        esac""",
    "curl": """for address; do :; done
        while (($#)); do case $1 in --output) to=$2;; esac; shift; done
        from=$WEB/${address#*://}; [[ -f $from ]] || { echo 'curl: (22) The requested URL returned error: 404' >&2; exit 22; }
        cp "$from" "$to\"""",
}
HELPERS = """ls_first() { local f; for f in "$1"/*/; do f=${f%/}; echo "${f##*/}"; return; done; }
tee_to() { local text; text=$(cat); local f; for f; do printf '%s\\n' "$text" >"$f"; done; }
"""


class LoaderTest(unittest.TestCase):
    def setUp(self):
        for command in REAL:
            if not shutil.which(command):
                self.skipTest(f"no {command}")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="loader."))
        self.addCleanup(shutil.rmtree, self.folder)
        self.root, self.host, self.bin, self.web, self.log = (self.folder / n for n in ("root", "host", "bin", "web", "log"))
        self.home = self.root / "root"
        self.module_state = self.root / "sys" / "module" / "falco_probe"
        self.dkms_tree = self.root / "var" / "lib" / "dkms" / "falco-probe"
        for folder in (self.home, self.bin, self.web, self.root / "etc"):
            folder.mkdir(parents=True)
        for command in REAL:
            (self.bin / command).symlink_to(shutil.which(command))
        for command, body in FAKES.items():
            self.fake(command, body)
        self.write("etc/os-release", b'NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n')
        self.log.touch()

    def fake(self, command, body):
        script = self.bin / command
        script.unlink(missing_ok=True)
        script.write_text(f'#!{shutil.which("bash")}\nR={self.root} WEB={self.web}\n'
                          f'printf "%s\\n" "{command} $*" >>{self.log}\n{HELPERS}{body}\n')
        script.chmod(0o755)

    def without(self, command):
        (self.bin / command).unlink()

    def write(self, path, content=b"", below=None):
        file = (below or self.root) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        file.chmod(0o644)
        return file

    def module(self, path, version=VERSION, release=RELEASE, below=None):
        return self.write(path, f"vermagic={release} SMP preempt mod_unload\nversion={version}\n".encode(), below)

    def config(self):
        return self.write(f"boot/config-{RELEASE}", CONFIG)

    def sources(self, headers=True):
        self.write(f"usr/src/falco-probe-{VERSION}/dkms.conf")
        if headers:
            (self.root / "lib" / "modules" / RELEASE / "build").mkdir(parents=True)

    def load_already(self, version, users=0):
        self.write("sys/module/falco_probe/version", f"{version}\n".encode())
        self.write("sys/module/falco_probe/refcnt", f"{users}\n".encode())

    def run_loader(self, *arguments, **environment):
        """Returns the exit code; self.said and self.printed are what it wrote, self.calls which fakes it called, in order."""
        environment = {"PATH": str(self.bin), "HOME": str(self.home), "FALCO_PROBE_ROOT": str(self.root), **environment}
        self.log.write_text("")
        done = subprocess.run([str(self.bin / "bash"), str(LOADER), *map(str, arguments)], env=environment, timeout=60, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, check=False)
        self.said, self.printed = done.stderr, done.stdout
        self.calls = self.log.read_text().splitlines()
        return done.returncode

    def called(self, *commands):
        """The calls of these commands, in order, folders of this test shortened."""
        short = [c.replace(str(self.root), "").replace(str(self.host), "HOST") for c in self.calls]
        return [c for c in short if c.split(" ")[0] in commands]

    def changes(self):
        return self.called("dkms", "modprobe", "insmod", "rmmod", "curl")

    def loaded_version(self):
        file = self.module_state / "version"
        return file.read_text().strip() if file.exists() else None

    def assert_exit(self, code, want):
        self.assertEqual(code, want, f"{self.said}\n{self.printed}\n{self.calls}")

    def left_behind(self):
        """Files in the cache folder, hidden ones too."""
        cache = self.home / ".falco"
        return sorted(p.name for p in cache.rglob("*")) if cache.exists() else []
