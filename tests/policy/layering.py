#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Includes follow the architecture: arrows point down, and each foreign library has one home.

usage: layering.py ROOT
       layering.py --self-test      the rules find planted violations
"""
import pathlib
import re
import sys

# Folder -> what its files may include, besides the folder itself and the standard library. A name with an extension is
# one file. Longest matching folder wins. Folders missing here are an error, so a new one must be placed deliberately.
CORE = ["vm/abi", "vm/base", "vm/ops", "vm/image", "vm/event", "vm/state", "vm/field", "vm/exec", "vm/source/event_source.h", "vm/source/thread_lookup.h"]
RUNTIME = CORE + ["vm/source", "vm/host", "vm/alert", "vm/profile"]
BELOW_COMPILER = ["vm/abi", "vm/base", "vm/ops"]
FRONT = ["compiler/source", "compiler/diag"]
ALLOWED = {
    "vm/abi": [],
    "vm/base": ["vm/abi"],
    "vm/ops": ["vm/abi", "vm/base"],
    "vm/image": ["vm/abi", "vm/base", "vm/ops"],
    "vm/event": CORE, "vm/state": CORE, "vm/field": CORE, "vm/exec": CORE,
    "vm/source": CORE + ["vm/source"], "vm/host": CORE + ["vm/source"],
    "vm/alert": CORE, "vm/profile": CORE,
    "vm": RUNTIME,
    "capture": ["vm/abi", "vm/base", "vm/ops", "vm/event", "vm/source"],
    "compiler/source": BELOW_COMPILER,
    "compiler/diag": BELOW_COMPILER + ["compiler/source"],
    "compiler/yaml": BELOW_COMPILER + FRONT,
    "compiler/ast": BELOW_COMPILER + FRONT + ["compiler/sema/checked_rules.h"],  # the names of modifiers
    "compiler/parse": BELOW_COMPILER + FRONT + ["compiler/ast"],
    "compiler/sema": BELOW_COMPILER + FRONT + ["compiler/yaml", "compiler/ast", "compiler/parse"],
    "compiler/ir": BELOW_COMPILER + FRONT + ["compiler/sema"],
    "compiler/opt": BELOW_COMPILER + FRONT + ["compiler/sema", "compiler/ir"],
    "compiler/emit": BELOW_COMPILER + FRONT + ["compiler/sema", "compiler/ir", "compiler/opt"],
    "compiler/cost": BELOW_COMPILER + FRONT + ["compiler/sema", "compiler/ir", "compiler/opt"],
    "compiler/lint": BELOW_COMPILER + FRONT + ["compiler/yaml", "compiler/sema", "compiler/cost"],
    "compiler/fmt": BELOW_COMPILER + FRONT + ["compiler/yaml"],
    "compiler/eval": BELOW_COMPILER + FRONT + ["compiler/sema", "vm/field/field_use.h"],
    "compiler/driver": BELOW_COMPILER + ["compiler"],
    "tools/listing": ["vm/abi"],
    "tools/falcoc": ["compiler", "vm/abi", "vm/base", "vm/ops", "vm/image", "tools/listing", "tools/lsp", "tools/testing"],
    "tools/lsp": ["compiler", "vm/abi", "tools/listing"],
    "tools/testing": RUNTIME + ["vm", "compiler", "capture"],
    "tools/profile": ["vm/abi", "vm/base", "vm/profile", "vm/alert/value_text.h"],
    "tools/falco-vm": RUNTIME + ["vm", "capture", "tools/listing", "tools/profile"],
    "tools/field-diff": RUNTIME + ["vm", "capture"],
}

# Foreign library -> (what its includes look like, folders that may name it).
FOREIGN = {
    "ANTLR": (r"antlr4|FalcoCondition(Lexer|Parser)", ["compiler/parse"]),
    "yaml-cpp": (r"yaml-cpp/", ["compiler/yaml"]),
    "RE2": (r"re2/", ["vm/ops"]),
    "zlib": (r"zlib\.h", ["capture"]),
    "xxHash": (r"xxhash\.h", ["vm/base", "compiler/driver"]),
    "fmt": (r"fmt/", ["compiler", "tools"]),
    "nlohmann-json": (r"nlohmann/", ["vm/alert", "vm/state/container_json.cc", "compiler", "tools"]),
    "CLI11": (r"CLI/", ["tools"]),
    "iostream": (r"(iostream|ostream|sstream|fstream)$", ["compiler", "tools"]),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def below(path, folder):
    return path == folder or path.startswith(folder + "/")


def home_of(path):
    homes = [folder for folder in ALLOWED if below(path, folder)]
    return max(homes, key=len) if homes else None


def violations_in(path, text):
    """Yields one message for each include of the file `path` that the tables forbid."""
    home = home_of(path)
    if home is None:
        yield f"{path}: its folder has no row in tests/policy/layering.py"
        return
    for quote, target in INCLUDE.findall(text):
        for library, (pattern, homes) in FOREIGN.items():
            if re.match(pattern, target) and not any(below(path, h) for h in homes):
                yield f"{path}: includes <{target}>; {library} belongs to {', '.join(homes)}"
        ours = target.split("/")[0] in ("vm", "compiler", "capture", "tools", "tests", "bench", "grammar")
        if quote == "<" or not ours:
            continue
        own = home_of(target) == home
        if not own and not any(below(target, a) and (a != "vm" or target.count("/") == 1) for a in ALLOWED[home]):
            yield f"{path}: includes {target}, which {home}/ must not know"


def check(root):
    bad, seen = [], 0
    for top in ("vm", "compiler", "capture", "tools"):
        for file in sorted((root / top).rglob("*")):
            path = file.relative_to(root).as_posix()
            if file.suffix not in (".h", ".cc", ".def") or path.startswith(("capture/kmod/", "tools/event-generator/")):
                continue
            seen += 1
            bad += violations_in(path, file.read_text(encoding="utf-8"))
    print("\n".join(bad) if bad else f"{seen} files follow the layers")
    return 1 if bad or not seen else 0


def self_test():
    planted = [
        ("vm/ops/x.cc", '#include "vm/image/verifier.h"'), ("vm/alert/x.cc", '#include "compiler/sema/checked_rules.h"'),
        ("vm/exec/x.cc", '#include "vm/alert/formatter.h"'), ("compiler/ir/x.cc", '#include "vm/image/verifier.h"'),
        ("compiler/sema/x.cc", '#include "antlr4-runtime.h"'), ("tools/falcoc/x.cc", "#include <yaml-cpp/yaml.h>"),
        ("tools/falco-vm/x.cc", '#include "compiler/driver/compile.h"'), ("vm/exec/x.cc", "#include <sstream>"),
        ("vm/newfolder/x.cc", '#include "tests/support/capture_builder.h"'), ("vm/abi/x.h", '#include "vm/base/bytes.h"'),
    ]
    missed = [p for p in planted if not list(violations_in(*p))]
    legal = [("vm/exec/x.cc", '#include "vm/exec/y.h"\n#include <vector>'), ("compiler/parse/x.cc", '#include "antlr4-runtime.h"'),
             ("tools/falco-vm/main.cc", '#include "vm/engine.h"')]
    false_alarms = [p for p in legal if list(violations_in(*p))]
    for p in missed + false_alarms:
        print("self-test:", p)
    return 1 if missed or false_alarms else 0


if __name__ == "__main__":
    sys.exit(self_test() if sys.argv[1] == "--self-test" else check(pathlib.Path(sys.argv[1])))
