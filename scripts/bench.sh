#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Benchmarks of the parts, then the replay table: the bundled capture, and larger ones where the big-data folder has them
# (FALCO_TEST_DATA, else a sibling folder of the project). Results as JSON go to BUILD_DIR/bench-results/, then into its chart.
#   scripts/bench.sh BUILD_DIR
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
out=$build/bench-results
data=${FALCO_TEST_DATA:-$PWD/../shared}
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
mkdir -p "$out"

"$build/bin/parts_bench" --benchmark_out="$out/parts.json" --benchmark_out_format=json

"$build/bin/falcoc" rules/*.yaml -o "$temp/rules.fbc"
captures=()
for packed in rules/demo/break-in.scap.gz "$data"/captures/{bench-exec,bench-io-1m,syscalls,docker,suspicious}.scap.gz; do
  if [ -f "$packed" ]; then
    plain=$temp/$(basename "$packed" .gz)
    gzip -dc "$packed" >"$plain"
    captures+=("$plain")
  else
    echo "not here, left out: $(basename "$packed")"
  fi
done
echo
echo "Replay with the rules of rules/:"
"$build/bin/replay_bench" --ruleset "$temp/rules.fbc" --json "$out/replay.json" "${captures[@]}"

if [ -d "$data/rules/upstream" ]; then
  echo
  echo "Replay with the upstream rules of the big-data folder:"
  "$build/bin/falcoc" "$data"/rules/upstream/falco_rules.yaml "$data"/rules/upstream/falco-incubating_rules.yaml -o "$temp/upstream.fbc"
  "$build/bin/replay_bench" --ruleset "$temp/upstream.fbc" --json "$out/replay-upstream.json" "${captures[@]}"
fi

python3 -B scripts/bench_chart.py "$out" "$out/chart.html"
