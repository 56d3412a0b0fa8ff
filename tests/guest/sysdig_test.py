#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A live recording of every event that the kernel module makes, through Debian's sysdig: sysdig_test.py BIN_DIR [--record]

In the virtual machine falco-vm -w records the programs of calls.c, of 64 and of 32 bits. On the host the recording must hold what the
programs said (call_check.py), and sysdig must read the same arguments from it as falco-vm (tests/sysdig/arguments.py).

  --record   if all went well, keeps the recording as tests/sysdig/calls.scap.gz

Exit status 77 when the host lacks something.
"""
import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tempfile

import call_check
import guest_kernel
import live_test
import module_test
import probe_module

HERE = os.path.dirname(os.path.abspath(__file__))
SYSDIG = os.path.join(probe_module.ROOT, "tests", "sysdig")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin_dir")
    parser.add_argument("--cache", default=guest_kernel.default_cache())
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    if not shutil.which("sysdig"):
        print("SKIP: no sysdig (Debian package sysdig)")
        return 77
    with tempfile.TemporaryDirectory(prefix="sysdig.") as folder:
        try:
            module = probe_module.for_guest(os.path.abspath(options.cache))[1]
            programs = [module_test.program("calls", folder, bits) for bits in (64, 32)]
        except (guest_kernel.Missing, module_test.Missing) as error:
            print(f"SKIP: {error}")
            return 77
        image, out = live_test.compiled(options.bin_dir, folder, "a"), os.path.join(folder, "out")
        falco_vm = os.path.join(options.bin_dir, "falco-vm")
        names = [os.path.basename(program) for program in programs]
        command = [sys.executable, "-B", os.path.join(HERE, "run_guest.py"), "--cache", options.cache, "--module", module, "--out", out,
                   "--kernel-module", "overlay", "--program", falco_vm, "--file", f"{image}:/a.fbc", "--timeout", "400"]
        for program in programs:
            command += ["--program", program]
        status = subprocess.run([*command, os.path.join(HERE, "calls.sh"), "live", *names]).returncode
        if status:
            return status if status == 77 else 1
        capture = os.path.join(out, "live.scap")
        wrong = [name for name in names if call_check.main(os.path.join(out, "expected." + name), capture)]
        compared = subprocess.run([sys.executable, "-B", os.path.join(SYSDIG, "arguments.py"), falco_vm, capture]).returncode
        if wrong or compared:
            return 1
        if options.record:
            with open(capture, "rb") as file, gzip.GzipFile(os.path.join(SYSDIG, "calls.scap.gz"), "wb", mtime=0) as packed:
                packed.write(file.read())
    return 0


if __name__ == "__main__":
    sys.exit(main())
