#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a shell script as root in a small virtual machine: Debian's kernel, busybox, the programs and modules named.

  run_guest.py [options] SCRIPT [ARG ...]

Exit status: the script's; 77 when something the guest needs is missing (the reason is printed); 125 when the guest gave no
result (crash, timeout); 126 when the script was content but the kernel's log is not (oops, warning, lock report).
In the script: programs lie in /bin, modules given with --module are loaded, files of --out arrive on the host in that folder
(/out in the guest). The guest has no network but its loopback.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading

import guest_kernel
from initramfs import Initramfs

BAD_LOG = re.compile(
    r"BUG:|WARNING:|Oops|general protection|Kernel panic|Call Trace:|possible circular locking|possible recursive locking|"
    r"inconsistent lock state|suspicious RCU usage|rcu_sched|INFO: task|INFO: rcu|UBSAN|KASAN|scheduling while atomic|"
    r"sleeping function called|unable to handle|soft lockup|Bad page|bad unlock balance|refcount_t")

INIT = r"""#!/bin/busybox sh
/bin/busybox --install -s /bin 2>/dev/null
export PATH=/bin HOME=/root
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm; mount -t devpts pts /dev/pts; mount -t tmpfs shm /dev/shm
mount -t debugfs debug /sys/kernel/debug 2>/dev/null; mount -t tracefs trace /sys/kernel/tracing 2>/dev/null
mount -t cgroup2 cg /sys/fs/cgroup 2>/dev/null
ip link set lo up
for m in $(cat /mods/order); do insmod /mods/$m || echo "GUEST: no module $m"; done
[ -e /mods/share ] && mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 out /out
rc=0
for m in $(cat /ko/order); do
    insmod /ko/$m; rc=$?
    [ $rc = 0 ] || { echo "GUEST: insmod $m: $rc"; break; }
done
if [ $rc = 0 ]; then sh /run.sh $(cat /run.args); rc=$?; fi
echo "GUEST-LOG"; dmesg; echo "GUEST-RC=$rc uptime=$(cut -d' ' -f1 /proc/uptime)"
sync; poweroff -f
"""


def skip(reason):
    print(f"SKIP: {reason}")
    sys.exit(77)


def needed(program, package):
    path = shutil.which(program) or next((p for p in (f"/bin/{program}", f"/usr/sbin/{program}") if os.path.exists(p)), None)
    return path or skip(f"no {program} (Debian package {package})")


def libraries(path):
    """What a dynamic program loads: absolute paths as ldd tells."""
    text = subprocess.run(["ldd", path], capture_output=True, text=True).stdout
    return re.findall(r"(/[^ ()]+)", text)


def build_root(options, kernel):
    root = Initramfs()
    for folder in ("bin", "dev", "proc", "sys", "tmp", "out", "mods", "ko", "etc", "run", "root", "lib", "lib64", "usr"):
        root.folder(folder)
    root.device("dev/console", 5, 1)
    root.add(options.busybox, "bin/busybox")
    root.text("init", INIT, 0o755)
    root.text("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n")
    root.text("etc/group", "root:x:0:\nnogroup:x:65534:\n")
    root.add(options.script, "run.sh")
    root.text("run.args", " ".join(options.args))
    in_tree = list(options.kernel_module)
    if options.out:
        in_tree += ["virtio_pci", "9pnet_virtio", "9p"]
        root.text("mods/share", "")
    order = kernel.load_order(in_tree)
    for path in order:
        root.add(path, "mods/" + os.path.basename(path))
    root.text("mods/order", "\n".join(os.path.basename(path) for path in order))
    for path in options.module:
        root.add(path, "ko/" + os.path.basename(path))
    root.text("ko/order", "\n".join(os.path.basename(path) for path in options.module))
    for item in options.program + options.file:
        source, _, dest = item.partition(":")
        source = shutil.which(source) or source
        if not os.path.exists(source):
            skip(f"no {source} to put into the guest")
        root.add(source, (dest or "bin/" + os.path.basename(source)).lstrip("/"), 0o755)
        if item in options.program:
            for library in libraries(source):
                root.add(library, library.lstrip("/"), 0o755)
    return root.finish()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", action="append", default=[], metavar="FILE[:/DEST]",
                        help="put a program and its libraries into the guest; default place: /bin")
    parser.add_argument("--file", action="append", default=[], metavar="FILE:/DEST", help="put a file into the guest")
    parser.add_argument("--module", action="append", default=[], metavar="FILE.ko", help="insert before the script runs")
    parser.add_argument("--kernel-module", action="append", default=[], metavar="NAME", help="load a module of Debian's kernel")
    parser.add_argument("--kernel", default="", metavar="VERSION",
                        help="e.g. 6.1.0-56-amd64; default: the kernel that apt has for linux-image-amd64")
    parser.add_argument("--out", metavar="FOLDER", help="seen in the guest as /out, writable")
    parser.add_argument("--cpus", type=int, default=2)
    parser.add_argument("--memory", type=int, default=768, metavar="MIB")
    parser.add_argument("--timeout", type=int, default=180, metavar="SECONDS")
    parser.add_argument("--instructions", action="store_true",
                        help="one CPU whose clock counts instructions, a nanosecond each: times that other work can't change")
    parser.add_argument("--append", default="", help="words for the kernel's command line")
    parser.add_argument("--expect-log", default="", metavar="REGEX", help="lines of the kernel's log that are fine")
    parser.add_argument("--cache", default=guest_kernel.default_cache(), help="folder for downloaded kernels")
    parser.add_argument("script")
    parser.add_argument("args", nargs=argparse.REMAINDER)
    options = parser.parse_args()

    qemu = needed("qemu-system-x86_64", "qemu-system-x86")
    options.busybox = needed("busybox", "busybox-static")
    if libraries(options.busybox):
        skip("busybox is not static (Debian package busybox-static)")
    try:
        kernel = guest_kernel.find(options.kernel, options.cache)
    except guest_kernel.Missing as error:
        skip(str(error))
    if options.out:
        os.makedirs(options.out, exist_ok=True)

    with tempfile.TemporaryDirectory(prefix="guest.") as folder:
        initrd = os.path.join(folder, "initrd")
        with open(initrd, "wb") as file:
            file.write(build_root(options, kernel))
        # a guest with more CPUs than the host has measures its time stamp counter wrongly, so its clock is another one
        words = ("console=ttyS0 quiet panic=-1 oops=panic mitigations=off no_timer_check tsc=reliable clocksource=tsc "
                 "random.trust_cpu=on " + ("clocksource=acpi_pm tsc=unstable " if options.cpus > os.cpu_count() else "") + options.append)
        accelerator = ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off"] if options.instructions else ["-accel", "tcg,thread=multi"]
        cpus = 1 if options.instructions else options.cpus
        command = [qemu, *accelerator, "-cpu", "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+rdrand",
                   "-machine", "q35", "-m", str(options.memory), "-smp", str(cpus), "-display", "none", "-no-reboot",
                   "-nodefaults", "-serial", "stdio", "-monitor", "none", "-kernel", kernel.image, "-initrd", initrd,
                   "-append", words]
        if options.out:
            command += ["-virtfs", f"local,path={options.out},mount_tag=out,security_model=none"]
        return run(command, options)


def run(command, options):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    timer = threading.Timer(options.timeout, process.kill)
    timer.start()
    log, quiet, status = [], False, None
    fine = re.compile(options.expect_log) if options.expect_log else None
    try:
        for raw in process.stdout:
            line = raw.decode(errors="replace").rstrip("\r\n")
            quiet = quiet or line == "GUEST-LOG"
            result = re.search(r"GUEST-RC=(\d+)", line)
            status = int(result.group(1)) if result else status
            log.append(line)
            if not quiet or result:
                print(line, flush=True)
    finally:
        timer.cancel()
        process.kill()
        process.wait()
    bad = [line for line in log if BAD_LOG.search(line) and not (fine and fine.search(line))]
    for line in bad[:40]:
        print("GUEST: kernel log:", line)
    if status is None or (status == 0 and bad):
        print("GUEST: last of the log:", *log[-60:], sep="\n")
    if status is None:
        print(f"GUEST: no result (crash, or more than {options.timeout} s)")
        return 125
    return status or (126 if bad else 0)


if __name__ == "__main__":
    sys.exit(main())
