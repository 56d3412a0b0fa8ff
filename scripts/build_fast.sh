#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the falco-vm that packages hold: a first one writes down which way it goes through the code while it replays the bundled
# captures, the second one is optimised by that, across files. Nothing else differs. Needs gcc, and a falcoc for the rules of
# these replays.
#   scripts/build_fast.sh FALCOC BUILD_DIR
set -euo pipefail
cd "$(dirname "$0")/.."
falcoc=$1
build=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

build_to() {
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DFALCO_PROFILE="$1" >/dev/null
  cmake --build "$build" --parallel "$(nproc)" --target falco-vm
}

# Nothing it is made of has changed since.
stamp=$build/falco-vm.done
if [[ -e $stamp && -z $(find CMakeLists.txt cmake scripts/build_fast.sh vm capture tools rules tests/ruleset -type f -newer "$stamp" -print -quit) ]]; then
  exit 0
fi
rm -f "$stamp"
rm -rf "$build/profile"
build_to write
"$falcoc" rules/*.yaml -o "$scratch/rules.fbc" >/dev/null
for capture in rules/demo/*.scap.gz tests/ruleset/*.scap.gz; do
  plain="$scratch/$(basename "$capture" .gz)"
  gunzip -c "$capture" >"$plain"
  for run in "-e $plain" "-e $plain --all-matches" "-e $plain --json" "-e $capture"; do
    # shellcheck disable=SC2086  # words of an option list
    "$build/bin/falco-vm" --ruleset "$scratch/rules.fbc" $run >/dev/null 2>&1
  done
done
build_to use
touch "$stamp"
