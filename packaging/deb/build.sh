#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes Debian packages of a built tree. What a package holds is said by the install rules (packaging/CMakeLists.txt, a
# component for each), what Debian must know of it by the folder here with its name; @NAMES@ in those files are filled in.
#   packaging/deb/build.sh BUILD_FOLDER OUT_FOLDER [FALCO_VM]
# FALCO_VM: the program to take instead of the built tree's, see `make fast`.
set -euo pipefail
die() { echo "build.sh: $*" >&2; exit 1; }

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
for command in dpkg-deb dpkg-shlibdeps cmake gzip md5sum; do
  command -v "$command" >/dev/null || die "$command is needed; apt install dpkg-dev"
done
version=$("$here/../version.sh")
# Same sources, same packages: times come from the last commit, or from the caller.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022

fill() {  # fill FILE: with the facts of the package at hand
  sed -e "s/@VERSION@/$version/g" -e "s/@ARCHITECTURE@/$architecture/g" -e "s/@SIZE@/$size/g" -e "s/@DEPENDS@/$depends/g" "$1"
}

# Shared libraries, as package names with versions. The tool insists on a debian/control.
libraries() (
  local -a programs=()
  mapfile -t programs < <(find "$1/usr/bin" -type f -exec sh -c 'head -c 4 "$1" | grep -q ELF' _ {} \; -print 2>/dev/null)
  ((${#programs[@]})) || return 0
  mkdir -p "$work/shlibs/debian"
  printf 'Source: falcoc\n\nPackage: falcoc\nArchitecture: any\n' >"$work/shlibs/debian/control"
  # It warns that the programs do not lie where it expects them, which does not matter here.
  cd "$work/shlibs"
  dpkg-shlibdeps -O "${programs[@]}" 2>log | sed 's/^shlibs:Depends=//' || { cat log >&2; return 1; }
)

for folder in "$here"/*/; do
  package=$(basename "$folder")
  root=$work/$package
  DESTDIR=$root cmake --install "$build" --prefix /usr --component "$package" --strip >/dev/null
  if [[ $package == falco-vm && -n ${3-} ]]; then install -s -m 755 "$3" "$root/usr/bin/falco-vm"; fi
  doc=$root/usr/share/doc/$package
  install -D -m 644 "$here/copyright" "$doc/copyright"
  printf '%s (%s) unstable; urgency=medium\n\n  * Version %s.\n\n -- The falcoc developers <falcoc@example.org>  %s\n' "$package" "$version" \
    "$version" "$(date -uRd "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$doc/changelog.gz"

  if [[ -d $root/usr/share/man ]]; then find "$root/usr/share/man" -type f -exec gzip -9n {} +; fi

  architecture=$(dpkg --print-architecture)
  depends=$(libraries "$root")
  size=$(du -k -s --apparent-size "$root" | cut -f1)
  mkdir "$root/DEBIAN"
  for file in "$folder"*.in; do
    name=$(basename "$file" .in)
    fill "$file" >"$root/DEBIAN/$name"
    case $name in control | conffiles) ;; *) chmod 755 "$root/DEBIAN/$name" ;; esac
  done
  (cd "$root" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
  # Times by the clock above, not by when this ran.
  find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
  dpkg-deb --root-owner-group -Zxz --build "$root" "$out/" >/dev/null
done
ls -l "$out"/*_"$version"_*.deb
