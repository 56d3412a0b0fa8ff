#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs in the guest: calls.sh PROGRAM. What the program expects and what the module sent, for call_check.py on the host.
"$1" > /dev/null || exit 1
rm -rf /tmp/calls*
probe_tool dump /out/calls.scap -- sh -c "exec $1 > /out/expected" || exit 1
