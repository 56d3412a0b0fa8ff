#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole path on bundled data: compile rules/, replay the bundled capture, show the alerts.
#   scripts/demo.sh BIN_DIR
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$1
image=$(mktemp --suffix .fbc)
trap 'rm -f "$image"' EXIT

run() { printf '\n$ %s\n' "$*"; "$@"; }
run "$bin/falcoc" rules/*.yaml -o "$image"
run "$bin/falcoc" verify "$image"
run "$bin/falco-vm" --ruleset "$image" -e rules/demo/break-in.scap.gz --all-matches
