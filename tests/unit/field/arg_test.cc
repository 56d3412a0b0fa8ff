// SPDX-License-Identifier: Apache-2.0
//
// Event parameters as text: raw and resolved text of every wire type and print format, empty and malformed values.
#include <doctest/doctest.h>

#include "scene.h"

using namespace fvm;
using namespace fvm::testing;

namespace {
FdRecord file(int64_t fd, const char* name, FdType type = FdType::FileV2) {
  FdRecord record;
  record.fd = fd;
  record.type = type;
  record.name = name;
  return record;
}
}  // namespace

TEST_CASE("an open shows its descriptor, directory, flags, mode, device") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SYSCALL_OPENAT_2_X, 22, {4, -100, "/etc/shadow", 4097, 0, 0x801, 99});
  CHECK(s.shown("evt.args") == "fd=4(<f>/etc/shadow) dirfd=-100(AT_FDCWD) name=/etc/shadow flags=4097(O_RDONLY|O_CLOEXEC) mode=0 dev=801 ino=99");
  CHECK(s.shown("evt.info") == s.shown("evt.args"));
  CHECK(s.shown("evt.arg.name") == "/etc/shadow");
  CHECK(s.shown("evt.arg[3]") == "O_RDONLY|O_CLOEXEC");
  CHECK(s.shown("evt.arg[99]") == "<none>");
  CHECK(s.shown("evt.arg.fd2") == "<none>");
  CHECK(s.shown("evt.rawarg.fd") == "4");
  CHECK(s.shown("evt.rawarg.dirfd") == "-100");
  CHECK(s.compared("evt.rawarg.flags") == "1001");
  CHECK(s.shown("evt.res") == "SUCCESS");
}

TEST_CASE("flags print by table order: both directions before one; octal and hexadecimal numbers") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SYSCALL_OPENAT_2_X, 22, {-2, -100, "x", 3 | 4, 0755, 0, 0});
  CHECK(s.shown("evt.args") == "fd=-2(ENOENT) dirfd=-100(AT_FDCWD) name=x(/home/u/x) flags=7(O_CREAT|O_RDWR) mode=0755 dev=0 ino=0");
  CHECK(s.shown("evt.res") == "ENOENT");
  CHECK(s.shown("evt.arg.mode") == "0755");
}

TEST_CASE("flags have a shorthand that differs when their text may") {
  const auto shorthand = [](EventCode code, uint32_t flags, const char* field) {
    Scene s;
    s.capture.threads(shell_session());
    s.event(code, 22, {4, -100, "x", flags, 0, 0, 0});
    return s.shorthand(field);
  };
  const std::string one = shorthand(EventCode::SYSCALL_OPENAT_2_X, 1, "evt.arg.flags");
  CHECK(one != "<none>");
  CHECK(one == shorthand(EventCode::SYSCALL_OPENAT_2_X, 1, "evt.arg[3]"));
  CHECK(one != shorthand(EventCode::SYSCALL_OPENAT_2_X, 3, "evt.arg.flags"));
  // Without the parameter, and for texts that state has a say in, there is none.
  CHECK(shorthand(EventCode::SYSCALL_OPENAT_2_X, 1, "evt.arg.name") == "<none>");
  CHECK(shorthand(EventCode::SYSCALL_OPENAT_2_X, 1, "evt.arg.fd") == "<none>");
  CHECK(shorthand(EventCode::SYSCALL_OPENAT_2_X, 1, "evt.arg.uid") == "<none>");
  CHECK(shorthand(EventCode::SYSCALL_OPENAT_2_X, 1, "evt.arg[99]") == "<none>");
  CHECK(shorthand(EventCode::SYSCALL_OPENAT_2_X, 1, "fd.name") == "<none>");
}

TEST_CASE("paths relative to a directory descriptor") {
  Scene known;
  known.capture.threads(shell_session()).fds(22, {file(5, "/var/lib", FdType::Directory)});
  known.event(EventCode::SYSCALL_MKDIRAT_X, 22, {0, 5, "a/../b", 0x1ed});
  CHECK(known.shown("evt.args") == "res=0 dirfd=5(<d>/var/lib) path=a/../b(/var/lib/b) mode=1ED");
  Scene unknown;
  unknown.capture.threads(shell_session());
  unknown.event(EventCode::SYSCALL_MKDIRAT_X, 22, {0, 9, "a//b", 0});
  CHECK(unknown.shown("evt.arg.path") == "a/b");
}

TEST_CASE("processes, signals and results") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SYSCALL_KILL_X, 22, {0, 20, 9});
  CHECK(s.shown("evt.args") == "res=0 pid=20(sshd) sig=9(SIGKILL)");
  Scene failed;
  failed.capture.threads(shell_session());
  failed.event(EventCode::SYSCALL_KILL_X, 22, {-1, 4711, 200});
  CHECK(failed.shown("evt.args") == "res=-1(EPERM) pid=4711 sig=200");
}

TEST_CASE("addresses and tuples") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SOCKET_SOCKET_X, 22, {4, 2, 1, 0, 0});
  s.event(EventCode::SOCKET_CONNECT_X, 22, {0, socktuple4("10.0.0.1", 54321, "1.2.3.4", 443), 4, sockaddr4("1.2.3.4", 443)});
  CHECK(s.shown("evt.args") == "res=0 tuple=10.0.0.1:54321->1.2.3.4:443 fd=4(<4t>10.0.0.1:54321->1.2.3.4:443) addr=1.2.3.4:443");
  for (const auto& [bytes, text] : {std::pair<std::string, std::string>{std::string("\2\1", 2), "INVALID IPv4"},
                                    {std::string("\12\1", 2), "INVALID IPv6"},
                                    {std::string("\1/x", 3), "INVALID PATH"},
                                    {std::string("\21", 1), "family 17"},
                                    {std::string(), "<NA>"}}) {
    Scene odd;
    odd.capture.threads(shell_session());
    odd.event(EventCode::SOCKET_BIND_X, 22, {0, Param::raw(bytes), 4});
    CHECK(odd.shown("evt.arg.addr") == text);
  }
}

TEST_CASE("what an empty parameter prints depends on its type") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SYSCALL_WRITE_X, 22, {0, Param::absent(), Param::absent(), Param::absent()});
  CHECK(s.shown("evt.args") == "res=0 data=NULL fd=<NA> size=<NA>");
  CHECK(s.compared("evt.rawarg.size") == "<none>");
  CHECK(s.shown("evt.rawarg.size") == "0");
}

TEST_CASE("buffers print with dots") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SYSCALL_WRITE_X, 22, {10, Param::raw(std::string("a\0b\n\"\x80", 6)), 1, 10});
  CHECK(s.shown("evt.arg.data") == "a.b.\".");
  CHECK(s.shown("evt.buffer") == "a.b.\".");
}

TEST_CASE("layouts of a dynamic parameter") {
  Scene known;
  known.capture.threads(shell_session());
  known.event(EventCode::SYSCALL_PTRACE_X, 22,
              {0, Param::raw(std::string("\0\xff\0\0\0\0\0\0\0", 9)), Param::raw(std::string("\1\11", 2)), 0, 20});
  CHECK(known.shown("evt.arg.addr") == "FF");
  CHECK(known.shown("evt.arg.data") == "SIGKILL");
  CHECK(known.shown("evt.arg.request") == "PTRACE_UNKNOWN");
  Scene unknown;
  unknown.capture.threads(shell_session());
  unknown.event(EventCode::SYSCALL_PTRACE_X, 22, {0, Param::raw("\7x"), Param::absent(), 0, 20});
  CHECK(unknown.shown("evt.arg.addr") == "INVALID DYNAMIC PARAMETER");
  CHECK(unknown.shown("evt.arg.data") == "NULL");
}

TEST_CASE("modes name their bits, users come from the capture") {
  Scene s;
  UserRecord user;
  user.uid = 1000;
  user.name = "ann";
  s.capture.threads(shell_session()).users({user});
  s.event(EventCode::SYSCALL_CHMOD_X, 22, {0, "/tmp/x", 04755});
  CHECK(s.shown("evt.arg.mode") == "S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID");
  Scene u;
  u.capture.threads(shell_session()).users({user});
  u.event(EventCode::SYSCALL_SETUID_X, 22, {0, 1000});
  CHECK(u.shown("evt.args") == "res=0 uid=1000(ann)");
  Scene none;
  none.capture.threads(shell_session());
  none.event(EventCode::SYSCALL_SETRESUID_X, 22, {0, UINT32_MAX, 77, UINT32_MAX});
  CHECK(none.shown("evt.args") == "res=0 ruid=-1(<NONE>) euid=77(<NA>) suid=-1(<NONE>)");
}

TEST_CASE("poll lists and times") {
  Scene s;
  s.capture.threads(shell_session()).fds(22, {file(3, "/a"), file(4, "pipe:[1]", FdType::Fifo)});
  const std::string list = le<uint16_t>(3) + le<int64_t>(3) + le<int16_t>(1) + le<int64_t>(4) + le<int16_t>(-1) + le<int64_t>(9) + le<int16_t>(4);
  s.event(EventCode::SYSCALL_PPOLL_X, 22, {1, Param::raw(list), 1'500'000'000, Param::raw(le<uint32_t>(0x101))});
  CHECK(s.shown("evt.args") == "res=1 fds=3:f1 4:pffffffff 9:?4 timeout=1500000000(1.5s) sigmask=SIGHUP SIGKILL");
  CHECK(s.shown("fdlist.nums") == "3,4,9");
  CHECK(s.shown("fdlist.names") == "/a,pipe:[1],<NA>");
  CHECK(s.shown("fdlist.cips") == "<none>");
}

TEST_CASE("a list that claims more entries than it has") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SYSCALL_POLL_X, 22, {1, Param::raw(le<uint16_t>(60000) + le<int64_t>(3) + le<int16_t>(1) + "xyz"), 0});
  CHECK(s.shown("fdlist.nums") == "3");
  CHECK(s.shown("evt.arg.fds") == "3:?1");
}

TEST_CASE("a system call without its own layout") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::GENERIC_X, 22, {16, 39});
  CHECK(s.shown("evt.type") == "getpid");
  CHECK(s.shown("evt.args") == "");
  CHECK(s.shown("evt.arg.ID") == "getpid");
  CHECK(s.shown("evt.arg.nativeID") == "39");
  CHECK(s.shown("evt.res") == "<none>");
  Scene unknown;
  unknown.capture.threads(shell_session());
  unknown.event(EventCode::GENERIC_X, 22, {0, 65535});
  CHECK(unknown.shown("evt.type") == "unknown");
}
