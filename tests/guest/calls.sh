#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs in the guest:
#   calls.sh PROGRAM           what the program expects and what the module sent, for call_check.py on the host
#   calls.sh live PROGRAM...   the same of several programs in a recording of falco-vm
mkdir -p /dev/shm/low /dev/shm/high /dev/shm/work /overlay
cp /bin/busybox /dev/shm/low/low
cp /bin/busybox /dev/shm/low/moved
mount -t overlay over -o lowerdir=/dev/shm/low,upperdir=/dev/shm/high,workdir=/dev/shm/work /overlay || exit 1
cp /bin/busybox /overlay/high
echo >> /overlay/moved
clean() { rm -rf /tmp/calls* /overlay/new; }

if [ "$1" != live ]; then
    "$1" > /dev/null || exit 1
    clean
    probe_tool dump /out/calls.scap -- sh -c "exec $1 > /out/expected" || exit 1
    exit 0
fi
shift
for program; do "$program" > /dev/null || exit 1; clean; done
: > /out/said
falco-vm --ruleset /a.fbc -w /out/live.scap > /dev/null 2>> /out/said &
vm=$!
for try in $(seq 30); do grep -q watching /out/said && break; sleep 1; done
for program; do "$program" > "/out/expected.$program" || exit 1; clean; done
sleep 1
kill -TERM $vm
wait $vm || { cat /out/said; exit 1; }
