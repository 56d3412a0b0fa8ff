#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs in the guest: the module under full rings, a fork bomb, stopped, killed and lying consumers, CPUs that go and come.
failed=0
check() { name=$1; shift; if "$@"; then echo "PASS $name"; else echo "FAIL $name"; failed=1; fi; }

check info probe_tool info
check attack probe_tool attack
check wait probe_tool stress wait
check sockets probe_tool stress sockets
check long probe_tool stress long
check full probe_tool stress full 3
check fast probe_tool stress fast 3
check interest probe_tool stress interest 3
check bomb probe_tool stress bomb 3

# a reader that is stopped for a while: rings fill, it goes on where it was, and the sums agree
probe_tool stress fast 12 > /tmp/stopped.log & reader=$!
sleep 1
kill -STOP $reader
sleep 10
kill -CONT $reader
wait $reader
check stopped_reader [ $? = 0 ]
cat /tmp/stopped.log
check stopped_lost grep -q 'lost=[1-9]' /tmp/stopped.log

# unloading is refused while a consumer has the device, also one that was stopped
probe_tool stress hold 60 & holder=$!
sleep 1
kill -STOP $holder
check rmmod_refused sh -c '! rmmod falco_probe 2>/dev/null'
check second_refused sh -c '! probe_tool info 2>/dev/null'
for i in $(seq 300); do cat /proc/self/comm; done > /dev/null
# a killed one leaves nothing
kill -9 $holder
wait $holder 2>/dev/null
check after_kill probe_tool stress fast 1
check rmmod rmmod falco_probe
check insmod insmod /ko/falco_probe.ko

# a CPU that goes while events are read keeps its ring; one that comes back goes on with it
probe_tool stress fast 4 & reader=$!
sleep 1
echo 0 > /sys/devices/system/cpu/cpu1/online
sleep 1
echo 1 > /sys/devices/system/cpu/cpu1/online
wait $reader
check cpu_off_on [ $? = 0 ]
# a CPU that comes only later gets a ring then
echo 0 > /sys/devices/system/cpu/cpu1/online
(sleep 1; echo 1 > /sys/devices/system/cpu/cpu1/online) &
probe_tool dump /tmp/late.scap -- sh -c 'sleep 2; for i in 0 1 2 3; do taskset 2 cat /proc/self/comm; done' > /tmp/late.log
check late_cpu [ $? = 0 ]
cat /tmp/late.log
check unload rmmod falco_probe
exit $failed
