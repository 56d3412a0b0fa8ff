# SPDX-License-Identifier: Apache-2.0
"""Debian's kernel for the guest: taken from the host when it is installed there, else downloaded with apt into a cache."""
import glob
import lzma
import os
import re
import shutil
import subprocess


class Missing(Exception):
    """Why there is no kernel to run."""


class Kernel:
    def __init__(self, version, image, root):
        self.version, self.image, self.root = version, image, root

    def load_order(self, names):
        """Files of modules with all they depend on, in an order in which they load."""
        order = []
        for name in names:
            found = subprocess.run(["modprobe", "-d", self.root, "-S", self.version, "--show-depends", name],
                                   capture_output=True, text=True, env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin"))
            if found.returncode:
                raise Missing(f"no kernel module {name} in {self.version}: {found.stderr.strip()}")
            order += [line.split()[1] for line in found.stdout.splitlines() if line.startswith("insmod")]
        return list(dict.fromkeys(order))


def default_cache():
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "guest")


def default_version():
    text = _output(["apt-cache", "depends", "linux-image-amd64"])
    found = re.search(r"Depends: linux-image-([0-9]\S+)", text)
    if not found:
        raise Missing("apt knows no linux-image-amd64 (apt-get update?)")
    return found.group(1)


def find(version, cache):
    """Returns a Kernel; its image is uncompressed where possible, which boots seconds sooner under emulation."""
    version = version or default_version()
    cache = os.path.abspath(cache)
    os.makedirs(cache, exist_ok=True)
    if not shutil.which("modprobe", path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
        raise Missing("no modprobe (Debian package kmod)")
    if os.path.exists(f"/boot/vmlinuz-{version}") and os.path.exists(f"/lib/modules/{version}/modules.dep"):
        packed, root = f"/boot/vmlinuz-{version}", "/"
    else:
        root = os.path.join(cache, version)
        packed = os.path.join(root, "boot", f"vmlinuz-{version}")
        if not os.path.exists(packed):
            _download(version, cache, root)
    image = os.path.join(cache, f"vmlinux-{version}")
    if not os.path.exists(image) and not _unpack(packed, image):
        image = packed
    return Kernel(version, image, root)


def _output(command, **kwargs):
    try:
        return subprocess.run(command, capture_output=True, text=True, **kwargs).stdout
    except FileNotFoundError:
        raise Missing(f"no {command[0]} on this host")


def _download(version, cache, root):
    _output(["apt-get", "download", f"linux-image-{version}"], cwd=cache)
    packages = glob.glob(os.path.join(cache, f"linux-image-{version}_*.deb"))
    if not packages:
        raise Missing(f"apt-get download linux-image-{version} brought nothing")
    _output(["dpkg", "-x", packages[0], root + ".new"])
    if not os.path.islink(root + ".new/lib"):
        _output(["/sbin/depmod", "-b", root + ".new", version])
    os.remove(packages[0])
    os.rename(root + ".new", root)


def _unpack(packed, image):
    with open(packed, "rb") as file:
        data = file.read()
    start = data.find(b"\xfd7zXZ\x00")
    if start < 0:
        return False
    with open(image + ".new", "wb") as file:
        file.write(lzma.LZMADecompressor().decompress(data[start:]))
    os.rename(image + ".new", image)
    return True
