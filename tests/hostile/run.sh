#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Damages captures with the programs of BIN_DIR. short: a sample, for every test run; full: the bundled capture cut in front of
# every block, inside every eighth, and 100,000 damaged captures, and where the big-data folder is at hand (FALCO_TEST_DATA, else a sibling folder of the
# project) its shell capture and its small made-up ones, too. The last line is `N passed, N failed`.
#   tests/hostile/run.sh BIN_DIR short|full
set -euo pipefail
bin=$(cd "$1" && pwd) size=$2
export ASAN_OPTIONS=quarantine_size_mb=16:detect_leaks=0  # forks are fast while there is little memory; leaks are other tests' business
cd "$(dirname "$0")/../.."
data=${FALCO_TEST_DATA:-$PWD/../shared}
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

"$bin/falcoc" tests/hostile/every_event.yaml -o "$temp/rules.fbc"
demo=rules/demo/break-in.scap.gz
small=(tests/fuzz/corpus/fuzz_capture/*)

# Sums up the last lines of the runs whose output files are given.
sum_up() { cat "$@" | awk '/^[0-9]+ passed, [0-9]+ failed$/ { p += $1; f += $3; n++ } END { printf "%d passed, %d failed\n", p, f; exit f > 0 || n < '$#' }'; }

if [ "$size" = short ]; then
  "$bin/hostile_captures" "$temp/rules.fbc" --every 997 --cut "$demo" --flips 3000 --seed 7 "${small[@]}"
  exit
fi

whole=$demo
if [ -f "$data/captures/shell.scap.gz" ]; then
  whole=$data/captures/shell.scap.gz
  small+=("$data"/captures/synthetic/*.scap)
else
  echo "no big-data folder: only what is bundled"
fi
# Two at a time: odd and even blocks.
for part in 0 1; do
  "$bin/hostile_captures" "$temp/rules.fbc" --every 2 --phase "$part" --cut "$whole" >"$temp/cut$part" 2>&1 &
done
wait || true
for part in 0 1; do
  "$bin/hostile_captures" "$temp/rules.fbc" --flips 50000 --seed "$((part + 1))" "${small[@]}" "$demo" >"$temp/flip$part" 2>&1 &
done
wait || true
head -n -1 -q "$temp"/cut? "$temp"/flip? | head -200
sum_up "$temp"/cut? "$temp"/flip?
