#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the disk of a small Debian with systemd, DKMS, a kernel and its headers, and what our packages depend on, but without
# them: FOLDER/root.ext4, FOLDER/vmlinuz, FOLDER/initrd. It mounts the 9p share "share" at /share, runs /share/job.sh as a
# service with the serial console, and powers off. Needs root, debootstrap and a Debian mirror; keeps what it made.
#   image.sh FOLDER DEB...
set -euo pipefail

folder=$1
shift
root=$folder/root
[[ ! -e $folder/root.ext4 ]] || exit 0
rm -rf "$root"
mkdir -p "$root"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# shellcheck disable=SC2016  # names for apt-get, not for the shell
sources=$(apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) $(COMPONENT)|$(ORIGIN)' 'Created-By: Packages' |
  sed -n 's/|Debian$//p' | grep ' bookworm[^ -]* \| bookworm-\(updates\|security\) ' | sort -u)
mirror=$(awk '$3 == "bookworm" { print $2; exit }' <<<"$sources")
debootstrap --variant=minbase bookworm "$root" "$mirror"
printf '%s\n' "$sources" >"$root/etc/apt/sources.list"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"

# What the packages need is there before them, so that the guest needs no network.
needed=$(for deb; do dpkg-deb --field "$deb" Depends; done | tr ',' '\n' | sed 's/([^)]*)//; s/|.*//; s/ //g' | sort -u)
trap 'umount "$root/proc" 2>/dev/null || true' EXIT
mount -t proc proc "$root/proc"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
chroot "$root" apt-get update -q
# shellcheck disable=SC2086  # a list of names
chroot "$root" apt-get install -y -q --no-install-recommends linux-image-amd64 linux-headers-amd64 systemd-sysv initramfs-tools \
  kmod curl busybox-static openssl $needed
chroot "$root" apt-get clean
rm "$root/usr/sbin/policy-rc.d" "$root/etc/resolv.conf"

cat >"$root/etc/systemd/system/guest-job.service" <<'UNIT'
[Unit]
After=basic.target dbus.service
[Service]
ExecStartPre=/bin/mkdir -p /share
ExecStartPre=/bin/mount -t 9p -o trans=virtio,version=9p2000.L share /share
ExecStart=/bin/bash /share/job.sh
ExecStopPost=/bin/systemctl --no-block poweroff
StandardOutput=tty
StandardError=inherit
TTYPath=/dev/ttyS0
Environment=HOME=/root
TimeoutStartSec=infinity
IgnoreSIGPIPE=no
[Install]
WantedBy=multi-user.target
UNIT
chroot "$root" systemctl --quiet enable guest-job.service
chroot "$root" systemctl --quiet mask serial-getty@ttyS0.service getty@tty1.service apt-daily.timer apt-daily-upgrade.timer
printf '9p\n9pnet_virtio\n' >>"$root/etc/initramfs-tools/modules"
chroot "$root" update-initramfs -u
umount "$root/proc"
trap - EXIT

cp -L "$root/vmlinuz" "$folder/vmlinuz"
cp -L "$root/initrd.img" "$folder/initrd"
truncate -s 4G "$folder/root.ext4.new"
mke2fs -q -t ext4 -d "$root" "$folder/root.ext4.new"
mv "$folder/root.ext4.new" "$folder/root.ext4"
rm -rf "$root"
