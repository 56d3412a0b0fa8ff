# SPDX-License-Identifier: Apache-2.0
"""Writes a manual page in man(7): what --help says, and in between what the page's template says for itself. A template is the page
with lines such as @options@, which stand for a part of the help. Knows the shape of Usage, and no program."""
import re


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha").replace("~", "\\(ti")
    text = text.replace("…", "...")
    return "\\&" + text if text.startswith((".", "'")) else text


def prose(text):
    """`code` in bold, as everywhere in manuals."""
    return re.sub(r"\\\(ga(.*?)\\\(ga", r"\\fB\1\\fR", escape(text))


def head(option):
    names = ", ".join(f"\\fB{escape(name)}\\fR" for name in option.names)
    value = f"\\fI{escape(option.value)}\\fR"
    if option.value:
        names += f"[={value}]" if option.optional else f" {value}"
    return names + (" ..." if option.many and "repeatable" not in option.text else "")


def options(rows):
    return [line for row in rows for line in (".TP", head(row), prose(row.text))]


def synopsis(usages):
    lines = []
    for usage in usages:
        words = [f"\\fI{escape(w)}\\fR" if w.strip("[].") != "OPTIONS" else "[\\fIOPTIONS\\fR]" for w in usage.synopsis.split()]
        lines += [".PP" if lines else "", f"\\fB{escape(usage.name)}\\fR " + " ".join(words)]
    return [line for line in lines if line]


def parts(footer):
    """The footer's parts, by what they are: exit codes, examples, tables of terms, and the text between them."""
    found = {"exit": [], "examples": [], "notes": []}
    lines = list(footer)
    while lines:
        line = lines.pop(0)
        indented = []
        while re.fullmatch(r"\w[\w ]*:", line) and lines and lines[0].startswith("  "):
            indented.append(lines.pop(0)[2:])
        if line.startswith("Exit codes: "):
            found["exit"] += [(code, text) for code, text in re.findall(r"(\d+) (.*?)(?:, (?=\d )|\.$)", line)]
        elif line == "Exit codes:":
            found["exit"] += [tuple(row.split(None, 1)) for row in indented]
        elif line == "Examples:":
            found["examples"] += indented
        elif indented:
            found[line[:-1].lower()] = [tuple(re.split(r"\s{2,}", row, maxsplit=1)) for row in indented]
        elif line:
            found["notes"].append(line)
    return found


def terms(rows):
    return [line for term, text in rows for line in (".TP", f"\\fB{escape(term)}\\fR", prose(text))]


def example(lines):
    return [".EX", *map(escape, lines), ".EE"] if lines else []


def command(top, usage, text):
    """A command's section; options that it shares with the program are named there, and described once."""
    shared = [o for o in usage.options if o in top.options]
    part = parts(usage.footer)
    lines = [f".SS {escape(usage.name)}", prose(text[0].upper() + text[1:]) + "."]
    for name, value, _, text in usage.places:
        lines += [".TP", f"\\fI{escape(name)}\\fR (\\fI{escape(value)}\\fR)", prose(text)]
    lines += options(o for o in usage.options if o not in shared)
    lines += [".PP", "As above: " + ", ".join(f"\\fB{escape(n)}\\fR" for o in shared for n in o.names) + "."]
    for note in part["notes"]:
        lines += [".PP", prose(note)]
    if part["exit"]:
        lines += [".PP", "Exit status: " + ", ".join(f"{code} {prose(text)}" for code, text in part["exit"]) + "."]
    return lines + ([".PP"] if part["examples"] else []) + example(part["examples"])


def page(template, usages):
    """The template with its @lines@ filled in."""
    top, part = usages[0], parts(usages[0].footer)
    texts = {name: text for name, _, text in top.commands}
    steps = [line for line in top.intro if line.startswith(" ")]
    filled = {
        "summary": [prose(top.summary)],
        "steps": [".EX", *map(escape, steps), ".EE"] + [prose(line) for line in top.intro if line not in steps],
        "synopsis": synopsis(usages),
        "options": options(top.options),
        "commands": [line for u in usages[1:] for line in command(top, u, texts[u.name.split()[-1]])],
        "notes": [line for note in part["notes"] for line in (".PP", prose(note))],
        "exit": terms(part["exit"]),
        "examples": example(part["examples"]),
        "environment": terms(part.get("environment", [])),
    }
    lines = []
    for line in template.splitlines():
        name = re.fullmatch(r"@(\w+)@", line)
        lines += filled[name[1]] if name else [line]
    return "\n".join(lines) + "\n"
