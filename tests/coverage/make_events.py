#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes events.txt: for each event code, what records of it come out as. A second opinion on decoding, upgrading and
rendering: it reads the product's tables, but shares no code with it (see event_model.py).

  python3 tests/coverage/make_events.py > tests/coverage/events.txt
"""
import sys

from event_model import NEW_FD, TRAFFIC, World, args_text, effects, result_text, type_name, upgrade
from event_tables import (CODE, DYN, EMPTY, ENUMS, EVENTS, SIZES, TEXTS, UPGRADES, buf, dyn, fds, inet, num, raw, txt, unix,
                          unix_pair)

# --- values ----------------------------------------------------------------------------------------------------------

PATHS = ["notes.txt", "/var/lib/app.db", "a/../b//c.log", "../bob/x", "/etc//passwd"]
FDS = [3, 7, 5, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 0, 6, 23, 24]
ERRORS = [2, 13, 17, 22, 11, 1, 38, 95, 110, 71]
PIDS = {"tid": 100, "pid": 100, "ptid": 90, "ppid": 90, "next": 110, "spid": 110, "dpid": 100, "reaper_tid": 1, "vtid": 100, "vpid": 100,
        "pgid": 100, "vpgid": 100, "target_fd": 3}
SPECIAL_TEXT = {"exe": "/usr/bin/tool", "comm": "tool", "cwd": "", "json": '{"container":{"id":"c0ffee"}}', "name": "thing",
                "dev": "/dev/sdb1", "type": "ext4", "description": "Event: start; ID: 7; name: web", "filename": "tool",
                "trusted_exepath": "/usr/bin/tool", "home": "/home/zed", "shell": "/bin/zsh", "container_id": "", "uargs": "debug=1",
                "target": "../t", "special": "/dev/sdc", "id": "c0ffee", "image": "nginx:1", "key": "source"}
BUFFERS = {"args": b"-v\0two words\0", "env": b"HOME=/home/ann\0LANG=C\0", "cgroups": b"cpuset=/\0memory=/user\0",
           "data": b"GET / \x01\xff\r\n", "img": b"\x7fELF\x02", "value_bytebuf": b"raw\0bytes", "msgcontrol": b"\x14\0\0\0"}


def value_of(event, index, variant):
    """A literal for parameter `index`; variant 0: a plain call, 1: extremes and other names."""
    name, type_, _, aux = event.params[index]
    seed = event.code * 7 + index * 3 + variant * 5
    table = aux[aux.index("(") + 1:-1].split(",")[0] if "(" in aux else ""
    if type_ == "ERRNO":
        if index == 0 and event.exit:
            if variant:
                return num(type_, -ERRORS[seed % len(ERRORS)])
            return num(type_, 0 if event.name not in ("read", "write", "mmap", "mmap2") else 4096 + event.code)
        return num(type_, 9 + seed % 50)
    if type_ == "FD":
        if index == 0 and event.exit:
            return num(type_, -ERRORS[seed % len(ERRORS)] if variant else NEW_FD)
        if name in ("fd1", "fd2"):
            return num(type_, NEW_FD + index)
        if "dir" in name:
            return num(type_, -100 if variant else 4)
        if event.name in TRAFFIC or event.name == "bind":
            return num(type_, 12)
        if event.name == "connect":
            return num(type_, 8 if variant else 12)
        return num(type_, 99 if variant and index % 2 else FDS[seed % len(FDS)])
    if type_ in ("PID", "PID32"):
        if index == 0 and event.exit:
            return num(type_, -ERRORS[seed % len(ERRORS)] if variant else 210)
        return num(type_, 4711 if variant and name not in ("tid", "pid", "ptid", "vtid", "vpid") else PIDS.get(name, 110))
    if type_ in ("UID", "GID") or name in ("uid", "gid") and type_ == "UINT32":
        choices = [1000, 1001, 0] if type_ == "UID" or name == "uid" else [100, 101, 0]
        return num(type_, 0xFFFFFFFF if variant and index % 2 else 4242 if variant else choices[index % 3])
    if type_ in TEXTS:
        if type_ == "CHARBUF":
            return txt(SPECIAL_TEXT.get(name, "%s of %s" % (name, event.name)))
        return txt(PATHS[(event.code // 2 + index + variant) % len(PATHS)])
    if type_ == "BYTEBUF":
        return buf(BUFFERS.get(name, ("<%s>" % name).encode() + bytes([event.code % 256])))
    if type_ == "SOCKADDR":
        if event.name == "connect":
            return unix("/run/srv.sock") if variant else inet("10.7.7.7:77")
        return inet("2001:db8::7:8443") if variant else inet("10.0.0.5:6000")
    if type_ == "SOCKTUPLE":
        if event.name == "connect":
            return unix_pair(0xFFFF8801, 0xFFFF8802, "/run/srv.sock") if variant else inet("10.0.0.5:5300->10.7.7.7:77")
        if event.name in ("accept", "accept4"):
            return unix_pair(0xAB, 0xCD, "/run/in.sock") if variant else inet("192.168.3.4:51000->10.0.0.5:8080")
        if TRAFFIC[event.name][2]:
            return inet("::ffff:a01:101:53->::ffff:a00:5:5300") if variant else inet("10.1.1.9:54->10.0.0.5:5300")
        return inet("2001:db8::5:5300->2001:db8::9:53") if variant else inet("10.0.0.5:5300->10.1.1.9:54")
    if type_ == "FDLIST":
        return fds((-1, 0x8), (99, -2)) if variant else fds((3, 1), (5, 0x41), (7, 4))
    if type_ == "DYN":
        variants = DYN[table]
        which = (event.code // 2 + index + variant) % len(variants)
        kind = variants[which]
        return dyn(table, which, {"BYTEBUF": b"\x05\0\0A", "CHARBUF": "desc%d" % index, "ERRNO": -104, "RELTIME": 2500000000,
                                  "SIGTYPE": 9, "FD": 3}.get(kind, 0x1F4 + index))
    if type_ == "RELTIME":
        return num(type_, 2**64 - 1 if variant else 1500000000 + 250000 * index)
    if type_ == "ABSTIME":
        return num(type_, 1700000000123456789 + index * 86400 * 10**9)
    if type_ == "SIGTYPE":
        return num(type_, 64 if variant else 1 + seed % 31)
    if type_ == "SIGSET":
        return num(type_, 0x80000000 if variant else 0x4101)
    if type_ == "SYSCALLID":
        return num(type_, 0 if variant else 2)
    if type_ == "MODE":
        return num(type_, 0o100755 if table == "mknod_mode" and not variant else 0o4711 if not variant else 0o777)
    if type_.startswith(("FLAGS", "ENUMFLAGS")):
        values = [v for v, _ in ENUMS[table] if v < 1 << 8 * SIZES[type_]]
        if type_.startswith("ENUM"):
            if name == "cmd" and event.name == "fcntl":
                return num(type_, 26 if not variant else 4)
            return num(type_, values[seed % len(values)])
        if event.name in ("clone", "fork", "vfork", "clone3") and name == "flags":
            return num(type_, 1 << 15 | 1 << 1 if not variant else 1 << 25 | 1 << 13)
        if table == "file_flags":
            return num(type_, 0x1001 if not variant else 0x4107, hex(0x1001 if not variant else 0x4107))
        unnamed = 1 << (8 * SIZES[type_] - 1)
        if any(v & unnamed for v in values):
            unnamed = 0
        two = values[seed % len(values)] | values[(seed + 3) % len(values)]
        return num(type_, (two | unnamed) if not variant else values[(seed + 1) % len(values)])
    if type_.startswith("IP") or not SIZES[type_]:
        return raw(bytes(range(7, 7 + (SIZES[type_] or 2))))
    size = SIZES[type_]
    if name == "nativeID":
        return num(type_, 60 if variant else 318)
    if event.name == "socket" and name == "type":
        return num(type_, 1)
    if event.name == "socket" and name == "proto":
        return num(type_, 6)
    if variant:
        return num(type_, (1 << 8 * size) - 1 - index) if "U" in type_ else num(type_, -(2 + index))
    return num(type_, (event.code * 101 + index * 13 + 7) % (1 << min(8 * size - 1, 31)))


# --- cases -----------------------------------------------------------------------------------------------------------

HIDDEN = {CODE[s] for s in ("SYSCALL_OPEN_E", "SYSCALL_CREAT_E", "SYSCALL_OPENAT_2_E", "SYSCALL_OPENAT2_E", "SOCKET_CONNECT_E",
                            "SYSCALL_EXECVE_19_E", "SYSCALL_EXECVEAT_E")}
NO_THREAD = {CODE[s] for s in ("CONTAINER_JSON_2_E", "USER_ADDED_E", "USER_DELETED_E", "GROUP_ADDED_E", "GROUP_DELETED_E",
                               "PLUGINEVENT_E", "ASYNCEVENT_E")}
total = 0


def write_case(out, code, label, records, setup=()):
    """records: (code, literals) of one thread, at most one of which comes out."""
    global total
    total += 1
    lines = ["case %d %s" % (code, label)]
    world, stored, result = World(), {}, None
    for c, lits in setup:
        lines.append("before %d %s" % (c, " ".join(x.text for x in lits)))
        effects(EVENTS[c], [x.data for x in lits], world)
    for c, lits in records:
        lines.append(("event %d %s" % (c, " ".join(x.text for x in lits))).rstrip())
        result = upgrade(c, [x.data for x in lits], stored)
    if isinstance(result, str):
        lines.append("out " + result)
    else:
        c, params = result
        event = EVENTS[c]
        world.thread = c not in NO_THREAD and c not in HIDDEN
        if world.thread:
            effects(event, params, world)
        if c in HIDDEN:
            lines.append("out hidden %d" % c)
        else:
            lines.append("out %d %s %s %s" % (c, "<" if event.exit else ">", result_text(event, params, world),
                                             type_name(event, params)))
        args = args_text(event, params, world)
        lines.append(("args " + args).rstrip(" ") if args else "args")
    out.write("\n".join(lines) + "\n\n")


def values(event, variant, count=None):
    return [value_of(event, i, variant) for i in range(len(event.params) if count is None else count)]


def enter_for(code, count, lits):
    """The enter event that an old exit event's upgrade asks for."""
    wanted = set()
    upgrade(code, [x.data for x in lits], {}, wanted)
    for enter in sorted(wanted):
        counts = [n for (c, n), rule in UPGRADES.items() if c == enter and rule[0].startswith("Store")]
        if counts:
            return enter, values(EVENTS[enter], 0, max(counts))
    return None


def cases_of(event, out):
    code = event.code
    if event.has("UNUSED"):
        return write_case(out, code, "unused", [(code, [])])
    old, managed = event.has("OLD_VERSION"), event.has("CONVERTER_MANAGED")
    if old and not managed:
        return write_case(out, code, "without content", [(code, values(event, 0))])
    if not old and (not managed or event.exit or (code, len(event.params)) in UPGRADES):
        write_case(out, code, "plain", [(code, values(event, 0))])
        if event.params:
            write_case(out, code, "other", [(code, values(event, 1))])
            write_case(out, code, "empty", [(code, [EMPTY] * len(event.params))])
        if not managed and len(event.params) > 1:
            write_case(out, code, "fewer parameters", [(code, values(event, 0, len(event.params) - 1))])
    counts = sorted(n for c, n in UPGRADES if c == code)
    for n in counts:
        if not old and n == len(event.params):
            continue
        lits = values(event, 0, n)
        enter = enter_for(code, n, lits) if event.exit else None
        if enter:
            write_case(out, code, "%d parameters, enter event" % n, [enter, (code, lits)])
        write_case(out, code, "%d parameters" % n, [(code, lits)])
    if managed:
        known = set(counts) | (set() if old or not event.exit else {len(event.params)})
        odd = [n for n in range(len(event.params) + 1) if n not in known]
        if odd:
            write_case(out, code, "%d parameters, never written" % odd[0], [(code, values(event, 0, odd[0]))])


def extra_cases(out):
    """Corners that the loop over codes does not reach."""
    open_x, openat_x, close_x = CODE["SYSCALL_OPEN_X"], CODE["SYSCALL_OPENAT_2_X"], CODE["SYSCALL_CLOSE_X"]
    accept_x, mknod_x, ppoll_x = CODE["SOCKET_ACCEPT_5_X"], CODE["SYSCALL_MKNOD_X"], CODE["SYSCALL_PPOLL_X"]
    setsockopt_x, generic_x, chmod_x = CODE["SOCKET_SETSOCKOPT_X"], CODE["GENERIC_X"], CODE["SYSCALL_CHMOD_X"]

    def opened(fd, path, flags, mode=0):
        return [(open_x, [num("FD", fd), txt(path), num("FLAGS32", flags, hex(flags)), num("UINT32", mode), num("UINT32", 0x803),
                          num("UINT64", 77)])]

    for flags, label in ((3, "reads and writes"), (2, "write only"), (0, "no flags"), (0x1FFFF, "all flags"), (0x20001, "an unnamed flag"),
                         (0x401, "a directory")):
        write_case(out, open_x, label, opened(31, "/tmp/x", flags))
    for path in ("(NULL)", "<NA>", ".", "..", "../../../../x", "/", "//a/./b/", "./..hidden", "x" * 1100):
        write_case(out, open_x, "path " + path[:20], opened(31, path, 1))
    for dirfd, label in ((-100, "cwd"), (4, "a directory"), (99, "an unknown descriptor"), (7, "not a directory"), (-9, "a bad descriptor")):
        for path in ("sub/f", "/abs/f"):
            write_case(out, CODE["SYSCALL_UNLINKAT_2_X"], "%s relative to %s" % (path, label),
                       [(CODE["SYSCALL_UNLINKAT_2_X"], [num("ERRNO", 0), num("FD", dirfd), txt(path), num("FLAGS32", 1)])])
    for fd in FDS + [4, 12, 99, -1, -100, -999999]:
        write_case(out, close_x, "descriptor %d" % fd, [(close_x, [num("ERRNO", 0), num("FD", fd)])])
    for res in (-1, -4095, -516, -2 - 2**32, 0, 2**40):
        write_case(out, close_x, "result %d" % res, [(close_x, [num("ERRNO", res), num("FD", 3)])])
    for mode in (0o755, 0o644, 0, 0o7777, 0o400000):
        write_case(out, chmod_x, "mode %o" % mode, [(chmod_x, [num("ERRNO", 0), txt("/f"), num("MODE", mode)])])
    for mode in (0o020600, 0o060640, 0o010644, 0o140777, 0o100000, 0o040755):
        write_case(out, mknod_x, "mode %o" % mode, [(mknod_x, [num("ERRNO", 0), txt("/f"), num("MODE", mode), num("UINT32", 0x103)])])
    for t, label in ((inet("::ffff:a01:203:1000->::ffff:a04:506:2000"), "mapped addresses"), (inet(":::5->:::6"), "all zero addresses"),
                     (inet("::1:1->::ffff:a01:203:2"), "one mapped address"), (unix_pair(0, 0xFFFF880012345678, ""), "no path"),
                     (inet("fe80::1:2:3:4:80->fe80::5:443"), "two IPv6 addresses")):
        write_case(out, accept_x, label, [(accept_x, [num("FD", 30), t, num("UINT8", 200), num("UINT32", 5), num("UINT32", 128)])])
    connect_x = CODE["SOCKET_CONNECT_X"]
    for data, label in ((b"\x10\x01\x02", "a family without layout"), (b"\x02\x01", "IPv4 cut short"), (b"\x0a" + bytes(17), "IPv6 cut short"),
                        (b"\x02" + bytes(range(20)), "IPv4 with more behind it")):
        write_case(out, connect_x, label, [(connect_x, [num("ERRNO", -111), raw(data), num("FD", 5), raw(data)])])
    write_case(out, CODE["SOCKET_BIND_X"], "a path without end", [(CODE["SOCKET_BIND_X"], [
        num("ERRNO", -22), raw(b"\x01/run"), num("FD", 8)])])
    for bits, label in ((0, "no signal"), (0xFFFFFFFF, "all signals"), (1 << 8, "one signal")):
        write_case(out, ppoll_x, label, [(ppoll_x, [num("ERRNO", 1), fds((0, 1), (3, -32768), (99, 32)), num("RELTIME", 1), num("SIGSET", bits)])])
    for ns in (1, 999999, 1000000000, 123456789012, 0):
        write_case(out, CODE["SYSCALL_NANOSLEEP_X"], "%d ns" % ns, [(CODE["SYSCALL_NANOSLEEP_X"], [num("ERRNO", 0), num("RELTIME", ns)])])
    for which, value in ((0, b"ab\x01"), (0, b""), (1, -11), (1, 5), (2, 0xFFFFFFFF), (3, 2**63), (4, 1500000), (4, 2**64 - 1)):
        write_case(out, setsockopt_x, "value layout %d, %s" % (which, value if which else len(value)), [(setsockopt_x, [
            num("ERRNO", 0), num("FD", 5), num("ENUMFLAGS8", 1), num("ENUMFLAGS8", 2), dyn("sockopt_dynamic_param", which, value),
            num("UINT32", 4)])])
    write_case(out, setsockopt_x, "a layout that doesn't exist", [(setsockopt_x, [
        num("ERRNO", 0), num("FD", 5), num("ENUMFLAGS8", 200), num("ENUMFLAGS8", 201), raw(b"\x09\x01"), num("UINT32", 4)])])
    for id_, native in ((453, 9999), (454, 1), (65535, 1), (0, 318), (0, 60000), (0, None), (318, None)):
        write_case(out, generic_x, "id %d, native %s" % (id_, native), [(generic_x, [
            num("SYSCALLID", id_), EMPTY if native is None else num("UINT16", native)])])
    for family in (0, 1, 2, 10, 16, 17, 40, 4000):
        write_case(out, CODE["SOCKET_SOCKET_X"], "family %d" % family, [(CODE["SOCKET_SOCKET_X"], [
            num("FD", 30), num("ENUMFLAGS32", family), num("UINT32", 3), num("UINT32", 0), num("FLAGS32", 0x1040)])])
    for uid in (0, 1000, 5555, 0xFFFFFFFF, 0x80000000):
        write_case(out, CODE["SYSCALL_GETUID_X"], "uid %d" % uid, [(CODE["SYSCALL_GETUID_X"], [num("UID", uid)])])
        write_case(out, CODE["SYSCALL_SETGID_X"], "gid %d" % uid, [(CODE["SYSCALL_SETGID_X"], [num("ERRNO", 0), num("GID", uid)])])
    write_case(out, close_x, "enter event of another call", [
        (CODE["SYSCALL_READ_E"], values(EVENTS[CODE["SYSCALL_READ_E"]], 0)), (close_x, [num("ERRNO", 0)])])
    write_case(out, open_x, "the enter event's name does not change the arguments", [
        (CODE["SYSCALL_OPEN_E"], [txt("/real"), num("FLAGS32", 1), num("UINT32", 0)])] + opened(-2, "/other", 1))
    write_case(out, openat_x, "relative to a fresh directory", [(openat_x, [
        num("FD", 32), num("FD", 31), txt("f"), num("FLAGS32", 1), num("UINT32", 0), num("UINT32", 1), num("UINT64", 2)])],
        setup=opened(31, "/opt/dir", 0x401))
    write_case(out, CODE["SYSCALL_DUP_1_X"], "of a fresh file", [(CODE["SYSCALL_DUP_1_X"], [num("FD", 33), num("FD", 31)])],
               setup=opened(31, "rel", 1))


def main():
    out = sys.stdout
    out.write("# What records of each event code come out as. Written by make_events.py; values hold no parentheses.\n"
              "#\n"
              "#   case CODE label      code under test\n"
              "#   before CODE VALUES   an event that prepares; what comes of it is not looked at\n"
              "#   event CODE VALUES    as recorded: enter event, then exit event\n"
              "#   out CODE DIR RES TYPE | out hidden CODE | out nothing | out refused\n"
              "#   args TEXT            evt.args; of a hidden event, rendered without a thread\n"
              "#\n"
              "# A VALUE is a number in the parameter's width, \"text\" (texts get their NUL), - (recorded empty), inet:A:P[->B:Q],\n"
              "# inet6:..., unix:PATH, unix:SOURCE->DESTINATION:PATH, fds:FD:EVENTS,..., dyn:LAYOUT:TYPE:VALUE or bytes:HEX.\n"
              "# RES is evt.res, - for none.\n\n")
    for event in EVENTS:
        cases_of(event, out)
    extra_cases(out)
    print("%d cases" % total, file=sys.stderr)


main()
