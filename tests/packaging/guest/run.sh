#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs and removes the Debian packages in a virtual machine (software emulation: 13 minutes on two busy processors, most
# of them for the build by DKMS; about 10 more the first time, for the disk).
#   run.sh DEB_FOLDER WORK_FOLDER
# GUEST_SECONDS: when to give up (1800). Exit status: 0 all passed, 77 skipped with the reason.
set -euo pipefail
skip() { echo "SKIP: $*"; exit 77; }

here=$(cd "$(dirname "$0")" && pwd)
debs=("$1"/*.deb)
work=$2
[[ -e ${debs[0]} ]] || skip "no packages in $1 (make deb)"
[[ $(id -u) == 0 ]] || skip 'making a disk needs root'
for command in qemu-system-x86_64 debootstrap mke2fs; do
  type -P "$command" >/dev/null || skip "no $command (Debian packages qemu-system-x86, debootstrap, e2fsprogs)"
done

mkdir -p "$work"
"$here/image.sh" "$work" "${debs[@]}" >"$work/image.log" 2>&1 || { tail -n 20 "$work/image.log"; skip 'the disk could not be made'; }
rm -rf "$work/share"
mkdir "$work/share"
cp "${debs[@]}" "$here/job.sh" "$work/share/"
timeout "${GUEST_SECONDS:-1800}" qemu-system-x86_64 -accel tcg,thread=multi -cpu qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+rdrand -machine q35 -m 1500 \
  -smp 2 -display none -no-reboot -nodefaults -serial stdio -monitor none -kernel "$work/vmlinuz" -initrd "$work/initrd" \
  -drive "file=$work/root.ext4,if=virtio,format=raw,snapshot=on,cache=unsafe" -device virtio-rng-pci \
  -virtfs "local,path=$work/share,mount_tag=share,security_model=none,readonly=on" \
  -append 'console=ttyS0 root=/dev/vda rw quiet panic=-1 mitigations=off tsc=reliable clocksource=tsc systemd.show_status=0' \
  </dev/null | sed -u 's/\r//g' | tee "$work/console.log"
grep -q '^[0-9]* passed, 0 failed$' "$work/console.log"
