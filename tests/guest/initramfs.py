# SPDX-License-Identifier: Apache-2.0
"""An initramfs in memory: the kernel's newc archive, written without cpio and without root (device nodes are only records)."""
import os


class Initramfs:
    def __init__(self):
        self._parts = []
        self._names = set()

    def folder(self, name):
        parent = os.path.dirname(name)
        if parent:
            self.folder(parent)
        self._entry(name, 0o040755, b"")

    def device(self, name, major, minor):
        self._entry(name, 0o020600, b"", major, minor)

    def text(self, name, text, mode=0o644):
        self._put(name, text.encode(), mode)

    def add(self, path, name, mode=0o755):
        with open(path, "rb") as file:
            self._put(name, file.read(), mode)

    def finish(self):
        self._names.discard("TRAILER!!!")
        self._entry("TRAILER!!!", 0, b"")
        return b"".join(self._parts)

    def _put(self, name, data, mode):
        parent = os.path.dirname(name)
        if parent:
            self.folder(parent)
        self._entry(name, 0o100000 | mode, data)

    def _entry(self, name, mode, data, major=0, minor=0):
        if name in self._names:
            return
        self._names.add(name)
        encoded = name.encode() + b"\0"
        fields = [len(self._names), mode, 0, 0, 1, 0, len(data), 0, 0, major, minor, len(encoded), 0]
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
        self._parts += [head, b"\0" * (-len(head) % 4), data, b"\0" * (-len(data) % 4)]
