#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the source folder of the kernel module, as DKMS wants it and as packages carry it: the module's sources, the tables
# they include, dkms.conf. The one list of what belongs to it; knows nothing of kernels and builds.
#   packaging/dkms/stage.sh VERSION FOLDER
set -euo pipefail
version=$1 folder=$2
cd "$(dirname "$0")/../.."
shopt -s nullglob

[[ -e capture/kmod/Makefile ]] || { echo "stage.sh: capture/kmod has no Makefile" >&2; exit 1; }
files=(LICENSE capture/kmod/*.[ch] capture/kmod/*.def capture/kmod/Kbuild capture/kmod/Makefile)
for table in vm/abi/*.def; do
  if grep -q "#include \"${table##*/}\"" capture/kmod/*.[ch]; then files+=("$table"); fi
done
for file in "${files[@]}"; do
  install -D -m 644 "$file" "$folder/$file"
done
sed "s/@VERSION@/$version/" packaging/dkms/dkms.conf.in >"$folder/dkms.conf"
chmod 644 "$folder/dkms.conf"
