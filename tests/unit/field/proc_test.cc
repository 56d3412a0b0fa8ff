// SPDX-License-Identifier: Apache-2.0
//
// proc.*, thread.*, user.*, group.*: the process, its ancestors and its leaders.
#include <doctest/doctest.h>

#include "scene.h"

using namespace fvm;
using namespace fvm::testing;

namespace {
Scene& in_session(Scene& s, int64_t tid = 22) {
  s.capture.threads(shell_session());
  return s.event(EventCode::SYSCALL_CLOSE_X, tid, {0, 3});
}
}  // namespace

TEST_CASE("the process itself") {
  Scene s;
  in_session(s);
  CHECK(s.shown("proc.pid") == "22");
  CHECK(s.shown("thread.tid") == "22");
  CHECK(s.shown("thread.ismain") == "true");
  CHECK(s.shown("proc.name") == "cat");
  CHECK(s.shown("proc.exe") == "cat");
  CHECK(s.shown("proc.exepath") == "/usr/bin/cat");
  CHECK(s.shown("proc.args") == "-n /etc/shadow a b");
  CHECK(s.shown("proc.args[2]") == "a b");
  CHECK(s.shown("proc.args[9]") == "");
  CHECK(s.shown("proc.cmdline") == "cat -n /etc/shadow a b");
  CHECK(s.shown("proc.exeline") == "cat -n /etc/shadow a b");
  CHECK(s.shown("proc.cmdnargs") == "3");
  CHECK(s.shown("proc.cmdlenargs") == "16");
  CHECK(s.shown("proc.env") == "PATH=/usr/bin HOME=/home/u");
  CHECK(s.shown("proc.env[HOME]") == "/home/u");
  CHECK(s.shown("proc.env[HOM]") == "");
  CHECK(s.shown("proc.cwd") == "/home/u/");
  CHECK(s.shown("proc.tty") == "34816");
  CHECK(s.shown("proc.fdlimit") == "200");
  CHECK(s.shown("proc.fdopencount") == "0");
  CHECK(s.shown("proc.duration") == "<none>");
  CHECK(s.shown("proc.is_exe_writable") == "false");
  CHECK(s.shown("thread.nametid") == "cat22");
  CHECK(s.shown("thread.cap_permitted") == "");
  CHECK(s.shown("thread.cgroups") == "<none>");
  CHECK(s.shown("proc.stdin.name") == "<none>");
}

TEST_CASE("ancestors: one by number, any in a condition, all in output") {
  Scene s;
  in_session(s);
  CHECK(s.shown("proc.pname") == "bash");
  CHECK(s.shown("proc.ppid") == "21");
  CHECK(s.shown("proc.pcmdline") == "bash");
  CHECK(s.shown("proc.pexepath") == "/usr/bin/bash");
  CHECK(s.shown("proc.pvpid") == "21");
  CHECK(s.shown("proc.aname[0]") == "cat");
  CHECK(s.shown("proc.aname[2]") == "sshd");
  CHECK(s.shown("proc.aname[9]") == "<none>");
  CHECK(s.shown("proc.apid[3]") == "1");
  CHECK(s.shown("proc.aname") == "bash sshd init");
  CHECK(s.compared("proc.aname") == "bash|sshd|init");
  CHECK(s.compared("proc.apid") == "21|20|1");
  CHECK(s.shown("proc.apid") == "22");
  CHECK(s.shown("proc.aargs") == "-D ");
  CHECK(s.shown("proc.aenv[PAD]") == "x");
  CHECK(s.shown("proc.aenv[EMPTY]") == "");
  CHECK(s.shown("proc.aenv") == "PATH=/usr/bin HOME=/home/u");
  CHECK(s.shown("proc.aenv[1]") == "HOME=/root EMPTY= PAD=  x  ");
  CHECK(s.shown("proc.loginshellid") == "21");
  Scene init;
  in_session(init, 1);
  CHECK(init.shown("proc.aname") == "<none>");
  CHECK(init.compared("proc.aname") == "<none>");
  CHECK(init.shown("proc.pname") == "<none>");
}

TEST_CASE("a loop of parents ends") {
  Scene s;
  auto threads = shell_session();
  threads[0].ptid = 22;
  s.capture.threads(threads).event(EventCode::SYSCALL_CLOSE_X, kSceneStart_ns, 22, {0, 3});
  Scene looped;
  looped.capture.threads(threads);
  looped.event(EventCode::SYSCALL_CLOSE_X, 22, {0, 3});
  const std::string seen = looped.compared("proc.aname");
  CHECK(seen.starts_with("bash|sshd|init"));
  CHECK(seen.size() < 100);
  CHECK(looped.shown("proc.sname") == "bash");
}

TEST_CASE("leaders") {
  Scene s;
  in_session(s);
  CHECK(s.shown("proc.sid") == "21");
  CHECK(s.shown("proc.sname") == "bash");
  CHECK(s.shown("proc.sid.exe") == "-bash");
  CHECK(s.shown("proc.is_sid_leader") == "false");
  CHECK(s.shown("proc.is_vpgid_leader") == "true");
  CHECK(s.shown("proc.vpgid.name") == "cat");
  CHECK(s.shown("proc.pgid.exepath") == "/usr/bin/cat");
  // In a pid namespace numbers mean nothing: the oldest ancestor with the same session.
  auto threads = shell_session();
  threads[3].vtid = threads[3].vpid = 2;
  threads[3].sid = threads[2].sid = 7;
  Scene inside;
  inside.capture.threads(threads);
  inside.event(EventCode::SYSCALL_CLOSE_X, 22, {0, 3});
  CHECK(inside.shown("proc.sname") == "bash");
  CHECK(inside.shown("proc.vpid") == "2");
}

TEST_CASE("a thread that nobody announced has poor values, not none") {
  Scene s;
  s.event(EventCode::SYSCALL_CLOSE_X, 262, {0, 1});
  CHECK(s.shown("proc.name") == "<NA>");
  CHECK(s.shown("proc.pid") == "-1");
  CHECK(s.shown("proc.exeline") == "<NA> ");
  CHECK(s.shown("proc.pname") == "<none>");
  CHECK(s.shown("proc.cwd") == "./");
  CHECK(s.shown("proc.vpid") == "<none>");
  CHECK(s.shown("proc.is_sid_leader") == "true");
  CHECK(s.shown("thread.tid") == "262");
  CHECK(s.shown("user.uid") == "4294967295");
  CHECK(s.shown("user.loginuid") == "-1");
  CHECK(s.shown("fd.name") == "");
  CHECK(s.shown("fd.directory") == "/");
  CHECK(s.shown("fd.typechar") == "o");
}

TEST_CASE("users come from the capture, root is known anyway") {
  UserRecord user;
  user.uid = 1000;
  user.name = "ann";
  user.home = "/home/ann";
  user.shell = "/bin/zsh";
  GroupRecord group;
  group.gid = 100;
  group.name = "users";
  Scene s;
  s.capture.threads(shell_session()).users({user}, {group});
  s.event(EventCode::SYSCALL_CLOSE_X, 22, {0, 3});
  CHECK(s.shown("user.name") == "ann");
  CHECK(s.shown("user.homedir") == "/home/ann");
  CHECK(s.shown("user.shell") == "/bin/zsh");
  CHECK(s.shown("user.loginname") == "ann");
  CHECK(s.shown("group.name") == "users");
  auto threads = shell_session();
  threads[3].uid = threads[3].gid = 0;
  threads[3].loginuid = 55;
  Scene root;
  root.capture.threads(threads);
  root.event(EventCode::SYSCALL_CLOSE_X, 22, {0, 3});
  CHECK(root.shown("user.name") == "root");
  CHECK(root.shown("user.homedir") == "/root");
  CHECK(root.shown("user.shell") == "<NA>");
  CHECK(root.shown("user.loginname") == "<NA>");
  CHECK(root.shown("user.loginuid") == "55");
  CHECK(root.shown("group.name") == "root");
}
