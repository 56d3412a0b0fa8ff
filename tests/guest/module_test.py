#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the kernel module in a virtual machine: module_test.py [--kernel VERSION] stress|calls|calls32|race|build

Builds the module and the programs for it, boots, and judges what came out; `build` only builds, without a warning, for all
kernels whose headers are installed (every_kernel.py: for all that there are). Exit status 77 when the host lacks something.
"""
import argparse
import glob
import os
import shutil
import subprocess
import sys

import call_check
import every_kernel
import guest_kernel
import probe_module
import race_check

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = {
    "probe_tool": ("probe_tool.c", "probe_rings.c", "probe_attack.c", "probe_stress.c", "probe_bomb.c"),
    "calls": ("calls.c", "calls_socket.c", "calls_more.c"),
    "race": ("race.c", "race_calls.c"),
}


class Missing(Exception):
    """What the host lacks."""


def program(name, folder, bits=64):
    """A static program of this folder's C files, so that the guest needs no libraries."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise Missing("no C compiler")
    path = os.path.join(folder, name + ("32" if bits == 32 else ""))
    flags = ["-O1", "-Wall", "-Wextra", "-Werror", "-static", "-pthread", f"-m{bits}", "-I" + os.path.join(probe_module.ROOT, "capture/kmod")]
    if bits == 32:
        machine = subprocess.run([compiler, "-print-multiarch"], capture_output=True, text=True).stdout.strip()
        flags += ["-idirafter", f"/usr/include/{machine}"]
        probe = subprocess.run([compiler, "-m32", "-static", "-x", "c", "-", "-o", os.devnull], input=b"int main(void){return 0;}",
                               capture_output=True)
        if probe.returncode:
            raise Missing("the compiler makes no 32-bit programs (Debian packages gcc-multilib, libc6-dev-i386)")
    made = subprocess.run([compiler, *flags, "-o", path, *(os.path.join(HERE, source) for source in PROGRAMS[name])],
                          capture_output=True, text=True)
    if made.returncode:
        raise SystemExit(f"{name} does not build:\n{made.stderr}")
    return path


def guest(options, module, folder, programs, script, *arguments):
    command = [sys.executable, "-B", os.path.join(HERE, "run_guest.py"), "--kernel", options.kernel, "--cache", options.cache,
               "--out", folder, "--module", module, "--kernel-module", "overlay", "--timeout", str(options.timeout),
               "--cpus", str(options.cpus), "--append=" + options.append]
    for path in programs:
        command += ["--program", f"{path}:/bin/{os.path.basename(path)}"]
    return subprocess.run([*command, os.path.join(HERE, script), *arguments]).returncode


def build_all(cache):
    versions = [os.path.basename(path)[len("linux-headers-"):] for path in glob.glob("/usr/src/linux-headers-*")
                if os.path.exists(os.path.join(path, "Module.symvers"))]
    if not versions:
        raise Missing("no headers of any kernel (Debian package linux-headers-amd64)")
    for version in sorted(versions):
        probe_module.build(version, cache)
        print(f"builds for Linux {version}")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", default="", help="default: the kernel that apt has for linux-image-amd64")
    parser.add_argument("--cache", default=guest_kernel.default_cache())
    parser.add_argument("--timeout", type=int, default=240)
    parser.add_argument("--cpus", type=int, default=2, help="of the guest")
    parser.add_argument("--append", default="", help="words for the guest's kernel")
    parser.add_argument("--fetch-headers", action="store_true", help="of the kernel, from apt, when they are not installed")
    parser.add_argument("scene", choices=["stress", "calls", "calls32", "race", "build"])
    options = parser.parse_args()
    try:
        if options.scene == "build":
            os.makedirs(options.cache, exist_ok=True)
            return build_all(options.cache)
        options.kernel = options.kernel or guest_kernel.default_version()
        os.makedirs(options.cache, exist_ok=True)
        folder = os.path.join(options.cache, "module_test." + options.scene)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        tool = program("probe_tool", folder)
        scene = None
        if options.scene != "stress":
            scene = program("race" if options.scene == "race" else "calls", folder, 32 if options.scene == "calls32" else 64)
        fetch = options.fetch_headers and not probe_module.headers(options.kernel)
        headers = every_kernel.headers(options.kernel, [], os.path.join(options.cache, "headers")) if fetch else None
        module = probe_module.build(options.kernel, options.cache, kernel=headers)
        renamed = os.path.join(folder, "falco_probe.ko")
        shutil.copy(module, renamed)
    except (Missing, guest_kernel.Missing) as error:
        print(f"SKIP: {error}")
        return 77
    except probe_module.CannotBuild as error:
        print(error)
        return 1
    if options.scene == "stress":
        return guest(options, renamed, folder, [tool], "stress.sh")
    if options.scene == "race":
        status = guest(options, renamed, folder, [tool, scene], "race.sh", "race")
        return status or race_check.main(os.path.join(folder, "inodes"), os.path.join(folder, "race.scap"))
    status = guest(options, renamed, folder, [tool, scene], "calls.sh", os.path.basename(scene))
    return status or call_check.main(os.path.join(folder, "expected"), os.path.join(folder, "calls.scap"))


if __name__ == "__main__":
    sys.exit(main())
