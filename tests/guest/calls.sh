#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs in the guest: calls.sh PROGRAM. What the program expects and what the module sent, for call_check.py on the host.
mkdir -p /dev/shm/low /dev/shm/high /dev/shm/work /overlay
cp /bin/busybox /dev/shm/low/low
cp /bin/busybox /dev/shm/low/moved
mount -t overlay over -o lowerdir=/dev/shm/low,upperdir=/dev/shm/high,workdir=/dev/shm/work /overlay || exit 1
cp /bin/busybox /overlay/high
echo >> /overlay/moved
"$1" > /dev/null || exit 1
rm -rf /tmp/calls* /overlay/new
probe_tool dump /out/calls.scap -- sh -c "exec $1 > /out/expected" || exit 1
