# SPDX-License-Identifier: Apache-2.0
"""Writes completions of a program for bash, zsh and fish. Knows the shape of Usage and those shells; values that --help lists are
offered, and files where a value's name says so."""
import re

LEVELS = "emergency alert critical error warning notice informational debug".split()
FILES = re.compile(r"FILE|DIR|OUT|FOLDER")
NOTE = "# SPDX-License-Identifier: Apache-2.0\n# Written by scripts/write_manuals.py from --help; don't edit.\n"


def values(option):
    return option.choices or (LEVELS if option.value == "LEVEL" else [])


def is_files(value):
    return bool(FILES.search(value))


def function(usage):
    return "_" + re.sub(r"\W", "_", usage.name)


def bash(usages):
    top = usages[0]
    names = [name for name, _, _ in top.commands]
    lines = [NOTE, f"{function(top)}() {{",
             '  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command="" options="" values=""',
             "  # `=` is a word of its own in --option=value.",
             "  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi"]
    if names:
        lines.append(f'  case ${{COMP_WORDS[1]}} in {" | ".join(names)}) ((COMP_CWORD == 1)) || command=${{COMP_WORDS[1]}} ;; esac')
    lines.append("  case $command in")
    for usage in usages:
        lines.append(f"    {usage.name.partition(' ')[2] or chr(39) * 2})")
        lines.append(f"      options='{' '.join(n for o in usage.options for n in o.names)}'")
        lines.append("      case $prev in")
        for option in usage.options:
            if option.value:
                offered = f" values='{' '.join(values(option))}'" if values(option) else ""
                # An optional value is behind `=` only; otherwise the next word is the value, and no option.
                clear = "" if option.optional else " options="
                lines.append(f"        {' | '.join(option.names)}){offered}{clear} ;;")
        for _, _, choices, _ in usage.places[:1]:
            if choices:
                lines.append(f"        {usage.name.split()[-1]}) values='{' '.join(choices)}' ;;")
        lines += ["      esac", "      ;;"]
    lines.append("  esac")
    if names:
        lines.append(f"  ((COMP_CWORD > 1)) || values='{' '.join(names)}'")
    lines += ["  [[ $cur == -* ]] && values=$options", '  mapfile -t COMPREPLY < <(compgen -W "$values" -- "$cur")', "}",
              "# Where nothing is offered, files are.", f"complete -o default -F {function(top)} {top.name}"]
    return "\n".join(lines) + "\n"


def zsh_text(text):
    return re.sub(r"([\[\]:\\])", r"\\\1", text).replace("'", "'\\''")


def zsh_action(value, choices):
    return f"({' '.join(choices)})" if choices else "_files" if is_files(value) else " "


def zsh_options(usage):
    for option in usage.options:
        many = "*" if option.many else f"({' '.join(option.names)})" if len(option.names) > 1 else ""
        value = f":{zsh_text(option.value)}:{zsh_action(option.value, values(option))}" if option.value else ""
        for name in option.names:
            sign = "=-" if option.optional else "=" if value and name.startswith("--") else ""
            yield f"'{many}{name}{sign}[{zsh_text(option.text)}]{':' if option.optional else ''}{value}'"
    for index, (name, value, choices, _) in enumerate(usage.places):
        yield f"'{'*' if index + 1 == len(usage.places) else ''}:{name}:{zsh_action(value, choices)}'"


def zsh(usages):
    top = usages[0]
    lines = [f"#compdef {top.name}", NOTE, f"{function(top)}() {{"]
    if top.commands:
        lines += ["  local -a commands=("]
        lines += [f"    '{name}:{zsh_text(text)}'" for name, _, text in top.commands]
        lines += ["  )", "  (( CURRENT != 2 )) || _describe command commands", "  case $words[2] in"]
        for usage in usages[1:]:
            lines += [f"    {usage.name.split()[-1]})", "      shift words; (( CURRENT-- ))", "      _arguments -s \\"]
            lines += [" \\\n".join(f"        {row}" for row in zsh_options(usage)), "      return ;;"]
        lines += ["  esac"]
    lines += ["  _arguments -s \\", " \\\n".join(f"    {row}" for row in zsh_options(top)), "}", f'{function(top)} "$@"']
    return "\n".join(lines) + "\n"


def fish_text(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish(usages):
    top = usages[0]
    lines = [NOTE.rstrip()]
    names = " ".join(name for name, _, _ in top.commands)
    for name, _, text in top.commands:
        lines.append(f"complete -c {top.name} -n __fish_use_subcommand -a {name} -d {fish_text(text)}")
    for usage in usages:
        name = usage.name.partition(" ")[2]
        seen = f"-n '__fish_seen_subcommand_from {name}' " if name else f"-n 'not __fish_seen_subcommand_from {names}' " if names else ""
        for option in usage.options:
            flags = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names)
            if option.value and not option.optional:
                flags += " -r -F" if is_files(option.value) else " -x"
            if values(option):
                flags += f" -a '{' '.join(values(option))}'"
            lines.append(f"complete -c {top.name} {seen}{flags} -d {fish_text(option.text)}")
        for _, _, choices, _ in usage.places[:1]:
            if choices:
                lines.append(f"complete -c {top.name} {seen}-f -a '{' '.join(choices)}'")
    return "\n".join(lines) + "\n"
