# SPDX-License-Identifier: Apache-2.0
"""Reads a small part of YAML: block mappings and lists, plain or double-quoted texts. Anything else is a ValueError, so files
of this project that keep to it can be tested where no YAML library is."""
import json
import re


def scalar(text):
    if text.startswith('"'):
        return json.loads(text)
    if not re.fullmatch(r"[^\s&*!|>%@`{}\[\]'\"#,?][^#'\"{}\[\]]*", text) or ": " in text:
        raise ValueError(f"not a plain text: {text}")
    return {"true": True, "false": False}.get(text, int(text) if re.fullmatch(r"\d+", text) else text)


def read(text):
    """What the document says, as dicts, lists, texts, numbers and truths."""
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            if "\t" in line or line != line.rstrip():
                raise ValueError(f"line {number}: tab or blanks at the end")
            lines.append([len(line) - len(line.lstrip()), line.lstrip(), number])

    def block(indent):
        result = [] if lines[0][1].startswith("- ") else {}
        while lines and lines[0][0] == indent:
            _, rest, number = lines[0]
            if isinstance(result, list):
                if not rest.startswith("- "):
                    raise ValueError(f"line {number}: not an element")
                if re.match(r"- [\w./-]+:(\s|$)", rest):  # a mapping that begins on this line
                    lines[0][:2] = [indent + 2, rest[2:]]
                    result.append(block(indent + 2))
                else:
                    result.append(scalar(rest[2:]))
                    lines.pop(0)
                continue
            parts = re.fullmatch(r"([\w./-]+):(?: (\S.*))?", rest)
            if not parts or parts[1] in result:
                raise ValueError(f"line {number}: not a key, or there already: {rest}")
            lines.pop(0)
            if parts[2] is not None:
                result[parts[1]] = scalar(parts[2])
            elif lines and lines[0][0] > indent:
                result[parts[1]] = block(lines[0][0])
            else:
                raise ValueError(f"line {number}: no value")
        if lines and lines[0][0] > indent:
            raise ValueError(f"line {lines[0][2]}: indented too far")
        return result

    result = block(0)
    if lines:
        raise ValueError(f"line {lines[0][2]}: what is this?")
    return result
