#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs in the guest: race PROGRAM, captured for race_check.py.
probe_tool dump /out/race.scap -- sh -c "exec $1 3000 > /out/inodes"
