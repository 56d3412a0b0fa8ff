#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the kernel module, warnings as errors, for every kernel of which apt offers headers for this architecture.

  every_kernel.py CACHE [--match REGEX] [--suite bookworm-backports ...]

Packages are downloaded and unpacked into CACHE, nothing is installed and no setting of apt changes. Prints one line a kernel; status
1 when one does not build. Does not run the module.
"""
import argparse
import glob
import os
import re
import subprocess
import sys

import probe_module

OFFERED = re.compile(r"^linux-headers-(\d\S*-amd64)\b", re.M)
INCLUDE = re.compile(r"^include (/usr/src/\S+)", re.M)


def output(*command, cwd=None):
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=cwd).stdout


def other_suite(suite, cache):
    """Options with which apt knows one suite more, from where it has the others, without touching its own lists."""
    folder = os.path.join(cache, "apt." + suite)
    os.makedirs(os.path.join(folder, "lists", "partial"), exist_ok=True)
    os.makedirs(os.path.join(folder, "archives", "partial"), exist_ok=True)
    known = output("apt-get", "indextargets", "--format", "$(REPO_URI) $(COMPONENT)").split("\n")
    uri = next(line.split()[0] for line in known if line.endswith(" main") and "security" not in line)
    sources = os.path.join(folder, "sources.list")
    with open(sources, "w", encoding="utf-8") as file:
        file.write(f"deb {uri} {suite} main\n")
    options = []
    for name, value in (("Etc::SourceList", sources), ("Etc::SourceParts", "/dev/null"), ("State::Lists", folder + "/lists"),
                        ("Cache", folder)):
        options += ["-o", f"Dir::{name}={value}"]
    output("apt-get", *options, "update")
    return options


def offered(apt):
    """Kernel releases; without meta-packages, which name no build."""
    names = OFFERED.findall(output("apt-cache", *apt, "search", "--names-only", "^linux-headers-[0-9].*-amd64$"))
    return [name for name in names if not re.match(r"\d+\.\d+-(rt-|cloud-)?amd64$", name)]


def needed(release, apt):
    """The package of a kernel's headers and those of which it consists further."""
    names = re.findall(r"Depends: (linux-(?:headers|kbuild)-\S+)", output("apt-cache", *apt, "depends", f"linux-headers-{release}"))
    return [f"linux-headers-{release}", *names]


def unpack(package, apt, cache):
    root, mark = os.path.join(cache, "root"), os.path.join(cache, package + ".unpacked")
    if os.path.exists(mark):
        return
    output("apt-get", *apt, "download", package, cwd=cache)
    for path in glob.glob(os.path.join(glob.escape(cache), package + "_*.deb")):
        output("dpkg", "-x", path, root)
        os.remove(path)
    open(mark, "w", encoding="utf-8").close()


def headers(release, apt, cache):
    """Folder of a kernel's build system, which knows where it lies. `apt`: options for apt."""
    cache = os.path.abspath(cache)
    os.makedirs(os.path.join(cache, "root"), exist_ok=True)
    for package in needed(release, apt):
        unpack(package, apt, cache)
    root = os.path.join(cache, "root")
    folder = os.path.join(root, "usr/src", f"linux-headers-{release}")
    makefile = os.path.join(folder, "Makefile")
    with open(makefile, encoding="utf-8") as file:
        text = file.read()
    with open(makefile, "w", encoding="utf-8") as file:
        file.write(INCLUDE.sub(lambda found: f"include {root}{found.group(1)}", text))
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", help="folder for packages and what was built")
    parser.add_argument("--match", default="", help="only kernels whose release this matches")
    parser.add_argument("--suite", action="append", default=[], help="of Debian, beside those that apt knows")
    options = parser.parse_args()
    cache = os.path.abspath(options.cache)
    os.makedirs(cache, exist_ok=True)
    releases = {}
    for apt in [[]] + [other_suite(suite, cache) for suite in options.suite]:
        for release in offered(apt):
            if re.search(options.match, release):
                releases.setdefault(release, apt)
    failed = 0
    for release, apt in sorted(releases.items()):
        try:
            probe_module.build(release, cache, kernel=headers(release, apt, cache))
            print(f"builds for Linux {release}", flush=True)
        except probe_module.CannotBuild as error:
            failed += 1
            print(error, flush=True)
    print(f"{len(releases) - failed} of {len(releases)} kernels")
    return 1 if failed or not releases else 0


if __name__ == "__main__":
    sys.exit(main())
