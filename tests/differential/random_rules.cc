// SPDX-License-Identifier: Apache-2.0
#include "tests/differential/random_rules.h"

#include "tests/differential/random_events.h"

namespace differential {
namespace {

/// A quoted string of the condition language; bytes that may not be UTF-8 are escaped.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (static_cast<uint8_t>(c) >= 0x80) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      out += "\\x";
      out += kDigits[static_cast<uint8_t>(c) >> 4];
      out += kDigits[static_cast<uint8_t>(c) & 15];
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// A single-quoted YAML scalar.
std::string yaml(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

std::string spaced(std::string_view a, std::string_view b, std::string_view c) {
  return std::string(a) + ' ' + std::string(b) + ' ' + std::string(c);
}

}  // namespace

std::string RuleWriter::text_field() {
  return std::string(random_.pick({"proc.name", "proc.pname", "proc.exepath", "proc.cmdline", "fd.name", "fd.directory", "user.name",
                                   "container.id", "proc.args[0]", "proc.env[HOME]", "evt.arg.name", "evt.arg.flags", "evt.arg[1]",
                                   "fs.path.name", "k8s.ns.name", "evt.res"}));
}

std::string RuleWriter::text_constant(std::string_view op) {
  if (op == "glob" || op == "iglob") {
    return quoted(random_.pick({"*", "c*", "*at", "C?T", "/etc/*", "[a-c]*", "[!/]*", "*.txt", "/*/*", "", "caf*"}));
  }
  if (op == "regex") return quoted(random_.pick({".*", "c.t", "/etc/(shadow|passwd)", "[A-Z]+", "", "bad.", "(cat|bash|sshd)", "/.*"}));
  if (op == "pmatch") return quoted(random_.pick({"/etc", "usr", "/usr/*", "/", "", "/e*/x", "/et*/shadow", "cat", "/*/bin/*", "/etc/shadow/x"}));
  if (op == "contains" || op == "icontains" || op == "startswith" || op == "endswith") {
    return quoted(random_.pick({"", "a", "ca", "CA", "/etc", "shadow", "t", "O_CREAT", "y", "at", "/"}));
  }
  return quoted(random_.pick(kTexts));
}

std::string RuleWriter::number_constant() {
  return quoted(std::to_string(random_.pick(kNumbers)));
}

std::string RuleWriter::address_item() { return quoted(random_.pick(kAddresses)); }
std::string RuleWriter::net_item() {
  return quoted(random_.pick({"10.0.0.0/8", "0.0.0.0/0", "127.0.0.1/32", "142.251.0.0/16", "2001:db8::/32", "::1/128", "10.0.0.2/31"}));
}

std::string RuleWriter::listed(std::string (RuleWriter::*item)()) {
  std::string text = "(";
  // Sometimes more than the machine searches one by one.
  const uint64_t count = random_.chance(10) ? 8 : random_.below(4);
  for (uint64_t i = 0; i < count; ++i) text += (i == 0 ? "" : ", ") + (this->*item)();
  return text + ")";
}

std::string RuleWriter::modifier() { return std::string(random_.pick({"oneof", "anyof", "allof"})); }

std::string RuleWriter::text_check(const std::string& field, bool field_to_field) {
  const uint64_t shape = random_.below(10);
  if (shape == 0) return field + " exists";
  if (shape <= 2) {
    if (random_.chance(25)) return field + " in (names, \"bash\")";
    return spaced(field, random_.pick({"in", "intersects"}), listed(&RuleWriter::text_item));
  }
  if (shape == 3) return field + " pmatch (" + text_constant("pmatch") + ", " + text_constant("pmatch") + ")";
  const std::string op(random_.pick({"=", "==", "!=", "contains", "icontains", "startswith", "endswith", "glob", "iglob", "regex"}));
  if (shape == 4) {
    std::string items;
    // Constants that hold for every value, so that also allof and oneof find something.
    const std::string_view always = op == "regex" ? ".*" : op == "glob" || op == "iglob" ? "*" : "";
    for (uint64_t n = random_.below(4); n > 0; --n) {
      items += (random_.chance(40) ? quoted(always) : text_constant(op)) + (n == 1 ? "" : ", ");
    }
    return spaced(field, op, modifier()) + " (" + items + ')';
  }
  if (shape == 5 && field_to_field) {
    const std::string right = random_.chance(60) ? "val(" + text_field() + ")" : transformed_text();
    const std::string_view other = random_.pick({"=", "!=", "<", "<=", ">", ">=", "contains", "icontains", "startswith", "endswith", "in", "glob"});
    return spaced(field, other, right);
  }
  return spaced(field, op, text_constant(op));
}

std::string RuleWriter::transformed_text() {
  const std::string field = text_field();
  switch (random_.below(9)) {
    case 0: return "tolower(" + field + ")";
    case 1: return "toupper(" + field + ")";
    case 2: return "basename(" + field + ")";
    case 3: return "b64(" + field + ")";
    case 4: return "concat(" + field + ", \"x\", " + text_field() + ")";
    case 5: return "join(\",\", (" + field + ", \"a\", " + text_field() + "))";
    case 6: return "toupper(basename(" + field + "))";
    case 7: return "getopt((\"-ab\", " + field + "), \"ab:\")[b]";
    default: return "tolower(\"CAT\")";
  }
}

std::string RuleWriter::bytes_check() {
  const std::string field(random_.pick({"evt.buffer", "b64(evt.buffer)"}));
  if (random_.chance(10)) return field + " exists";
  if (random_.chance(25)) return spaced(field, random_.pick({"bcontains", "bstartswith"}), random_.pick({"636174", "2f65", "\"\"", "ff"}));
  if (random_.chance(25)) return spaced(field, random_.pick({"in", "intersects"}), listed(&RuleWriter::text_item));
  if (random_.chance(20)) return field + " contains " + modifier() + " (\"a\", \"ca\", \"/etc\")";
  const std::string_view op = random_.pick({"=", "!=", "contains", "startswith", "endswith"});
  return spaced(field, op, text_constant(op));
}

std::string RuleWriter::number_check() {
  const std::string field(random_.pick({"proc.pid", "proc.ppid", "user.uid", "fd.num", "evt.rawres", "evt.cpu", "fd.sport", "evt.num",
                                        "proc.duration", "len(proc.name)", "len(fd.types)", "len(evt.buffer)", "evt.rawarg.fd", "thread.tid"}));
  if (random_.chance(8)) return field + " exists";
  if (random_.chance(5)) return "evt.around[1566230400040000000] = " + std::string(random_.pick({"0", "22", "500"}));
  const bool is_port = field == "fd.sport";
  const auto constant = [&] { return is_port ? quoted(random_.pick({"80", "443", "http", "0", "54321"})) : number_constant(); };
  if (random_.chance(25)) return spaced(field, random_.pick({"in", "intersects"}), "(" + constant() + ", " + constant() + ")");
  if (random_.chance(15)) return spaced(field, random_.pick({"=", "!="}), modifier()) + " (" + constant() + ", " + constant() + ")";
  if (random_.chance(15)) return spaced("proc.pid", random_.pick({"=", "!=", "<", "<=", ">", ">=", "in"}), "val(proc.ppid)");
  if (random_.chance(50)) return spaced(field, random_.pick({"=", "!="}), constant());
  return spaced(field, random_.pick({"<", "<=", ">", ">="}), random_.pick({"0", "1", "22", "443", is_port ? "80" : "-1"}));
}

std::string RuleWriter::bool_check() {
  const std::string_view field = random_.pick({"evt.is_open_read", "fd.connected", "proc.is_exe_writable", "evt.failed"});
  if (random_.chance(20)) return spaced(field, "in", random_.pick({"(true)", "(true, false)", "()"}));
  return spaced(field, random_.pick({"=", "!="}), random_.pick({"true", "false"}));
}

std::string RuleWriter::address_check() {
  const bool net = random_.chance(50);
  const std::string field(net ? random_.pick({"fd.net", "fd.snet", "fd.cnet"}) : random_.pick({"fd.ip", "fd.sip", "fd.cip", "fd.port"}));
  const bool port = field == "fd.port";
  const auto item = [&] { return net ? net_item() : port ? quoted(random_.pick({"80", "443", "54321"})) : address_item(); };
  if (random_.chance(10)) return field + " exists";
  if (random_.chance(30)) {
    return spaced(field, random_.pick({"in", "intersects"}), random_.chance(15) ? "()" : "(" + item() + ", " + item() + ")");
  }
  if (random_.chance(30)) return spaced(field, random_.pick({"=", "!="}), modifier()) + " (" + item() + ", " + item() + ")";
  if (!net && !port && field != "fd.ip" && random_.chance(10)) return "fd.sip != val(fd.cip)";
  if (port && random_.chance(30)) return spaced(field, random_.pick({"<", "<=", ">", ">="}), "443");
  return spaced(field, random_.pick({"=", "!="}), item());
}

std::string RuleWriter::list_check() {
  const std::string left(random_.pick({"fd.types", "tolower(fd.types)", "getopt((\"-ab\", proc.name, \"-b\"), \"ab:\")",
                                       "toupper((\"cat\", proc.name))"}));
  if (random_.chance(10)) return left + " exists";
  return spaced(left, random_.pick({"in", "intersects"}), listed(&RuleWriter::text_item));
}

std::string RuleWriter::ancestor_check() {
  if (random_.chance(20)) return spaced("proc.apid", random_.pick({"=", "!=", ">", "<"}), random_.pick({"0", "1", "22"}));
  if (random_.chance(15)) return "proc.apid in (1, 22)";
  return text_check(std::string(random_.pick({"proc.aname", "proc.aname[2]", "proc.acmdline", "proc.aexe"})), false);
}

std::string RuleWriter::event_check() {
  switch (random_.below(8)) {
    case 0: return "evt.type = " + std::string(random_.pick({"open", "openat", "close", "execve", "sync", "procexit"}));
    case 1: return "evt.type in (open, openat, read, write)";
    case 2: return "evt.type != " + std::string(random_.pick({"open", "close", "read"}));
    case 3: return "evt.type startswith open";
    case 4: return "evt.dir = " + std::string(random_.pick({"<", ">"}));
    case 5: return "syscall.type in (open, execve, sync)";
    case 6: return spaced("evt.type", random_.pick({"=", "!="}), modifier()) + " (open, openat)";
    default: return std::string(random_.pick({"evt.type exists", "evt.type intersects (close, openat)", "syscall.type exists"}));
  }
}

std::string RuleWriter::check() {
  switch (random_.below(16)) {
    case 0: return bytes_check();
    case 1:
    case 2: return number_check();
    case 3: return bool_check();
    case 4:
    case 5: return address_check();
    case 6: return list_check();
    case 7:
    case 8: return ancestor_check();
    case 9:
    case 10: return event_check();
    case 11: return text_check(transformed_text(), true);
    case 12: return std::string(random_.pick({"reads_file", "known_shell"}));
    default: return text_check(text_field(), true);
  }
}

std::string RuleWriter::group(int depth) { return "(" + condition(depth) + ")"; }

std::string RuleWriter::condition(int depth) {
  const uint64_t terms = depth == 0 ? 1 : 1 + random_.below(3);
  std::string text;
  for (uint64_t i = 0; i < terms; ++i) {
    if (i != 0) text += random_.chance(50) ? " and " : " or ";
    if (random_.chance(25)) text += random_.chance(20) ? "not not " : "not ";
    text += depth > 0 && random_.chance(40) ? group(depth - 1) : check();
  }
  return text;
}

std::string RuleWriter::rules_file(size_t count) {
  std::string file =
      "- list: names\n  items: [cat, sshd, '\"x y\"']\n"
      "- macro: known_shell\n  condition: proc.name in (bash, sh) or proc.pname = bash\n"
      "- macro: reads_file\n  condition: evt.is_open_read = true and not known_shell\n";
  for (size_t i = 0; i < count; ++i) {
    file += "- rule: rule " + std::to_string(i) + "\n  desc: d\n  output: o\n  priority: INFO\n  condition: " +
            yaml(condition(static_cast<int>(i % 4))) + '\n';
  }
  return file;
}

}  // namespace differential
