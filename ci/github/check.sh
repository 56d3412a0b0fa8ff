#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The steps of the GitHub Action (action.yml), one for each argument: prepare, lint, fmt, test. Inputs come as variables (RULES,
# LINT_OPTIONS, TESTS: words separated by blanks), so that nothing of them is ever read as shell. Knows nothing of rules.
set -euo pipefail

usage() { echo "usage: check.sh prepare|lint|fmt|test" >&2; exit 2; }
[[ $# == 1 ]] || usage

words() {  # words VARIABLE: its words into the array `list`
  read -r -d '' -a list <<<"${!1-}" || true
}

case $1 in
  prepare)
    if command -v falcoc >/dev/null; then
      falcoc --version
    else
      top=$(cd "$(dirname "$0")/../.." && pwd)
      "$top/scripts/install-deps.sh" build  # make is among them
      make -C "$top" build
      echo "$top/build/release/bin" >>"$GITHUB_PATH"
    fi
    ;;
  lint)
    words RULES && rules=("${list[@]}")
    words LINT_OPTIONS && options=("${list[@]}")
    sarif=${RUNNER_TEMP:-/tmp}/falcoc.sarif
    # Twice, once for each form; the codes are the same.
    falcoc lint "${rules[@]}" "${options[@]}" --format github || true
    code=0
    falcoc lint "${rules[@]}" "${options[@]}" --format sarif >"$sarif" || code=$?
    # After a wrong option or an unreadable file there is nothing to upload.
    ((code > 1)) || echo "sarif=$sarif" >>"$GITHUB_OUTPUT"
    exit "$code"
    ;;
  fmt)
    words RULES
    falcoc fmt --check "${list[@]}"
    ;;
  test)
    words TESTS
    falcoc test "${list[@]}"
    ;;
  *) usage ;;
esac
