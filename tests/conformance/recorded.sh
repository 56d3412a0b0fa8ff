#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Cases recorded from the reference engine, where they are at hand: the folder FALCO_TEST_DATA, else a sibling folder of the
# project. Of each file at least 97 in 100 must pass; docs/compatibility.md says why the others do not. Skips (77) without them.
#   recorded.sh CONFORMANCE SOURCE_DIR
conformance=$1
data=${FALCO_TEST_DATA:-$2/../shared}
found=0
status=0
for file in "$data"/spec/*-cases.yaml; do
  [ -f "$file" ] || continue
  found=1
  summary=$("$conformance" "$file" | tail -n 1)
  echo "$(basename "$file"): $summary"
  echo "$summary" | awk '{ if (NF != 4 || $1 * 100 < 97 * ($1 + $3)) exit 1 }' || status=1
done
if [ $found = 0 ]; then
  echo "SKIP: no recorded cases in $data"
  exit 77
fi
exit $status
