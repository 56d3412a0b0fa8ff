#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the kernel module for one kernel, in a copy of its sources, and names it as falco-probe-loader looks for it, with a
# checksum beside it: ready for ~/.falco or for a web server.
#   packaging/module.sh FOLDER [KERNELDIR]      KERNELDIR: the kernel's build folder; default: that of the running kernel
# CONFIG names the kernel's configuration where it is neither in /boot nor in /lib/modules nor that of the running kernel.
set -euo pipefail
die() { echo "module.sh: $*" >&2; exit 1; }

out=$1 kernel=${2:-/lib/modules/$(uname -r)/build}
here=$(cd "$(dirname "$0")" && pwd)
[[ -d $kernel ]] || die "no kernel headers in $kernel; on Debian: apt install linux-headers-$(uname -r), or name others by KERNELDIR="
[[ -d $kernel/include/config ]] || die "$kernel is not the build folder of a kernel"
version=$("$here/version.sh")

mkdir -p "$out"
rm -rf "$out/source"
"$here/dkms/stage.sh" "$version" "$out/source"
make -C "$out/source/capture/kmod" KERNELDIR="$kernel"
install -m 644 "$out/source/capture/kmod/falco_probe.ko" "$out/falco_probe.ko"
strip --strip-debug "$out/falco_probe.ko"
release=$(modinfo -F vermagic "$out/falco_probe.ko")
release=${release%% *}

# The running kernel's name comes from the loader, which knows all places of a configuration.
name=
if [[ $release == "$(uname -r)" && -z ${CONFIG:-} ]]; then
  name=$(FALCO_PROBE_VERSION=$version "$here/falco-probe-loader" --print-env | sed -n 's/^FILE=//p')
fi
for config in "${CONFIG:-}" "/boot/config-$release" "/lib/modules/$release/config"; do
  [[ -z $name && -r $config ]] || continue
  sum=$(md5sum <"$config")
  name=falco-probe-$version-$(uname -m)-$release-${sum%% *}.ko
done
if [[ -z $name ]]; then
  echo "$out/falco_probe.ko (for $release; name its configuration by CONFIG= to get the file under the loader's name)"
  exit
fi
install -m 644 "$out/falco_probe.ko" "$out/$name"
(cd "$out" && sha256sum "$name" >"$name.sha256")
echo "$out/$name"
