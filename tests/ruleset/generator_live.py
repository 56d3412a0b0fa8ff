#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The event generator beside falco-vm's live capture, in a virtual machine: every act must wake its rule and no other, with
right values, and the capture that falco-vm writes meanwhile must give the same alerts again.

usage: generator_live.py BIN_DIR [--record]

  BIN_DIR    holds falcoc, falco-vm and event-generator
  --record   if all went well, keeps the capture as tests/ruleset/generator.scap.gz

Exit codes: 0 fine, 1 not, 77 the machine can't run here (the reason is printed).
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GUEST = ROOT / "tests" / "guest"
sys.path.insert(0, str(GUEST))

import acts_seen  # noqa: E402
import guest_kernel  # noqa: E402
import probe_module  # noqa: E402

SECONDS = 300
# What runs in the guest. Accounts and folders are those that acts need; the capture ends when the generator has.
SCENE = """
mkdir -p /sandbox /var /lib /root /etc
echo 'daemon:x:1:1:daemon:/:/bin/sh' >> /etc/passwd
falco-vm --ruleset /rules.fbc --json -w /out/acts.scap.gz --write-matched > /out/alerts.jsonl 2> /out/errors &
watcher=$!
for try in 1 2 3 4 5 6 7 8 9 10; do sleep 1; /bin/true ACT=waiting; [ -s /out/alerts.jsonl ] && break; done
cd /sandbox
event-generator --all --allow-system --dir /sandbox > /out/acts.txt 2>&1 || exit 1
sleep 1
kill -INT $watcher
wait $watcher
"""


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=False, **options)


def compiled(bin_dir, folder, acts):
    marker, more, image = folder / "marker.yaml", folder / "more.yaml", folder / "rules.fbc"
    marker.write_text(acts_seen.MARKER_RULE, encoding="utf-8")
    more.write_text(acts_seen.more_output(acts), encoding="utf-8")
    run(bin_dir / "falcoc", marker, ROOT / "rules", more, "-o", image, capture_output=True).check_returncode()
    return image


def reported(seen):
    return {act: [(alert["rule"], alert["output"]) for alert in alerts] for act, alerts in seen.items()}


def main():
    parser = argparse.ArgumentParser(usage="generator_live.py BIN_DIR [--record]")
    parser.add_argument("bin_dir", type=pathlib.Path)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    cache = guest_kernel.default_cache()
    try:
        module = probe_module.for_guest(str(pathlib.Path(cache).resolve()))[1]
    except guest_kernel.Missing as error:
        print(f"SKIP: {error}")
        return 77
    except probe_module.CannotBuild as error:
        print(error)
        return 1
    acts, _ = acts_seen.read_list(run(options.bin_dir / "event-generator", "--list", capture_output=True, text=True).stdout)

    with tempfile.TemporaryDirectory(prefix="generator.") as name:
        folder = pathlib.Path(name)
        image, scene, out = compiled(options.bin_dir, folder, acts), folder / "scene.sh", folder / "out"
        scene.write_text(SCENE, encoding="utf-8")
        guest = run(sys.executable, "-B", GUEST / "run_guest.py", "--module", module, "--program", options.bin_dir / "falco-vm",
                    "--program", options.bin_dir / "event-generator", "--file", f"{image}:/rules.fbc", "--out", out,
                    "--timeout", SECONDS, scene, stdout=subprocess.PIPE, text=True)
        if guest.returncode:
            print(guest.stdout[-3000:])
            for said in sorted(out.glob("*")) if out.is_dir() else []:
                if said.suffix in ("", ".txt"):
                    print(f"--- {said.name}\n{said.read_text(errors='replace')[-3000:]}")
            return 77 if guest.returncode == 77 else 1

        live = acts_seen.by_act((out / "alerts.jsonl").read_text(encoding="utf-8").splitlines())
        replay = run(options.bin_dir / "falco-vm", "--ruleset", image, "-e", out / "acts.scap.gz", "--json", capture_output=True,
                     text=True)
        replayed = acts_seen.by_act(replay.stdout.splitlines())
        problems = acts_seen.problems(acts, live)
        was, again = reported(live), reported(replayed)
        if was != again:
            differ = [act for act in was if was[act] != again.get(act)]
            problems.append(f"the capture gives other alerts than the live run for {differ}")
        print("\n".join(problems) if problems else f"{len(acts)} acts woke their rules with their values, live and replayed")
        if problems:
            print((out / "errors").read_text(errors="replace")[-1500:])
        elif options.record:
            shutil.copyfile(out / "acts.scap.gz", HERE / "generator.scap.gz")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
