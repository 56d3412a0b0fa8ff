// SPDX-License-Identifier: Apache-2.0
//
// Scenes: every event of today can be written in a test, with and without parameters; texts become the bytes they stand
// for.
#include <doctest/doctest.h>

#include "tools/testing/memory_source.h"
#include "tools/testing/stage.h"
#include "vm/event_pump.h"
#include "vm/field/field_memory.h"

using namespace falcoc;
using namespace falcoc::testing;

namespace {

Tree scene(std::string_view event) {
  Tree out = Tree::map();
  out.at("events") = Tree::list({Tree::scalar(std::string(event))});
  return out;
}

Tree one(std::string text) { return Tree::scalar(std::move(text)); }

fvm::ParamInfo param(std::string_view event, std::string_view name) {
  const fvm::EventInfo& info = fvm::event_info(*event_of(event));
  for (const fvm::ParamInfo& p : info.params())
    if (p.name == name) return p;
  FAIL("no such parameter");
  return {};
}

std::string bytes_of(std::string_view event, std::string_view name, const Tree& value, bool is_result = false) {
  Diagnostics diags;
  const auto bytes = read_param(value, param(event, name), is_result, diags);
  CHECK(bytes.has_value() != diags.has_errors());
  return bytes.value_or("refused");
}

}  // namespace

TEST_CASE("every event of today can be staged by its name alone, and is shown as what it is") {
  size_t shown = 0;
  for (size_t code = 0; code < fvm::kEventCount; ++code) {
    const fvm::EventInfo& info = fvm::kEvents[code];
    if (info.has(FALCO_EF_UNUSED | FALCO_EF_OLD_VERSION) || event_of(info.name) != static_cast<fvm::EventCode>(code))
      continue;
    CAPTURE(std::string(info.name));
    Diagnostics diags;
    const auto stage = read_stage(scene(info.name), diags);
    REQUIRE(stage);
    REQUIRE(stage->events.size() == 1);
    CHECK(stage->events[0].params.size() == info.param_count);
    MemorySource source(*stage);
    fvm::EventPump pump;
    while (pump.poll_shown(source, [&](const fvm::EvalContext& context) {
      CHECK(context.event->code == static_cast<fvm::EventCode>(code));
      ++shown;
      return true;
    }) == fvm::BatchStatus::Events) {
    }
  }
  CHECK(shown > 150);
}

TEST_CASE("every system call without an event of its own can be staged") {
  for (const fvm::SyscallInfo& call : fvm::kSyscalls) {
    if (call.name.empty()) continue;
    CAPTURE(std::string(call.name));
    Diagnostics diags;
    CHECK(read_stage(scene(call.name), diags).has_value() == event_of(call.name).has_value());
  }
  CHECK(event_of("kexec_load") == fvm::EventCode::GENERIC_X);
  CHECK_FALSE(event_of("no_such_call"));
}

TEST_CASE("values become wire bytes") {
  CHECK(bytes_of("openat", "fd", one("EACCES"), true) == little_endian(int64_t{-13}));
  CHECK(bytes_of("openat", "name", one("/x")) == std::string("/x\0", 3));
  CHECK(bytes_of("openat", "flags", one("O_RDWR|O_CREAT")) == little_endian(uint32_t{7}));
  CHECK(bytes_of("openat", "flags", Tree::list({one("O_RDWR"), one("O_CREAT")})) == little_endian(uint32_t{7}));
  CHECK(bytes_of("openat", "flags", one("O_NOPE")) == "refused");
  CHECK(bytes_of("chmod", "mode", one("4755")) == bytes_of("chmod", "mode", one("0x9ed")));
  CHECK(bytes_of("kill", "sig", one("SIGKILL")) == std::string(1, '\x09'));
  CHECK(bytes_of("connect", "tuple", one("1.2.3.4:5->6.7.8.9:10")) ==
        std::string("\x02\x01\x02\x03\x04\x05\x00\x06\x07\x08\x09\x0a\x00", 13));
  CHECK(bytes_of("connect", "tuple", one("[::1]:5->[::2]:6")).size() == 37);
  CHECK(bytes_of("connect", "tuple", one("[::1]:5->1.2.3.4:6")) == "refused");
  CHECK(bytes_of("connect", "addr", one("/run/x")) == std::string("\x01/run/x\0", 8));
  CHECK(bytes_of("connect", "addr", Tree()).empty());
  CHECK(bytes_of("poll", "fds", one("1")) == "refused");
  CHECK(number_of("-0x10") == -16);
  CHECK(number_of("0o17") == 15);
  CHECK_FALSE(number_of("12a"));
  CHECK_FALSE(number_of(""));
}

TEST_CASE("a process has what the test says, and what follows from it") {
  Tree tree = scene("execve");
  tree.at("process").at("name") = one("cat");
  tree.at("process").at("args") = Tree::list({one("-a"), one("b c")});
  tree.at("process").at("user") = one("alice");
  tree.at("process").at("container") = one("web");
  tree.at("process").at("stdin") = one("pipe");
  tree.at("process").at("parent").at("name") = one("bash");
  tree.at("process").at("parent").at("parent") = one("sshd");
  Diagnostics diags;
  const auto stage = read_stage(tree, diags);
  REQUIRE(stage);
  REQUIRE(stage->threads.size() == 3);
  const fvm::ThreadRecord& cat = stage->threads[0];
  CHECK(cat.exepath == "/usr/bin/cat");
  CHECK(cat.args == std::string("-a\0b c\0", 7));
  CHECK(cat.uid >= 1000);
  CHECK(cat.vpid != cat.pid);
  CHECK(cat.ptid == stage->threads[1].tid);
  CHECK(stage->threads[1].ptid == stage->threads[2].tid);
  CHECK(stage->threads[2].tid == 1);
  CHECK(stage->fds.at(cat.tid)[0].type == fvm::FdType::Fifo);
  REQUIRE(stage->containers.size() == 1);
  CHECK(stage->containers[0].find("\"imagerepo\":\"nginx\"") != std::string::npos);
}

TEST_CASE("layers of a test") {
  Tree base = Tree::map();
  base.at("process").at("name") = one("cat");
  base.at("process").at("uid") = one("0");
  base.at("events") = Tree::list({one("open")});
  Tree over = Tree::map();
  over.at("process").at("uid") = Tree();
  over.at("process").at("tty") = one("1");
  over.at("events") = Tree::list({one("close")});
  CHECK(flow_text(laid_over(base, over)) == "{process: {name: cat, tty: 1}, events: [close]}");
  Tree each = Tree::map();
  each.at("$each") = one("a$each");
  substitute(each, "$each", "$each!");
  CHECK(flow_text(each) == "{\"$each!\": \"a$each!\"}");
  CHECK(flow_text(Tree::list({one("a b"), one("-x"), one("\"\n"), one("null"), one(""), Tree()})) ==
        "[\"a b\", \"-x\", \"\\\"\\x0a\", \"null\", \"\", null]");
}
