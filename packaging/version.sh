#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints the project's version. It is written down once, in the CMakeLists.txt at the top.
set -euo pipefail
sed -n 's/^project(falcoc VERSION \([0-9.]*\) .*/\1/p' "$(dirname "$0")/../CMakeLists.txt"
