# SPDX-License-Identifier: Apache-2.0
"""What an event comes out as: upgrading, what calls do to descriptors, rendering. From the references, not from the product."""
import re
import socket
import struct
from datetime import datetime, timedelta, timezone

from event_tables import CODE, DYN, ENUMS, ERRNO, EVENTS, NATIVE, SIGNALS, SIZES, SYSCALLS, TEXTS, UPGRADES

# --- the scene the cases play in; the same as in events_test.cc ------------------------------------------------------------

TZ = timezone(timedelta(hours=2))
CWD = "/home/ann/"
USERS = {0: "root", 1000: "ann", 1001: "bob"}
GROUPS = {0: "root", 100: "users", 101: "staff"}
COMMS = {1: "init", 90: "sshd", 100: "bash", 110: "worker"}
# number: type character, protocol character, name
WORLD = {
    0: ("f", "", "/dev/null"), 3: ("f", "", "/etc/hosts"), 4: ("d", "", "/srv/data"),
    5: ("4", "t", "10.0.0.5:40000->10.9.8.7:443"), 6: ("4", "t", "0.0.0.0:8080"), 7: ("p", "", "pipe:[7007]"),
    8: ("u", "", "/run/app.sock"), 9: ("e", "", "[eventfd]"), 10: ("s", "", "[signalfd]"), 11: ("l", "", "[eventpoll]"),
    12: ("4", "u", "10.0.0.5:5300->10.1.1.1:53"), 13: ("i", "", "inotify"), 14: ("t", "", "[timerfd]"),
    15: ("n", "", "netlink"), 16: ("b", "", "bpf-map"), 17: ("u", "", "[userfaultfd]"), 18: ("r", "", "[io_uring]"),
    19: ("m", "", "/memfd:x"), 20: ("P", "", "/proc/110"), 21: ("6", "", "::1:6000->::1:7000"), 22: ("X", "", "odd"),
    23: ("4", "i", "10.0.0.5->10.1.1.1"), 24: ("4", "r", "10.0.0.5->10.1.1.2"),
}
NEW_FD = 30


class World:
    def __init__(self):
        self.fds, self.comms, self.cwd, self.thread = dict(WORLD), dict(COMMS), CWD, True


def concat(base, path):
    if len(base) + len(path) + 1 > 1024:
        return "/DIR_TOO_LONG/FILENAME_TOO_LONG"
    if not path:
        return ""
    out = "/" if path.startswith("/") else base
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            cut = out.rstrip("/")
            out = cut[:cut.rfind("/") + 1] or out[:out.startswith("/")]
        else:
            out += part + "/"
    return out[:-1] if len(out) > 1 and out.endswith("/") else out


# --- what events do to what is shown ---------------------------------------------------------------------------------

def ints(data):
    return int.from_bytes(data, "little", signed=True) if data else None


def cstr(data):
    text = data.split(b"\0")[0].decode("latin1")
    return "<NA>" if text == "(NULL)" else text  # how old captures wrote that there is none


def relative_base(world, dirfd):
    if dirfd is None or dirfd == -100:
        return world.cwd
    if dirfd in world.fds:
        return world.fds[dirfd][2] + "/"
    return ""


def path_of(world, params, path_index, dirfd_index=None):
    base = world.cwd if dirfd_index is None else relative_base(world, ints(params[dirfd_index]))
    return concat(base, cstr(params[path_index]))


def tuple_text(data):
    family = data[0]
    if family == 2:
        return "%s->%s" % (v4(data[1:7]), v4(data[7:13])) if len(data) >= 13 else "INVALID IPv4"
    if family == 10:
        if len(data) < 37:
            return "INVALID IPv6"
        return "->".join((v4(e[12:]) if are_mapped(data) else v6(e)) for e in (data[1:19], data[19:37]))
    if family == 1:
        return "%x->%x %s" % (*struct.unpack("<QQ", data[1:17]), cstr(data[17:]))
    return "family %d" % family


def are_mapped(data):
    """Whether both ends of an IPv6 tuple are IPv4 addresses in disguise."""
    return all(e[:12] == bytes(10) + b"\xff\xff" or e == bytes(16) for e in (data[1:17], data[19:35]))


def v4(data):
    return "%d.%d.%d.%d:%d" % (*data[:4], *struct.unpack("<H", data[4:6]))


def v6(data):
    return "%s:%d" % (socket.inet_ntop(socket.AF_INET6, data[:16]), *struct.unpack("<H", data[16:18]))


def sockaddr_text(data):
    family = data[0]
    if family == 2:
        return v4(data[1:]) if len(data) >= 7 else "INVALID IPv4"
    if family == 10:
        return v6(data[1:]) if len(data) >= 19 else "INVALID IPv6"
    if family == 1:
        return cstr(data[1:]) if data[-1] == 0 else "INVALID PATH"
    return "family %d" % family


def effects(event, p, world):
    """Descriptors and names after the event, as far as its own text shows them."""
    p = list(p) + [b""] * (len(event.params) - len(p))
    name, value = event.name, [ints(x) for x in p]

    def create(fd, char, text="", proto=""):
        if fd is not None and fd >= 0:
            world.fds[fd] = (char, proto, text)

    if name in ("clone", "fork", "vfork", "clone3"):
        child = value[0]
        plain = name != "vfork" and not (value[15] or 0) & (1 << 29 | 1 << 6 | 1 << 8 | 1 << 27)
        if child and child > 0 and plain:
            world.comms[child] = cstr(p[13]) if p[13] else cstr(p[1])
        return
    if name in ("execve", "execveat"):
        if value[0] is None or value[0] >= 0:
            world.comms[100] = cstr(p[13]) if p[13] else cstr(p[1])
        return
    if name == "open":
        d = (value[2] or 0) & 0x400
        create(value[0], "d" if d else "f", path_of(world, p, 1))
    elif name in ("openat", "openat2"):
        d = (value[3] or 0) & 0x400
        # An absent descriptor is an unknown one, an absent name reads <NA>.
        create(value[0], "d" if d else "f", path_of(world, p, 2, 1) if p[2] else "<UNKNOWN><NA>")
    elif name == "creat":
        create(value[0], "f", path_of(world, p, 1))
    elif name == "open_by_handle_at":
        create(value[0], "d" if (value[2] or 0) & 0x400 else "f", concat("", cstr(p[3])))
    elif name == "socket":
        create(value[0], {1: "u", 2: "4", 10: "6", 16: "n"}.get(value[1], "o"))
    elif name == "socketpair" and value[0] == 0 and value[1] != value[2]:
        create(value[1], "u"), create(value[2], "u")
    elif name in ("accept", "accept4"):
        if p[1]:
            char = {1: "u", 2: "4", 10: "4" if p[1][0] == 10 and are_mapped(p[1]) else "6"}[p[1][0]]
            create(value[0], char, tuple_text(p[1]), "" if char == "u" else "t")
    elif name in ("pipe", "pipe2") and value[0] == 0:
        create(value[1], "p"), create(value[2], "p")
    elif name in ("eventfd", "eventfd2"):
        create(value[0], "e")
    elif name in ("signalfd", "signalfd4"):
        create(value[0], "s")
    elif name == "timerfd_create":
        create(value[0], "t")
    elif name in ("inotify_init", "inotify_init1"):
        create(value[0], "i")
    elif name == "bpf":
        create(value[0], "b")
    elif name == "memfd_create":
        create(value[0], "m", cstr(p[1]))
    elif name == "pidfd_open":
        create(value[0], "P", "/proc/%s" % (value[1] if value[1] is not None else 0))
    elif name in ("dup", "dup2", "dup3") or name == "fcntl" and value[2] in (1, 26):
        if value[1] in world.fds and value[0] is not None and value[0] >= 0:
            world.fds[value[0]] = world.fds[value[1]]
    elif name == "connect":
        connected = value[0] is not None and (value[0] >= 0 or value[0] == -115)
        if connected and value[2] in world.fds and p[1]:
            char, proto, _ = world.fds[value[2]]
            # What wasn't a socket becomes one, of a protocol nobody told.
            world.fds[value[2]] = (char, proto, tuple_text(p[1])) if char in "46u" else ("4", "", "<unknown>")
    elif name == "bind":
        if value[0] is not None and value[0] >= 0 and value[2] in world.fds and p[1]:
            char, proto, _ = world.fds[value[2]]
            world.fds[value[2]] = (char if char in "46u" else "4", proto, sockaddr_text(p[1]))
    elif name in TRAFFIC:
        fd_at, tuple_at, receives = TRAFFIC[name]
        fd = value[fd_at]
        if (value[0] is None or value[0] >= 0) and p[tuple_at] and fd in world.fds and world.fds[fd][1] != "t":
            text = tuple_text(p[tuple_at])
            if world.fds[fd][0] not in "46u":  # becomes a UDP socket; the first to receive is a server
                world.fds[fd] = ("4", "u", text)
            else:
                world.fds[fd] = world.fds[fd][:2] + ("->".join(reversed(text.split("->"))) if receives else text,)


# name: descriptor, tuple, receives; the scene's UDP socket is a client, so what it receives is turned round
TRAFFIC = {"send": (2, 4, False), "sendto": (2, 4, False), "sendmsg": (2, 4, False), "sendmmsg": (1, 4, False),
           "recv": (2, 4, True), "recvfrom": (3, 2, True), "recvmsg": (5, 3, True), "recvmmsg": (1, 4, True)}

# --- rendering -------------------------------------------------------------------------------------------------------

NULLS = {"BYTEBUF", "SOCKTUPLE", "FDLIST", "CHARBUFARRAY", "CHARBUF_PAIR_ARRAY", "DYN"}


def number_text(data, type_, fmt):
    unsigned = int.from_bytes(data, "little")
    if fmt == "HEX":
        return "%X" % unsigned
    if fmt == "OCT":
        return "0%o" % unsigned if unsigned else "0"
    if fmt == "PADDED_DEC":
        return "%09d" % unsigned
    return str(unsigned if type_ in ("UINT8", "UINT16") else ints(data))


def errno_text(value):
    low = struct.unpack("<i", struct.pack("<q", value)[:4])[0]
    return ERRNO.get(-low, "") if low < 0 else ""


def flag_names(table, value):
    out, left = [], value
    for bits, name in ENUMS[table]:
        if (bits == 0 and value == 0) or (bits and left & bits == bits):
            out.append(name)
            left &= ~bits
            if bits == value:
                break
    return "|".join(out)


def mode_names(table, value):
    out, left = [], value
    for bits, name in ENUMS[table]:
        if bits == value:
            return "|".join(out + [name])
        if bits and left & bits == bits:
            out.append(name)
            left &= ~bits
    return "|".join(out)


def fd_text(world, fd):
    if fd == -100:
        return "AT_FDCWD"
    if fd < 0:
        return errno_text(fd)
    if not world.thread or fd not in world.fds:
        return ""
    return "<%s%s>%s" % world.fds[fd]


def owner_text(world, names, data):
    uid = int.from_bytes(data, "little")
    if uid == 0xFFFFFFFF:
        return "<NONE>"
    return names.get(uid, "<NA>") if world.thread else "<NA>"


def render(event, index, params, world, type_=None, data=None):
    """raw and resolved text of one parameter."""
    _, own, fmt, aux = event.params[index]
    type_ = type_ or own
    data = params[index] if data is None else data
    if not data:
        return ("NULL" if type_ in NULLS else "<NA>"), ""
    value = ints(data)
    unsigned = int.from_bytes(data, "little")
    table = aux[aux.index("(") + 1:-1].split(",")[0] if "(" in aux else ""
    if re.match(r"U?INT(8|16|32|64)$", type_):
        return number_text(data, type_, fmt), ""
    if type_ in TEXTS:
        text = cstr(data)
        if type_ == "CHARBUF" or not world.thread or not text or text[0] == "/" or text == "<NA>":
            return text, ""
        if type_ == "FSPATH":
            return text, concat(world.cwd, text)
        return text, concat(relative_base(world, ints(params[int(aux[6:-1])])), text)
    if type_ == "BYTEBUF":
        return "".join(chr(b) if 0x20 <= b <= 0x7E else "." for b in data), ""
    if type_ == "ERRNO":
        return str(value), errno_text(value)
    if type_ == "PID":
        return str(value), world.comms.get(value, "")
    if type_ == "FD":
        return str(value), fd_text(world, value)
    if type_ in ("UID", "GID"):
        return str(value), owner_text(world, USERS if type_ == "UID" else GROUPS, data)
    if type_.startswith("FLAGS"):
        return str(unsigned), flag_names(table, unsigned)
    if type_.startswith("ENUMFLAGS"):
        return str(unsigned), "|".join(n for v, n in ENUMS[table] if v == unsigned)
    if type_ == "MODE":
        return number_text(data, "UINT16", fmt), mode_names(table, unsigned)
    if type_ == "SYSCALLID":
        return ("<unknown syscall>", "") if unsigned >= len(SYSCALLS) else (str(unsigned), SYSCALLS[unsigned])
    if type_ == "SIGTYPE":
        return str(unsigned), SIGNALS.get(unsigned, "")
    if type_ == "SIGSET":
        return " ".join(SIGNALS[b + 1] for b in range(64) if unsigned >> b & 1 and b + 1 in SIGNALS), ""
    if type_ == "RELTIME":
        return ("none", "") if unsigned == 2**64 - 1 else (str(unsigned), "%gs" % (unsigned / 1e9))
    if type_ == "ABSTIME":
        return datetime.fromtimestamp(unsigned // 10**9, TZ).strftime("%Y-%m-%d %H:%M:%S") + ".%09d" % (unsigned % 10**9), ""
    if type_ == "SOCKADDR":
        return sockaddr_text(data), ""
    if type_ == "SOCKTUPLE":
        return tuple_text(data), ""
    if type_ == "FDLIST":
        out = []
        for i in range(struct.unpack("<H", data[:2])[0]):
            fd, bits = struct.unpack("<qh", data[2 + 10 * i:12 + 10 * i])
            char = world.fds[fd][0] if world.thread and fd in world.fds else "?"
            out.append("%d:%s%x" % (fd, char, bits & 0xFFFFFFFF))
        return " ".join(out), ""
    if type_ == "DYN":
        variants = DYN[table]
        if data[0] >= len(variants):
            return "INVALID DYNAMIC PARAMETER", ""
        return render(event, index, params, world, variants[data[0]], data[1:]) if len(data) > 1 else ("", "")
    return "(n.a.)", ""


def args_text(event, params, world):
    if event.code == 1:
        return ""
    parts = []
    for i in range(min(len(params), len(event.params))):
        shown, resolved = render(event, i, params, world)
        parts.append("%s=%s" % (event.params[i][0], shown) + ("(%s)" % resolved if resolved else ""))
    return " ".join(parts)


def result_text(event, params, world):
    if not event.exit or event.code == 1 or not event.params or not params or "FALCO_EC_SYSCALL" not in event.category:
        return "-"
    value = ints(params[0]) if len(params[0]) in (4, 8) else 0
    if value >= 0:
        return "SUCCESS"
    shown, resolved = render(event, 0, params, world)
    return resolved or shown


def type_name(event, params):
    if event.code == 1:
        id_ = int.from_bytes(params[0], "little")
        if id_ == 0 and params[1]:
            return NATIVE.get(int.from_bytes(params[1], "little"), "unknown")
        return SYSCALLS[id_] if id_ < len(SYSCALLS) else "<unknown syscall>"
    return cstr(params[1]) if event.code == CODE["ASYNCEVENT_E"] else event.name


# --- upgrading -------------------------------------------------------------------------------------------------------

def zero(type_):
    return b"\xff\xff\xff\xff" if type_ in ("UID", "GID") else bytes(SIZES[type_])


def fit(type_, data):
    return data[:SIZES[type_]] if SIZES[type_] else data


def upgrade(code, params, stored, wanted=None):
    """-> "nothing", "refused" or (code, params). `stored`: {tid: (code, params)}; `wanted` collects enter codes asked for."""
    while True:
        event = EVENTS[code]
        if event.has("UNUSED"):
            return "refused"
        old, managed = event.has("OLD_VERSION"), event.has("CONVERTER_MANAGED")
        if not managed:
            return (code, params) if not old else "nothing"
        if event.exit and len(params) > len(event.params):
            return "refused"
        if event.exit and not old and len(params) == len(event.params):
            return code, params
        rule = UPGRADES.get((code, len(params)))
        if rule is None:
            return "refused"
        action, new, items = rule
        if action in ("Store", "StoreAndPass"):
            stored[100] = (code, params)
            return "nothing" if action == "Store" else (code, params)
        if action == "Pass":
            return code, params
        out = list(params) if action == "Append" else []
        enter = stored.get(100)
        used = False
        for item in items:
            type_ = EVENTS[new].params[len(out)][1]
            m = re.match(r"(\w+)(?:\((\d+)\))?$", item)
            kind, k = m[1], int(m[2] or 0)
            if kind == "Old":
                out.append(fit(type_, params[k]))
            elif kind == "Empty":
                out.append(b"")
            elif kind == "Zero":
                out.append(zero(type_))
            elif kind == "ContainerJson":
                out.append(('{"id":"%s","type":%d,"name":"%s","image":"%s"}' % (
                    cstr(params[0]), ints(params[1]), cstr(params[2]), cstr(params[3]))).encode() + b"\0")
            else:
                if wanted is not None:
                    wanted.add(code - 1)
                if enter is None or enter[0] != code - 1:
                    out.append(b"" if kind == "EnterOrEmpty" else zero(type_))
                else:
                    used = True
                    out.append(fit(type_, enter[1][k]))
        if used:
            del stored[100]
        code, params = new, out
