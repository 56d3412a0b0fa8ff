#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Inside the guest: installs our packages from /share, gets the module loaded in each way, purges all, and looks for traces.
# One line for each check, with the seconds it took; the last line counts them.
passed=0 failed=0
check() {  # check TEXT COMMAND...: the command succeeds
  local text=$1 begin=$SECONDS
  shift
  if "$@"; then
    echo "ok   $text ($((SECONDS - begin)) s)"
    passed=$((passed + 1))
  else
    echo "FAIL $text ($((SECONDS - begin)) s)"
    failed=$((failed + 1))
    return 1
  fi
}
loaded() { grep -q '^falco_probe ' /proc/modules; }
not() { ! "$@"; }
# Files of the system; logs, caches, folders that systemd gives services while they run, and dpkg's and DKMS's own books aside.
traces() {
  find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /share -o -path /var/log -o \
    -path /var/cache -o -path /var/lib/dpkg -o -path /var/lib/systemd -o -path '/var/tmp/systemd-private-*' \) -prune -o -print |
    grep -v -e '/modules\.[a-z.]*$' -e '^/var/lib/dkms/mok\.' | sort
}

traces >/tmp/before
release=$(uname -r)
check 'packages install' dpkg --install /share/*.deb
check 'DKMS has built for this kernel' test -e "/lib/modules/$release/updates/dkms/falco_probe.ko"
check 'the default rules compile to the file that is installed' \
  eval 'falcoc /usr/share/falco-vm/rules/*.yaml -o /tmp/rules.fbc && cmp /tmp/rules.fbc /usr/share/falco-vm/rules.fbc'

check 'loader: installed module, by modprobe' falco-probe-loader
check '  is loaded' loaded
check '  of the right version' test "$(cat /sys/module/falco_probe/version)" = "$(falco-vm --version | sed 's/.* //')"
check 'loader: already loaded' falco-probe-loader
check 'the service starts, and stays' eval 'systemctl start falco-vm && sleep 5 && systemctl is-active --quiet falco-vm' ||
  journalctl -u falco-vm --no-pager
check 'the module is in use' not rmmod falco_probe
cat /etc/shadow >/dev/null
sleep 5
check '  and sees through its sandbox' eval 'journalctl -u falco-vm --no-pager | grep -q "Critical cat read .*/etc/shadow (user=root "'
systemctl stop falco-vm

rmmod falco_probe
module=/lib/modules/$release/updates/dkms/falco_probe.ko
mv "$module" /tmp/installed.ko && depmod
check 'loader: tree of DKMS, by insmod' falco-probe-loader --compile
check '  is loaded' loaded

rmmod falco_probe
name=$(falco-probe-loader --print-env | sed -n 's/^FILE=//p')
mkdir -p ~/.sysdig /tmp/web && cp /tmp/installed.ko ~/.sysdig/"$name"
check 'loader: prebuilt file' falco-probe-loader --download
check '  is loaded' loaded

rmmod falco_probe
mv ~/.sysdig/"$name" "/tmp/web/$name"
(cd /tmp/web && sha256sum "$name" >"$name.sha256")
busybox httpd -p 127.0.0.1:8000 -h /tmp/web
export FALCO_PROBE_URL=http://localhost:8000
check 'loader: download' falco-probe-loader --download --insecure-http
check '  is loaded' loaded
check '  and kept' test -e ~/.falco/"$name"
rm -rf ~/.falco ~/.sysdig

mv /tmp/installed.ko "$module" && depmod
systemctl --quiet enable falco-vm
check 'packages are purged' dpkg --purge falcoc falco-vm falco-probe-dkms
check 'the module is gone' not loaded
traces >/tmp/after
check 'nothing is left' diff /tmp/before /tmp/after
check 'the kernel has nothing to complain of' not eval 'dmesg | grep -E "BUG:|WARNING:|Oops|Call Trace|Kernel panic"'
echo "$passed passed, $failed failed"
