#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the fuzz targets (clang, libFuzzer, address and undefined-behaviour sanitizers) and runs each for SECONDS, starting
# from the committed corpus. What it learns stays in build/fuzz/corpus; a finding is written to build/fuzz/findings.
#   scripts/fuzz.sh SECONDS [TARGET…]       targets: tests/fuzz/fuzz_*.cc, without .cc
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 1 ] || { sed -n '3,6s/^# \{0,1\}//p' "$0"; exit 2; }
seconds=$1; shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(basename -s .cc tests/fuzz/fuzz_*.cc)

[ -f build/fuzz/build.ninja ] || cmake --preset fuzz >/dev/null
cmake --build build/fuzz --parallel "$(nproc)" --target "${targets[@]}"
mkdir -p build/fuzz/findings

failed=0
for target in "${targets[@]}"; do
  learned=build/fuzz/corpus/$target
  log=build/fuzz/$target.log
  mkdir -p "$learned"
  echo "$target: $seconds s …"
  # Leaks are looked for at the end only; 25 s for one input is a hang.
  if ! "build/fuzz/bin/$target" "$learned" "tests/fuzz/corpus/$target" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=3000 \
      -max_len=65536 -artifact_prefix="build/fuzz/findings/$target-" -print_final_stats=1 >"$log" 2>&1 </dev/null; then
    echo "$target: FINDING, see $log"
    grep -E 'ERROR|SUMMARY|Test unit written' "$log" | head -5 || true
    failed=1
  fi
  runs=$(awk '/stat::number_of_executed_units/ {print $2}' "$log")
  rate=$(awk '/stat::average_exec_per_sec/ {print $2}' "$log")
  cover=$(awk '/ cov: / {for (i = 1; i < NF; ++i) if ($i == "cov:") c = $(i + 1)} END {print c}' "$log")
  printf '%-16s %12s executions %8s /s   coverage %s edges\n' "$target" "${runs:-?}" "${rate:-?}" "${cover:-?}"
done
exit "$failed"
