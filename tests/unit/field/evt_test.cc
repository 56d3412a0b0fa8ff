// SPDX-License-Identifier: Apache-2.0
//
// evt.* besides arguments.
#include <doctest/doctest.h>

#include "scene.h"

using namespace fvm;
using namespace fvm::testing;

TEST_CASE("times") {
  setenv("TZ", "UTC", 1);
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SYSCALL_CLOSE_X, 22, {0, 3}).event(EventCode::SYSCALL_CLOSE_X, 22, {0, 4});
  CHECK(s.shown("evt.num") == "2");
  CHECK(s.shown("evt.rawtime") == "1600000000001000000");
  CHECK(s.shown("evt.rawtime.s") == "1600000000");
  CHECK(s.shown("evt.rawtime.ns") == "001000000");
  CHECK(s.shown("evt.reltime") == "001000000");
  CHECK(s.shown("evt.reltime.s") == "0");
  CHECK(s.shown("evt.time") == "12:26:40.001000000");
  CHECK(s.shown("evt.time.s") == "12:26:40");
  CHECK(s.shown("evt.datetime.s") == "2020-09-13 12:26:40");
  CHECK(s.shown("evt.time.iso8601") == "2020-09-13T12:26:40.001000000+0000");
}

TEST_CASE("kinds of events") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SYSCALL_OPENAT_2_X, 22, {-13, -100, "/etc/shadow", 1, 0, 0, 0}, {.cpu = 3});
  CHECK(s.shown("evt.type") == "openat");
  CHECK(s.shown("syscall.type") == "openat");
  CHECK(s.shown("evt.dir") == "<");
  CHECK(s.shown("evt.cpu") == "3");
  CHECK(s.shown("evt.category") == "file");
  CHECK(s.shown("evt.source") == "syscall");
  CHECK(s.shown("evt.is_async") == "false");
  CHECK(s.shown("evt.asynctype") == "<none>");
  CHECK(s.compared("evt.type.is.openat") == "0");  // the first code of that name is an older one
  CHECK(s.compared("evt.type.is.open") == "0");
  CHECK(s.compared("evt.type.is[307]") == "1");
  CHECK(s.shown("evt.type.is.openat") == "<none>");
  CHECK(s.shown("evt.rawres") == "-13");
  CHECK(s.shown("evt.res") == "EACCES");
  CHECK(s.shown("evt.failed") == "true");
  CHECK(s.shown("evt.count.error") == "1");
  CHECK(s.shown("evt.count.error.file") == "1");
  CHECK(s.shown("evt.count.error.net") == "<none>");
  CHECK(s.shown("evt.is_open_read") == "true");
  CHECK(s.shown("evt.is_open_write") == "false");
  CHECK(s.shown("evt.latency.human") == "0ns");
}

TEST_CASE("creating an executable file by opening it") {
  const auto exec = [](uint64_t flags, uint64_t mode) {
    Scene s;
    s.capture.threads(shell_session());
    s.event(EventCode::SYSCALL_OPENAT_2_X, 22, {5, -100, "/tmp/x", flags, mode, 0, 0});
    return s.shown("evt.is_open_exec") + " " + s.shown("evt.is_open_create");
  };
  CHECK(exec(2 | 4, 64) == "true false");                 // O_CREAT, S_IXUSR
  CHECK(exec(2 | 4 | 1 << 14, 128) == "false true");      // F_CREATED, S_IWUSR
  CHECK(exec(2, 64) == "false false");
  CHECK(exec(2 | 1 << 13, 1) == "true true");             // O_TMPFILE, S_IXOTH
  Scene creat;
  creat.capture.threads(shell_session());
  creat.event(EventCode::SYSCALL_CREAT_X, 22, {5, "/tmp/x", 8, 0, 0, 0});
  CHECK(creat.shown("evt.is_open_exec") == "true");
  CHECK(creat.shown("evt.is_open_write") == "false");
}

TEST_CASE("data that a call moves") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SYSCALL_OPENAT_2_X, 22, {4, -100, "/tmp/x", 2, 0, 0, 0});
  s.event(EventCode::SYSCALL_WRITE_X, 22, {5, Param::raw("hello"), 4, 5});
  CHECK(s.shown("evt.buffer") == "hello");
  CHECK(s.shown("evt.buflen") == "5");
  CHECK(s.shown("evt.buflen.out") == "5");
  CHECK(s.shown("evt.buflen.in") == "<none>");
  CHECK(s.shown("evt.buflen.file") == "5");
  CHECK(s.shown("evt.buflen.net") == "<none>");
  CHECK(s.shown("evt.io_dir") == "write");
  CHECK(s.shown("evt.is_io_write") == "true");
  CHECK(s.shown("evt.is_syslog") == "false");
  CHECK(s.shown("evt.category") == "file");
}

TEST_CASE("fields with memory count per use") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SYSCALL_CLOSE_X, 22, {0, 3});
  CHECK(s.shown("evt.deltatime") == "0");
  CHECK(s.shown("util.cnt") == "1");
  CHECK(s.shown("util.cnt") == "2");
}

TEST_CASE("containers announced by a Docker event") {
  Scene s;
  s.event(EventCode::INFRASTRUCTURE_EVENT_E, -1,
          {"docker", "x", "Event: start; ID: 0123456789abcdef; name: web; Image: nginx@sha256:1", "scope"});
  CHECK(s.shown("evt.infra.docker.name") == "start");
  CHECK(s.shown("evt.infra.docker.container.id") == "0123456789ab");
  CHECK(s.shown("evt.infra.docker.container.name") == "web");
  CHECK(s.shown("evt.infra.docker.container.image") == "nginx");
  CHECK(s.shown("evt.is_async") == (kEvents[286].category & FALCO_EC_METAEVENT ? "true" : "false"));
  CHECK(s.shown("proc.name") == "<none>");
}

TEST_CASE("absolute paths of calls with directory descriptors") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SYSCALL_RENAMEAT2_X, 22, {0, -100, "a", 77, "b", 0});
  CHECK(s.shown("evt.abspath") == "/home/u/a");
  CHECK(s.shown("evt.abspath.src") == "/home/u/a");
  CHECK(s.shown("evt.abspath.dst") == "<UNKNOWN>/b");
  CHECK(s.shown("fs.path.source") == "/home/u/a");
  CHECK(s.shown("fs.path.target") == "<UNKNOWN>b");
  CHECK(s.shown("fs.path.targetraw") == "b");
  CHECK(s.shown("fs.path.name") == "<none>");
}
