#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds both programs twice: the first ones write down which way they go through the code while they compile rules/ and replay
# the bundled captures, the second ones are laid out by that. Nothing else differs. Needs gcc.
#   scripts/build_fast.sh BUILD_DIR
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

configure_and_build() {
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DFALCO_PROFILE="$1" >/dev/null
  cmake --build "$build" --parallel "$(nproc)" --target falcoc falco-vm
}

rm -rf "$build/profile"
configure_and_build write
"$build/bin/falcoc" rules/*.yaml -o "$scratch/rules.fbc" >/dev/null
for capture in rules/demo/*.scap.gz tests/ruleset/*.scap.gz; do
  plain="$scratch/$(basename "$capture" .gz)"
  gunzip -c "$capture" >"$plain"
  for run in "-e $plain" "-e $plain --all-matches" "-e $plain --json" "-e $capture"; do
    # shellcheck disable=SC2086  # words of an option list
    "$build/bin/falco-vm" --ruleset "$scratch/rules.fbc" $run >/dev/null 2>&1
  done
done
configure_and_build use
