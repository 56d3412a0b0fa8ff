#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the Debian 12 packages that are missing, and says which and why. Asks nothing, changes nothing when all are
# there (and then needs no network), uses sudo only when not root.
#
#   scripts/install-deps.sh [build] [browser] [sarif] [package] [guest] [disk] [extras]     sets to install; default: build
set -euo pipefail

# set | package | why. The only list of packages; ARCHITECTURE.md explains the libraries among them.
readonly TABLE='
build  | g++                   | C++20 compiler
build  | make                  | front door: make demo, make test
build  | cmake                 | build description
build  | ninja-build           | build tool under CMake
build  | pkg-config            | finds RE2 and xxHash
build  | binutils              | nm and readelf, for the test that falco-vm holds no parser
build  | python3               | policy tests and table tools
build  | antlr4                | generates the parser of rule conditions
build  | libantlr4-runtime-dev | runtime of that parser (falcoc only)
build  | libyaml-cpp-dev       | reads rules files, with line and column (falcoc only)
build  | libre2-dev            | the regex operator, linear time
build  | libxxhash-dev         | digests of images, hash of equal predicates
build  | zlib1g-dev            | captures are gzip files
build  | libjemalloc-dev       | memory of falco-vm in huge pages
build  | libcli11-dev          | command lines
build  | libfmt-dev            | text in tools and compiler
build  | nlohmann-json3-dev    | JSON in alerts and diagnostics
build  | doctest-dev           | unit tests
build  | libbenchmark-dev      | benchmarks
build  | sysdig                | a second opinion on captures (tests)
browser | chromium             | opens the page of falco-vm --profile (tests)
sarif  | python3-jsonschema    | checks SARIF against its schema (tests)
package | dpkg-dev            | Debian packages (make deb)
guest  | qemu-system-x86       | the virtual machine in which the kernel module is tested
guest  | busybox-static        | what runs in it
guest  | kmod                  | modules of its kernel
guest  | xz-utils              | unpacks its kernel
guest  | linux-headers-amd64   | builds the module for its kernel
guest  | gcc-multilib          | 32-bit programs for it
disk   | debootstrap           | a Debian for the virtual machine (make guest-packages)
disk   | e2fsprogs             | puts a file system on its disk
extras | clang                 | libFuzzer needs it (make fuzz)
extras | libclang-rt-14-dev    | libFuzzer and sanitizer runtimes of clang
extras | clang-tidy            | static checks (make check)
extras | clang-format          | layout of sources (make format)
extras | shellcheck            | static checks of shell scripts (tests)
extras | mandoc                | static checks of manual pages (tests)
extras | zsh                   | reads its completions (tests)
extras | fish                  | reads its completions (tests)
'

die() { echo "install-deps: $*" >&2; exit 1; }

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

main() {
  local wanted=("$@") set package why missing=()
  [ ${#wanted[@]} -gt 0 ] || wanted=(build)
  for set in "${wanted[@]}"; do
    grep -q "^$set " <<<"$TABLE" || die "no set named '$set' (there are: build, browser, sarif, package, guest, disk, extras)"
  done
  command -v dpkg-query >/dev/null || die "this is not Debian; install the packages of $0 by hand"

  while IFS='|' read -r set package why; do
    set=${set// /} package=${package// /}
    [ -n "$package" ] && [[ " ${wanted[*]} " == *" $set "* ]] || continue
    installed "$package" && continue
    [ ${#missing[@]} -gt 0 ] || echo "Missing Debian packages:"
    printf '  %-22s %s\n' "$package" "${why# }"
    missing+=("$package")
  done <<<"$TABLE"
  [ ${#missing[@]} -gt 0 ] || return 0

  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "not root and no sudo; as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  echo "Installing ${#missing[@]} packages with apt-get …"
  "${as_root[@]}" apt-get update -q </dev/null
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null
}

main "$@"
