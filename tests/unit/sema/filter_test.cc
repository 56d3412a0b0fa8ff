// SPDX-License-Identifier: Apache-2.0
//
// Typing of single conditions: fields and arguments, operators, constants, transformers, field-to-field comparisons.
#include <doctest/doctest.h>

#include "tests/unit/sema/checking.h"

using namespace falcoc;
using namespace falcoc::test;

namespace {

/// The constant of a filter that is one check.
Constant constant_of(std::string_view text) {
  Diagnostics diags;
  const auto rules = check_filter(text, diags);
  REQUIRE_MESSAGE(rules, std::string(text));
  return rules->constant(rules->expr(rules->rules[0].condition).constants.at(0));
}

FieldRef field_of(std::string_view text) {
  Diagnostics diags;
  const auto rules = check_filter(std::string(text) + " exists", diags);
  REQUIRE_MESSAGE(rules, std::string(text));
  return rules->term(rules->expr(rules->rules[0].condition).lhs).field;
}

}  // namespace

TEST_CASE("fields and their arguments") {
  CHECK(field_of("proc.aname[2]").index == 2);
  CHECK(field_of("proc.aname").arg == fvm::FieldArg::None);
  CHECK(field_of("proc.aname[-1]").arg == fvm::FieldArg::None);
  CHECK(field_of("proc.env[HOME]").key == "HOME");
  CHECK(field_of("proc.env[12]").arg == fvm::FieldArg::None);
  CHECK(field_of("proc.aenv[12]").index == 12);
  CHECK(field_of("proc.aenv[HOME]").key == "HOME");
  CHECK(field_of("evt.arg.name").key == "name");
  CHECK(field_of("evt.arg[-1]").index == -1);
  CHECK(field_of("evt.rawarg.fd").type == fvm::TypeId::FD);
  CHECK(field_of("thread.cgroup.cpu_set").key == "cpu_set");
  CHECK(field_of("container.mount.dest[/proc*]").key == "/proc*");
  CHECK(field_of("container.mount.dest[3]").index == 3);
  CHECK(field_of("container.label.app").key == "app");
  CHECK(field_of("container.label[a.b]").key == "a.b");
  CHECK(field_of("evt.type.is.openat").key == "openat");

  CHECK(filter("proc.nam exists") == "unknown-field");
  CHECK(filter("proc.name[0] exists") == "field-argument");
  CHECK(filter("proc.aname[x] exists") == "field-argument");
  CHECK(filter("proc.aname[-2] exists") == "field-argument");
  CHECK(filter("evt.arg exists") == "field-argument");
  CHECK(filter("evt.arg.nosuch exists") == "unknown-event-argument");
  CHECK(filter("evt.rawarg[0] exists") == "field-argument");
  CHECK(filter("evt.type.is.nosuch exists") == "unknown-event-type");
  CHECK(filter("thread.cgroup exists") == "field-argument");
}

TEST_CASE("near names are offered for the place that is wrong") {
  Diagnostics diags;
  CHECK_FALSE(check_filter("proc.nmae = x", diags));
  REQUIRE(diags.all().front().suggestion);
  CHECK(diags.all().front().suggestion->replacement == "proc.name");
  CHECK_FALSE(check_filter("evt.type = opnat", diags));
  CHECK(diags.all().back().suggestion->replacement == "openat");
  CHECK_FALSE(check_filter("evt.arg.falgs = x", diags));
  CHECK(diags.all().back().suggestion->replacement == "flags");
}

TEST_CASE("operators need a fitting type") {
  CHECK(filter("fd.num contains 1") == "operator-type");
  CHECK(filter("proc.name bcontains 41") == "operator-type");
  CHECK(filter("evt.buffer icontains x") == "operator-type");
  CHECK(filter("evt.is_open_read > 0") == "operator-type");
  CHECK(filter("fd.sip startswith 1") == "operator-type");
  CHECK(filter("fd.types = file") == "operator-type");
  CHECK(filter("fd.types intersects (file)") == "ok");
  CHECK(filter("fd.ip intersects (1.2.3.4)") == "ok");
  CHECK(filter("fd.num = anyof (1, 2)") == "ok");
  CHECK(filter("fd.num contains anyof (1)") == "operator-type");
  CHECK(filter("evt.around[1] = 5") == "ok");
  CHECK(filter("evt.around[1] != 5") == "operator-field");
  CHECK(filter("evt.rawarg.sig = 9") == "operator-type");
  CHECK(filter("evt.rawarg.sig exists") == "ok");
  CHECK(filter("evt.rawarg.data contains x") == "operator-type");
  CHECK(filter("evt.rawarg.uid = 0") == "ok");
  CHECK(filter_message("fd.num contains 1") == "operator `contains` can not be applied to `fd.num`, which is a number");
}

TEST_CASE("constants take the field's type") {
  CHECK(constant_of("proc.pid = 022").number == 22);
  CHECK(constant_of("proc.pid = \" +22\"").number == 22);
  CHECK(static_cast<int64_t>(constant_of("proc.pid = -1").number) == -1);
  CHECK(constant_of("user.uid = 4294968296").number == 1000);
  CHECK(constant_of("user.uid = -1").number == 0xFFFFFFFF);
  CHECK(constant_of("evt.num = 99999999999999999999999").number == UINT64_MAX);
  CHECK(static_cast<int64_t>(constant_of("proc.pid = 99999999999999999999999").number) == INT64_MAX);
  CHECK(static_cast<int64_t>(constant_of("evt.cpu = 65535").number) == -1);
  CHECK(constant_of("fd.sport = https").number == 443);
  CHECK(constant_of("fd.sport = \"\"").number == 0);
  CHECK(constant_of("fd.sport = 65979").number == 443);
  CHECK(constant_of("evt.is_open_read = true").number == 1);
  CHECK(constant_of("evt.buffer bcontains CAfe").text == "\xCA\xFE");
  CHECK(constant_of("fd.snet = 10.1.0.0/8").net.prefix == 8);
  CHECK(constant_of("fd.sip = ::1").net.base.family == 6);

  for (const char* text :
       {"proc.pid = 0x16", "proc.pid = 22.0", "proc.pid = \"22 \"", "proc.pid = \"\"", "proc.pid > 1.5",
        "fd.sport = -1", "fd.sport = nosuchservice", "fd.sport = 99999999999", "evt.is_open_read = 1",
        "evt.is_open_read = True", "fd.sip = 10.0.0.0/8", "fd.sip = ::ffff:1.2.3.4", "fd.snet = 10.0.0.1",
        "fd.snet = ::/0", "evt.buffer bcontains abc", "proc.name = \"a\\x00\""}) {
    CHECK_MESSAGE(filter(text) == "bad-constant", text);
  }
  CHECK(filter("proc.name = " + std::string(255, 'a')) == "ok");
  CHECK(filter("proc.name = " + std::string(256, 'a')) == "constant-too-long");
  CHECK(filter("evt.buffer bcontains " + std::string(510, 'a')) == "ok");
  CHECK(filter("evt.buffer bcontains " + std::string(512, 'a')) == "constant-too-long");
  CHECK(filter("proc.name regex \"a(\"") == "bad-regex");
  CHECK(filter("proc.name regex \"\\\\d\"") == "bad-regex");
}

TEST_CASE("event types are names that exist") {
  CHECK(filter("evt.type = openat") == "ok");
  CHECK(filter("evt.type = sync") == "ok");
  CHECK(filter("evt.type = \"\"") == "ok");
  CHECK(filter("evt.type startswith open") == "ok");
  CHECK(filter("evt.type startswith ope") == "unknown-event-type");
  CHECK(filter("evt.type in (open, nosuch)") == "unknown-event-type");
  CHECK(filter("evt.type = anyof (openat, x)") == "unknown-event-type");
  CHECK(filter("syscall.type = nosuch") == "ok");
  CHECK(filter("toupper(evt.type) = OPEN") == "operator-field");
  CHECK(filter("evt.type = val(proc.name)") == "operator-field");
}

TEST_CASE("transformers see transformed types") {
  for (const char* text :
       {"len(\"abc\") = 3", "len(5) = 1", "len((\"a\", \"b\")) = 2", "len(fd.types) >= 1",
        "join(5, (\"a\", \"b\")) = a5b", "join(\",\", (fd.sip, \"x\")) exists", "join(\",\", ()) = \"\"",
        "concat(proc.name, 5) = cat5", "getopt((\"-ab\"), \"ab:\")[b] = \"\"", "getopt((\"-a\"), \"a\") intersects (a)",
        "b64(evt.buffer) contains x", "tolower((\"A\")) intersects (a)", "len(concat(proc.name, \"x\")) = 4",
        "toupper(evt.arg.name) = X", "join(\",\", getopt((\"-a\"), \"a\")) = a"}) {
    CHECK_MESSAGE(filter(text) == "ok", text);
  }
  for (const char* text :
       {"toupper(fd.num) = 1", "toupper(len(proc.name)) = 1", "len(proc.pid) = 2", "len(fd.ip) = 1",
        "tolower(proc.aname) = a", "join(\",\", proc.name) = y", "join(\",\") = x", "concat(proc.name) = x",
        "concat(proc.name, proc.pid) = x", "concat(proc.name, len(proc.name)) = x",
        "getopt(proc.args, \"a\") intersects (x)", "getopt((\"-a\"), \"ab\")[zz] exists", "toupper(proc.name)[0] = x",
        "toupper(proc.name, fd.name) = x"}) {
    CHECK_MESSAGE(filter(text) == "transformer-use", text);
  }
  CHECK(filter("toupper(proc.nam) = X") == "unknown-field");
  std::string deep = "proc.name";
  for (int i = 0; i < 65; ++i) deep = "tolower(" + deep + ")";
  CHECK(filter(deep + " = x") == "transformer-use");
}

TEST_CASE("field-to-field comparisons") {
  CHECK(filter("proc.name = val(proc.pname)") == "ok");
  CHECK(filter("proc.name in val(proc.pname)") == "ok");
  CHECK(filter("proc.name startswith toupper(proc.name)") == "ok");
  CHECK(filter("fd.sport > val(fd.cport)") == "ok");
  CHECK(filter("proc.name = val(proc.pid)") == "comparison-types");
  CHECK(filter("evt.num in val(evt.count)") == "comparison-types");
  CHECK(filter("proc.name regex val(proc.pname)") == "operator-field");
  CHECK(filter("proc.name pmatch val(proc.pname)") == "operator-field");
  CHECK(filter("proc.aname[1] = val(proc.pname)") == "operator-field");
  CHECK(filter("proc.pname = val(proc.aname[1])") == "operator-field");
  CHECK(filter("fd.ip = val(fd.sip)") == "operator-field");
  CHECK(filter("evt.rawarg.name = val(fd.name)") == "operator-field");
}

TEST_CASE("event sets") {
  const auto events = [](std::string_view text) {
    Diagnostics diags;
    const auto rules = check_filter(text, diags);
    REQUIRE_MESSAGE(rules, std::string(text));
    return rules->rules[0].events;
  };
  const auto codes = [&](std::string_view text) {
    std::string out;
    const EventSet set = events(text);
    for (size_t i = 0; i < set.size(); ++i) {
      if (set.test(i)) out += (out.empty() ? "" : " ") + std::to_string(i);
    }
    return out;
  };
  const size_t all = fvm::kEventCount;
  CHECK(codes("evt.type = open") == "2 3");
  CHECK(codes("evt.type in (open, openat)") == "2 3 102 103 306 307");
  CHECK(codes("evt.type = sync") == "0 1");
  CHECK(codes("evt.type = accept") == "26 27 56 57 246 247 248 249");
  CHECK(codes("evt.type = asyncevent") == "402");
  CHECK(codes("evt.type = open and not evt.type = open").empty());
  CHECK(codes("evt.num < 1 or evt.num in (0)").empty());
  CHECK(codes("not evt.num > 0").empty());
  CHECK(codes("syscall.type = nosuch").empty());
  CHECK(events("evt.type != open").count() == all - 2);
  CHECK(events("not (evt.type = open or proc.name = x)").count() == all - 2);
  CHECK(events("evt.type = open or proc.name = x").count() == all);
  CHECK(events("not proc.name = x").count() == all);
  CHECK(events("evt.type exists").count() == all);
  CHECK(events("not evt.type exists").count() == 0);
  CHECK(events("not evt.type in ()").count() == all);
  CHECK(events("evt.type in ()").count() == 0);
  CHECK(events("evt.type intersects (open)").count() == all);
  CHECK(events("evt.type = anyof (open)").count() == all);
  CHECK(events("evt.num >= 1").count() == all);
  CHECK(events("syscall.type in (open, execve)").count() == 18);
  // Leaving out one system call of the generic pair must not leave out the others.
  CHECK(events("evt.type != sync").count() == all);
  CHECK(events("not evt.type = sync").count() == all);
}

TEST_CASE("any mix of words gives a filter or a diagnostic") {
  const std::string_view pieces[] = {"proc.name",
                                     "fd.ip",
                                     "evt.type",
                                     "evt.arg.name",
                                     "proc.aname[2]",
                                     "evt.rawarg.fd",
                                     "fd.types",
                                     "evt.num",
                                     "evt.buffer",
                                     "fd.snet",
                                     "=",
                                     "in",
                                     "exists",
                                     "<",
                                     "contains",
                                     "regex",
                                     "(a, 1)",
                                     "(",
                                     ")",
                                     "1",
                                     "open",
                                     "true",
                                     "10.0.0.0/8",
                                     "\"x y\"",
                                     "and",
                                     "or",
                                     "not",
                                     "val(proc.name)",
                                     "tolower(",
                                     "len(",
                                     "concat(",
                                     "join(\",\",",
                                     "getopt(",
                                     "anyof (a)",
                                     "fd.net"};
  uint32_t state = 7;
  size_t accepted = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (int i = 0; i < 2 + round % 5; ++i) {
      state = state * 1664525 + 1013904223;
      text += std::string(pieces[(state >> 16) % std::size(pieces)]) + " ";
    }
    Diagnostics diags;
    const auto rules = check_filter(text, diags);
    CHECK_MESSAGE(rules.has_value() == !diags.has_errors(), text);
    accepted += rules.has_value();
    Diagnostics of_output;
    const auto output = check_output("%" + text, of_output);
    CHECK_MESSAGE(output.has_value() == !of_output.has_errors(), text);
  }
  CHECK(accepted > 0);
}
