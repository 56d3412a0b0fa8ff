# SPDX-License-Identifier: Apache-2.0
#
# Runs inside the guest: the same workloads without a recorder and under each, one after the other, several rounds.
#   compare.sh ROUNDS SCALE RECORDER...      recorders: none scap ours masked rules
# Each line of the result: run ROUND RECORDER WORKLOAD COUNT SECONDS; each recorder's own count follows in files of /out.
rounds=$1; scale=$2; shift 2
mount -t tmpfs -o size=80% big /tmp

start() {
    case $1 in
        none) pid= ;;
        scap) insmod /ko-later/scap.ko; sysdig -v -w /tmp/scap.scap >/tmp/scap.log 2>&1 & pid=$! ;;
        ours) falco-vm --ruleset /rules.fbc -w /tmp/ours.scap --stats=/tmp/ours.json >/dev/null 2>/tmp/ours.log & pid=$! ;;
        masked|rules) falco-vm --ruleset /$1.fbc --stats=/tmp/$1.json >/dev/null 2>/tmp/$1.log & pid=$! ;;
    esac
    [ -z "$pid" ] || sleep 3
    [ -z "$pid" ] || kill -0 $pid || { echo "$1 did not start"; cat /tmp/$1.log; exit 1; }
}

finish() {
    [ -z "$pid" ] || { sleep 1; kill -INT $pid; wait $pid; }
    case $1 in
        scap) rmmod scap; wc -c </tmp/scap.scap >/out/scap.bytes.$2; cp /tmp/scap.log /out/scap.log.$2
              sysdig -r /tmp/scap.scap 2>/dev/null | wc -l >/out/scap.events.$2 ;;
        ours) wc -c </tmp/ours.scap >/out/ours.bytes.$2; cp /tmp/ours.json /out/ours.json.$2 ;;
        masked|rules) cp /tmp/$1.json /out/$1.json.$2 ;;
    esac
    rm -f /tmp/*
}

for round in $(seq $rounds); do
    for recorder in "$@"; do
        for work in "cheap $((200000 * scale))" "files $((20000 * scale))" "io $((40000 * scale))" "spawn $((200 * scale))"; do
            start $recorder
            echo "run $round $recorder $(workload $work)"
            finish $recorder $round.${work%% *}
        done
        start $recorder
        begin=$(cut -d' ' -f1 /proc/uptime)
        dd if=/dev/zero of=/tmp/dd bs=4096 count=$((20000 * scale)) 2>/dev/null
        echo "run $round $recorder dd $((20000 * scale)) $(awk "BEGIN{print $(cut -d' ' -f1 /proc/uptime) - $begin}")"
        finish $recorder $round.dd
    done
done
