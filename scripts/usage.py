# SPDX-License-Identifier: Apache-2.0
"""Reads what a program prints for --help, so that manuals and completions need no second list of options. Owns the shape of that
text; knows no program but for what their help does not say (OPTIONAL). Raises ValueError where it does not understand a line."""
import dataclasses
import os
import re
import subprocess

# Options whose value may be left out, and then is given as --option=VALUE only.
OPTIONAL = {("falco-vm", "--stats"): "FILE", ("falco-vm", "--profile"): "FILE", ("falcoc test", "--coverage"): "FILE.html",
            ("falcoc test", "--mutate"): "SECONDS"}
UNSAID = {("falco-vm", "--config"): "FILE"}  # CLI11 leaves the value of this one out
COLUMN = 30  # where the text of an option begins
HEAD = re.compile(r"(?P<names>-[\w-]+(?:,-[\w-]+)*)(?: (?P<value>[A-Z][^\s:=]*))?(?::(?:\{(?P<choices>[^}]*)\}|[A-Z]+))?"
                  r"(?: in \[(?P<low>\d+) - (?P<high>\d+)\])?(?:=\S+)?(?P<many> \.\.\.)?(?P<required> REQUIRED)?"
                  r"(?: Needs:(?: -\S+)+)?(?: Excludes:(?: -\S+)+)?")
PLACE = re.compile(r"(?P<name>\w+) (?P<value>\S+?)(?::\{(?P<choices>[^}]*)\})?(?: \.\.\.| x \d)?(?: REQUIRED)?")


@dataclasses.dataclass
class Option:
    names: list          # as they are written: -h, --help
    value: str           # what stands for the value, or ""
    choices: list        # the values there are, if they are few
    text: str
    many: bool           # may be repeated
    optional: bool       # the value may be left out


@dataclasses.dataclass
class Usage:
    name: str            # of the program, and the command if it is one of a command
    synopsis: str        # what follows the name
    summary: str         # the first line
    intro: list          # further lines before the options
    options: list
    places: list         # arguments by place: (name, value, choices, text)
    commands: list       # (name, arguments, text)
    footer: list         # all lines behind the options


def said(program, *command):
    # NAME=VALUE of the caller may change nothing here, and width of the terminal neither.
    done = subprocess.run([str(program), *command, "--help"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                          env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, check=True)
    return done.stdout.rstrip("\n").split("\n")


def entries(lines):
    """(head, text) of rows such as `  -o OUT  text`, whose text may begin on the next line and go on there."""
    found = []
    for line in lines:
        if line.startswith(" " * 20):
            found[-1][1].append(line.strip())
        elif line.strip():
            head, _, text = line.strip().partition("  ")
            if not text and line[COLUMN - 1:COLUMN] == " " and not HEAD.fullmatch(head):  # the head just reaches the text
                head, text = line[:COLUMN].strip(), line[COLUMN:]
            found.append((head, [text.strip()] if text else []))
    return [(head, " ".join(text)) for head, text in found]


def option(command, head, text):
    match = HEAD.fullmatch(head)
    if not match:
        raise ValueError(f"not understood: {head}")
    names = match["names"].split(",")
    keys = [(command, name) for name in names]
    value = match["value"] or next(((OPTIONAL | UNSAID)[k] for k in keys if k in OPTIONAL | UNSAID), "")
    if match["low"]:
        text += f" ({match['low']} to {match['high']})"
    return Option(names, value, match["choices"].split(",") if match["choices"] else [], text, bool(match["many"]),
                  any(k in OPTIONAL for k in keys))


def place(head, text):
    match = PLACE.fullmatch(head)
    if not match:
        raise ValueError(f"not understood: {head}")
    return match["name"], match["value"], match["choices"].split(",") if match["choices"] else [], text


def usage(program, *command):
    lines = said(program, *command)
    name = " ".join([os.path.basename(str(program)), *command])
    first = next(i for i, line in enumerate(lines) if line.lower().startswith("usage: "))
    synopsis = re.sub(r"^usage: \S*" + re.escape(name.split()[0]), "", lines.pop(first), flags=re.I).removeprefix(f" {' '.join(command)}")
    sections, title = {"": []}, ""
    for line in lines:
        if re.match(r"(Positionals|Options|Commands)\b.*:$", line) and title != "footer":
            title = line.split(":")[0].split(" ")[0]
        elif title == "" and line.startswith("  -"):  # a help without headings
            title = "Options"
        elif title not in ("", "footer") and re.match(r"\S", line):
            title = "footer"
        sections.setdefault(title, []).append(line)
    rows = {key: entries(part for part in sections.get(key, []) if part.startswith(" ")) for key in ("Options", "Positionals", "Commands")}
    intro = [line for line in sections[""] if line]
    commands = [(head.split(" ")[0], " ".join(head.split(" ")[1:]), text) for head, text in rows["Commands"]]
    return Usage(name, synopsis.strip(), intro[0], intro[1:], [option(name, *row) for row in rows["Options"]],
                 [place(*row) for row in rows["Positionals"]], commands, sections.get("footer", []))


def all_of(program):
    """The usage of a program and of each of its commands."""
    top = usage(program)
    return [top, *(usage(program, name) for name, _, _ in top.commands)]
