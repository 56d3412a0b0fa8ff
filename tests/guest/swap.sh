# SPDX-License-Identifier: Apache-2.0
#
# In the guest: the rules of a watching falco-vm change SWAPS times while programs run and files are opened as fast as they can.
# Each program run carries a number; each must be reported once, by one of the two rulesets.
swaps=$1
cp /a.fbc /tmp/rules.fbc
falco-vm --ruleset /tmp/rules.fbc --json --stats=/out/stats.json >/out/alerts.jsonl 2>/out/said &
vm=$!
for try in $(seq 30); do grep -q watching /out/said && break; sleep 1; done
grep -q watching /out/said || { cat /out/said; exit 1; }

# Until the end: cheap calls in the background, numbered programs in the foreground of another.
(while [ ! -e /tmp/end ]; do workload files 2000 >/dev/null; done) &
cheap=$!
(n=0; while [ ! -e /tmp/end ]; do n=$((n + 1)); /bin/true "MARK=$n"; echo $n >/tmp/marks; done) &
marks=$!

for n in $(seq $swaps); do
    which=a; [ $((n % 2)) = 1 ] && which=b
    cp /$which.fbc /tmp/new.fbc && mv /tmp/new.fbc /tmp/rules.fbc
    kill -HUP $vm
    # the next one when this one is in force
    for try in $(seq 200); do [ "$(grep -c 'loaded again' /out/said)" -ge $n ] && break; usleep 20000; done
done
printf broken >/tmp/rules.fbc
kill -HUP $vm
sleep 1
touch /tmp/end
wait $cheap $marks
cp /tmp/marks /out/marks
sleep 1
kill -TERM $vm
wait $vm
