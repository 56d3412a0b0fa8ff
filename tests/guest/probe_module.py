# SPDX-License-Identifier: Apache-2.0
"""Builds the kernel module for a kernel whose headers are installed, away from the sources, once for each state of them."""
import glob
import hashlib
import os
import shutil
import subprocess

import guest_kernel

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PARTS = ("capture/kmod", "vm/abi")  # the sources, and the tables that they include


class CannotBuild(Exception):
    """Why, for people."""


def headers(version):
    """Folder of the kernel's build system, or None."""
    found = [path for path in (f"/usr/src/linux-headers-{version}", f"/lib/modules/{version}/build") if os.path.exists(path)]
    return found[0] if found else None


def _sources():
    files = [path for part in PARTS for path in sorted(glob.glob(os.path.join(ROOT, part, "*")))]
    return [path for path in files if path.endswith((".c", ".h", ".def", "Kbuild", "Makefile"))]


def build(version, cache, flags=(), kernel=None):
    """Path of falco_probe.ko for `version`; `kernel`: its build system, else the installed one. Raises CannotBuild, or
    guest_kernel.Missing without headers."""
    digest = hashlib.sha256("\0".join(flags).encode())
    for path in _sources():
        digest.update(path.encode() + open(path, "rb").read())
    built = os.path.join(cache, f"falco_probe-{version}-{digest.hexdigest()[:16]}.ko")
    if os.path.exists(built):
        return built
    kernel = kernel or headers(version)
    if not kernel:
        raise guest_kernel.Missing(f"no headers of Linux {version} (Debian package linux-headers-{version})")
    tree = built + ".tree"
    shutil.rmtree(tree, ignore_errors=True)
    for path in _sources():
        copy = os.path.join(tree, os.path.relpath(path, ROOT))
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        shutil.copy(path, copy)
    made = subprocess.run(["make", "-s", "-C", os.path.join(tree, "capture", "kmod"), f"KERNELDIR={kernel}", *flags],
                          capture_output=True, text=True)
    modules = glob.glob(os.path.join(tree, "capture", "kmod", "falco*probe.ko"))
    if made.returncode or not modules:
        raise CannotBuild(f"the module does not build for Linux {version}:\n{(made.stdout + made.stderr)[-4000:]}")
    subprocess.run(["strip", "-g", modules[0], "-o", built + ".new"], check=True)
    os.rename(built + ".new", built)
    shutil.rmtree(tree)
    return built


def for_guest(cache):
    """(version, path): the guest's kernel and the module built for it; raises as build() does."""
    version = guest_kernel.find("", cache).version
    return version, build(version, cache)
