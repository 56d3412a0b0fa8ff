#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The privileged program has no parser: falco-vm links no YAML or ANTLR library and holds no symbol of one, nor of the
# compiler. falcoc is looked at too, to be sure that the search would find them.
#   no_parser.sh FALCO_VM FALCOC
set -euo pipefail
readonly pattern='yaml-?cpp|YAML::|antlr|falcoc::|FalcoCondition'

traces() {  # the libraries and symbols of a parser that program $1 holds
  { readelf -d "$1" | grep NEEDED || true; nm -C "$1" 2>/dev/null || true; nm -DC "$1"; } | grep -iE "$pattern" || true
}

found=$(traces "$1")
if [ -n "$found" ]; then
  echo "$1 holds traces of a parser:"; head -20 <<<"$found"; exit 1
fi
if [ -z "$(traces "$2")" ]; then
  echo "the search finds nothing in $2 either, so it proves nothing"; exit 1
fi
echo "$1: no parser inside"
