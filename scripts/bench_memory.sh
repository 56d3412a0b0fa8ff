#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What hostile and very large captures cost: makes them, replays them with the rules of rules/ (or of the files given), and prints
# for each the threads at most, user time per event without that for loading the process list, system time of the whole run (the
# kernel handing out memory, mostly), memory against its ceiling, and what was evicted or refused. Wants 4 GB of disk in TMPDIR and some minutes.
#   scripts/bench_memory.sh BIN_DIR [RULES…]
set -euo pipefail
bin=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
rules=("$@")
[ ${#rules[@]} -gt 0 ] || rules=(rules/*.yaml)
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
"$bin/falcoc" "${rules[@]}" -o "$temp/rules.fbc" 2>/dev/null

# Seconds of user and system time, on one line.
replay() { TIMEFORMAT='%U %S'; { time "$bin/falco-vm" --ruleset "$temp/rules.fbc" -e "$1" --output /dev/null --stats="$temp/stats" 2>/dev/null || true; } 2>&1; }

printf '%-26s %9s %10s %14s %7s %10s %10s %9s %9s\n' scene events threads 'user ns/event' 'sys s' 'peak MB' 'ceiling MB' evicted refused
row() {  # scene count events
  local name="$1 $2" loading='0 0' run
  python3 bench/make_capture.py "$1" "$2" "$3" "$temp/c.scap"
  case $1 in
    threads | bursts)
      python3 bench/make_capture.py "$1" "$2" 1 "$temp/list.scap"
      loading=$(replay "$temp/list.scap")
      ;;
  esac
  run=$(replay "$temp/c.scap")
  python3 - "$name" "$temp/stats" $loading $run <<'PY'
import json, sys
name, path = sys.argv[1:3]
loading_user, _, user, system = map(float, sys.argv[3:7])
stats = json.load(open(path))
events, lost, memory = stats["raw_events"], stats["lost"], stats["memory"]
refused = lost["threads_refused"] + lost["descriptors_refused"] + lost["stored_enters_evicted"]
print(f"{name:26} {events:9} {stats['threads_peak']:10} {(user - loading_user) / events * 1e9:14.0f} {system:7.2f} "
      f"{memory['process_peak_bytes'] / 2**20:10.0f} {memory['process_ceiling_bytes'] / 2**20:10.0f} {lost['threads_evicted']:9} {refused:9}")
if memory["process_peak_bytes"] > memory["process_ceiling_bytes"]:
    sys.exit(f"{name}: more memory than the ceiling allows")
PY
}
row threads 1000 3000000
row threads 1000000 3000000
row bursts 1000 3000000
row bursts 1000000 3000000
row forkbomb 400000 0
row fdstorm 2000 1000000
row unlisted 1500000 2000000
row enters 200000 0
