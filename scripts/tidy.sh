#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy over the product's sources, with the compile commands of a build folder.
#   scripts/tidy.sh BUILD_DIR [FILE…]       without files: all of vm, capture, compiler, tools
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1; shift
files=("$@")
# The files that include ANTLR's headers are left out: clang refuses those headers as C++20.
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(git ls-files -- 'vm/*.cc' 'capture/*.cc' 'compiler/*.cc' 'tools/*.cc' ':!compiler/parse/condition_parser.cc' \
  ':!compiler/parse/first_error.cc' ':!compiler/parse/tree_builder.cc')
printf '%s\0' "${files[@]}" | xargs -0 -n 4 -P "$(nproc)" clang-tidy -p "$build" --quiet --extra-arg=-Wno-unknown-warning-option 2> >(grep -vE 'warnings generated|Suppressed|Use -header' >&2)
echo "clang-tidy: ${#files[@]} files are clean"
