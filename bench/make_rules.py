#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes rules for benchmarks of growth. The same arguments give the same bytes.

    make_rules.py rules COUNT                   COUNT rules, each different: events, fields, operators, lists, macros, negations
    make_rules.py strings|networks COUNT        one rule with a list of COUNT paths or networks

Like rules that sites write, most match rarely: a frequent event, then a few questions that next to nothing answers with yes, and
now and then one that ordinary work does answer. Knows the rule language and field names, no ruleset: it stands by itself or
behind any other files."""
import random
import sys

PLACES = ["/etc", "/opt", "/srv", "/var/lib", "/usr/local", "/home", "/root", "/run", "/var/cache", "/usr/share", "/var/spool"]
WORDS = ["amber", "basalt", "cinder", "dune", "ember", "fjord", "garnet", "harbor", "indigo", "jasper", "kelp", "lagoon",
         "marble", "nectar", "onyx", "pebble", "quartz",
         "reef", "slate", "tundra", "umber", "velvet", "willow", "yarrow", "zephyr"]
ENDINGS = [".key", ".conf", ".db", ".so", ".py", ".sh", ".token", ".pem", ".log", ".service", ".bak", ".jar"]
ORDINARY_PROGRAMS = ["sh", "bash", "python3", "perl", "cron", "sshd", "nginx", "java", "node", "dpkg", "systemd", "runc"]
ORDINARY_PLACES = ["/etc", "/usr/lib", "/proc", "/var/log", "/usr/bin"]

# What starts a rule: the macro's name, its events, and what a rule of it asks about. The weights are those of published rulesets.
SCENES = [
    ("started", "evt.type in (execve, execveat) and evt.rawres = 0", "process", 30),
    ("opened_to_read", "evt.type in (open, openat, openat2) and fd.num >= 0 and evt.is_open_read = true", "file", 16),
    ("opened_to_write", "evt.type in (open, openat, openat2, creat) and fd.num >= 0 and evt.is_open_write = true", "file", 16),
    ("connected", "evt.type = connect and fd.typechar in (4, 6)", "network", 10),
    ("accepted", "evt.type in (accept, accept4) and fd.typechar in (4, 6)", "network", 5),
    ("removed", "evt.type in (unlink, unlinkat, rmdir)", "path", 6),
    ("renamed", "evt.type in (rename, renameat, renameat2)", "path", 4),
    ("linked", "evt.type in (symlink, symlinkat, link, linkat)", "path", 3),
    ("mode_changed", "evt.type in (chmod, fchmod, fchmodat)", "path", 3),
    ("folder_made", "evt.type in (mkdir, mkdirat)", "path", 3),
    ("user_changed", "evt.type in (setuid, setgid, setresuid)", "process", 3),
    ("copied_descriptor", "evt.type in (dup, dup2, dup3)", "network", 2),
    ("traced", "evt.type = ptrace", "process", 1),
    ("mounted", "evt.type in (mount, umount2)", "process", 1),
]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lists = {}

    def word(self):
        return f"{self.random.choice(WORDS)}{self.random.randrange(1000)}"

    def program(self):
        return self.random.choice(ORDINARY_PROGRAMS) if self.random.random() < 0.15 else self.word()

    def folder(self):
        return "/".join([self.random.choice(PLACES)] + [self.word() for _ in range(self.random.randint(1, 3))])

    def path(self):
        return f"{self.folder()}/{self.word()}{self.random.choice(ENDINGS)}"

    def ending(self):
        return f"{self.word()}{self.random.choice(ENDINGS)}"

    def network(self):
        r = self.random
        return f"{r.choice([11, 25, 57, 133, 172, 203])}.{r.randrange(256)}.{r.randrange(256)}.0/{r.randint(24, 28)}"

    def address(self):
        return self.network().split("/")[0][:-1] + str(self.random.randrange(1, 255))

    def port(self):
        return self.random.randrange(1024, 65536)

    def many(self, make):
        """A list in brackets: short ones written out, longer ones as a list of their own, sizes as in real rulesets."""
        size = self.random.choice([2, 3, 4, 6, 9, 15, 30, 80])
        items = sorted({str(make()) for _ in range(size)})
        if len(items) < 5:
            return f"({', '.join(items)})"
        name = f"grown_list_{len(self.lists)}"
        self.lists[name] = items
        return f"({name})"

    def rare(self, kind):
        """A question that hardly any event answers with yes."""
        r = self.random
        if r.random() < 0.025:  # so that some rules do match: a program that is there, and a folder in use
            question, answers = ("fd.name startswith", ORDINARY_PLACES) if kind == "file" else ("proc.name =", ORDINARY_PROGRAMS)
            narrow = f"{question} {r.choice(answers)}"
            return f"(proc.pname = {r.choice(ORDINARY_PROGRAMS)} and {narrow})"
        if r.random() < 0.03:  # patterns are dear, and rulesets have few
            return r.choice([
                lambda: f"proc.cmdline glob '*{self.word()}*{r.choice(ENDINGS)}'",
                lambda: f"proc.cmdline regex '.*{r.choice(WORDS)}[0-9]+[.]{r.choice(ENDINGS)[1:]} .*'",
                lambda: f"fd.name glob {self.folder()}/*/{r.choice(WORDS)}?{r.choice(ENDINGS)}",
            ])()
        process = [
            lambda: f"proc.name in {self.many(self.word)}",
            lambda: f"proc.name = {self.word()}",
            lambda: f"proc.exepath startswith {self.folder()}",
            lambda: f"proc.exepath in {self.many(self.path)}",
            lambda: f'proc.cmdline contains "--{self.word()}"',
            lambda: f'proc.args icontains "{self.word()}="',
            lambda: f"proc.pname in {self.many(self.word)}",
            lambda: f"proc.aname[{r.randint(2, 4)}] = {self.word()}",
            lambda: f"proc.cwd startswith {self.folder()}",
            lambda: f"user.name in {self.many(self.word)}",
            lambda: f"user.uid in {self.many(lambda: r.randrange(2000, 60000))}",
            lambda: f"container.image.repository endswith /{self.word()}",
        ]
        file = [
            lambda: f"fd.name in {self.many(self.path)}",
            lambda: f"fd.name = {self.path()}",
            lambda: f"fd.name startswith {self.folder()}",
            lambda: f"fd.name endswith {self.ending()}",
            lambda: f"fd.name pmatch {self.many(self.folder)}",
            lambda: f"fd.name contains /{self.word()}/",
            lambda: f"fd.directory in {self.many(self.folder)}",
            lambda: f"fd.filename in {self.many(self.ending)}",
        ]
        path = [
            lambda: f"evt.arg[1] startswith {self.folder()}",
            lambda: f"evt.arg[1] endswith {self.ending()}",
            lambda: f"fs.path.name startswith {self.folder()}",
            lambda: f"fs.path.name in {self.many(self.path)}",
            lambda: f"fs.path.target contains /{self.word()}/",
        ]
        network = [
            lambda: f"fd.sip in {self.many(self.address)}",
            lambda: f"fd.snet in {self.many(self.network)}",
            lambda: f"fd.sport in {self.many(self.port)}",
            lambda: f"fd.cip = {self.address()}",
            lambda: f"fd.sport = {self.port()}",
            lambda: f"fd.name contains {self.address()}:",
        ]
        kinds = {"process": process, "file": file, "path": path, "network": network}
        return r.choice(kinds[kind] if r.random() < 0.7 else process)()

    def ordinary(self):
        """A question that many events answer with yes, or an exception that few do."""
        r = self.random
        return r.choice([
            lambda: "container.id != host",
            lambda: "container.id = host",
            lambda: "user.uid != 0",
            lambda: "proc.tty != 0",
            lambda: f"proc.pid > {r.randint(1, 100)}",
            lambda: "proc.name exists",
            lambda: f"not proc.name in {self.many(self.program)}",
            lambda: f"not proc.pname = {self.program()}",
            lambda: f"not proc.cmdline startswith {self.word()}",
            lambda: f"not proc.aname in {self.many(self.program)}",
            lambda: f"not (proc.name = {self.program()} and proc.cwd startswith {self.folder()})",
        ])()

    def condition(self, scene, kind):
        r = self.random
        parts = [f"grown_{scene}"]
        parts += [self.ordinary() for _ in range(r.randint(0, 2))]
        shape = r.random()
        if shape < 0.45:
            parts.append(self.rare(kind))
        elif shape < 0.75:
            parts.append("(" + " or ".join(self.rare(kind) for _ in range(r.randint(2, 4))) + ")")
        else:
            parts.append(f"({self.rare(kind)} or ({self.rare(kind)} and {self.ordinary()}))")
        parts += [f"not ({self.rare(kind)} or {self.rare(kind)})" for _ in range(r.randint(0, 1))]
        return " and ".join(parts)

    def rules(self, count):
        scenes, weights = [s[:3] for s in SCENES], [s[3] for s in SCENES]
        rules = []
        for i in range(count):
            scene, _, kind = self.random.choices(scenes, weights)[0]
            condition = self.condition(scene, kind)
            rules.append(f"- rule: Grown {i} {scene}\n  desc: Made for a benchmark.\n  condition: >\n    {condition}\n"
                         f"  output: \"grown {i} (user=%user.name process=%proc.cmdline file=%fd.name)\"\n"
                         f"  priority: {self.random.choice(['NOTICE', 'WARNING', 'ERROR'])}\n  tags: [grown]\n")
        macros = [f"- macro: grown_{name}\n  condition: {events}\n" for name, events, _, _ in SCENES]
        lists = [one_list(name, items) for name, items in self.lists.items()]
        return "\n".join(lists + macros + rules)


def one_list(name, items):
    return f"- list: {name}\n  items: [{', '.join(items)}]\n"


def one_rule(condition):
    return f"- rule: Listed\n  desc: Made for a benchmark.\n  condition: {condition}\n  output: listed\n  priority: NOTICE\n"


def strings(count):
    names = (f"/srv/{WORDS[i % 25]}/{WORDS[i // 25 % 25]}/item-{i}{ENDINGS[i % 12]}" for i in range(count))
    return one_list("many", names) + one_rule("evt.type in (open, openat, openat2) and fd.name in (many)")


def networks(count):
    # Every other network of 32 addresses, so that neighbours don't melt into one; private ranges and 127.0.0.0/8 stay out.
    nets = (f"{64 + (i >> 18)}.{i >> 10 & 255}.{i >> 2 & 255}.{(i & 3) * 64}/27" for i in range(count))
    events = "evt.type in (connect, accept, accept4, sendto, recvfrom, read, write)"
    return one_list("many", nets) + one_rule(f"{events} and fd.net in (many)")


def main():
    kinds = {"rules": lambda count: Maker(7).rules(count), "strings": strings, "networks": networks}
    if len(sys.argv) != 3 or sys.argv[1] not in kinds or not sys.argv[2].isdigit():
        sys.exit(f"usage: make_rules.py {'|'.join(kinds)} COUNT")
    sys.stdout.write(kinds[sys.argv[1]](int(sys.argv[2])))


if __name__ == "__main__":
    main()
