#!/usr/bin/env bash
# Runs the benchmarks of a build folder: the parts (Google Benchmark), then whole captures.
#   scripts/bench.sh BUILD [CAPTURE...]
# Without captures: the bundled one, and bench-exec and bench-io-1m from $FALCO_TEST_DATA (or ../shared) when they are there.
# Results as JSON: BUILD/bench/.
set -euo pipefail
build=$1
shift
here=$(cd "$(dirname "$0")/.." && pwd)
out=$build/bench
mkdir -p "$out"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

captures=("$@")
if [ ${#captures[@]} -eq 0 ]; then
  captures=("$here"/rules/demo/*.scap.gz)
  data=${FALCO_TEST_DATA:-$here/../shared}
  for name in bench-exec bench-io-1m; do
    file=$data/captures/$name.scap.gz
    if [ -f "$file" ]; then captures+=("$file"); else echo "bench: $name.scap.gz is not here, left out"; fi
  done
fi

plain=()
for file in "${captures[@]}"; do
  case $file in
    *.gz)
      name=$(basename "$file" .gz)
      gzip -dc "$file" > "$scratch/$name"
      plain+=("$scratch/$name") ;;
    *) plain+=("$file") ;;
  esac
done

"$build/bin/falcoc" "$here/rules" -o "$scratch/rules.fbc"
echo "== parts"
"$build/bin/parts_bench" --benchmark_min_time=0.2 --benchmark_out="$out/parts.json" --benchmark_out_format=json
echo "== whole captures, default rules (uncompressed, user + system CPU, best of 3)"
"$build/bin/replay_bench" --ruleset "$scratch/rules.fbc" --json "$out/replay.json" "${plain[@]}"
