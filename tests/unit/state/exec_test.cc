// SPDX-License-Identifier: Apache-2.0
//
// exec and the end of threads: the state reference, sections 4.5, 7 and 8.

#include "tests/unit/state/scene.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

constexpr uint32_t kThreadFlags = thread_flag::kCloneThread | thread_flag::kCloneFiles;

struct ShellScene : Scene {
  ShellScene() {
    threads(small_machine());
    tick();
  }
};

}  // namespace

TEST_CASE_FIXTURE(ShellScene, "a successful exec replaces the image") {
  clone({.result = 200, .tid = 100, .pid = 100});
  const uint64_t generation = thread(200)->process_generation;
  exec({.tid = 200, .pid = 200, .ptid = 100, .exepath = "/usr/bin/ls (deleted)", .flags = 1 | 2});
  const Thread& t = *thread(200);
  CHECK(t.image->comm == "ls");
  CHECK(t.image->exe == "/bin/ls");
  CHECK(t.image->exepath == "/usr/bin/ls");
  CHECK(t.image->args == std::vector<std::string>{"-l", "/tmp"});
  CHECK(t.image->cmdline == "ls -l /tmp");
  CHECK(t.image->env == std::vector<std::string>{"A=1", "B=2"});
  CHECK(t.image->exe_writable);
  CHECK(t.image->exe_upper_layer);
  CHECK_FALSE(t.image->exe_from_memfd);
  CHECK(t.image->exe_ino == 4);
  CHECK(t.uid == 10);
  CHECK(t.gid == 20);
  CHECK(t.loginuid == 1000);
  CHECK(t.tty == 34816);
  CHECK(t.vpgid == 77);
  CHECK(t.pgid == 78);
  CHECK(t.cap_effective == 3);
  CHECK(t.ptid == 100);
  CHECK(cwd(200) == "/home/bob/");
  CHECK(t.process_generation > generation);
  CHECK(thread(100)->image->comm == "bash");
}

TEST_CASE_FIXTURE(ShellScene, "a failed exec and one without a result change nothing") {
  exec({.result = -2, .tid = 100, .pid = 100});
  CHECK(thread(100)->image->comm == "bash");
  event(EventCode::SYSCALL_EXECVE_19_X, 100, {Param::absent(), "x"});
  CHECK(thread(100)->image->comm == "bash");
}

TEST_CASE_FIXTURE(ShellScene, "absent parameters keep what was known") {
  event(EventCode::SYSCALL_EXECVE_19_X, 100, {0, "/bin/tiny"});
  const Thread& t = *thread(100);
  CHECK(t.image->comm == "/bin/tiny");
  CHECK(t.image->args.empty());
  CHECK(t.image->env == std::vector<std::string>{"HOME=/home/bob"});
  CHECK(t.image->exepath == "/usr/bin/bash");
  CHECK(t.uid == 500);
  CHECK(t.pgid == -1);
}

TEST_CASE_FIXTURE(ShellScene, "without a trusted path the enter event tells the executable") {
  SUBCASE("execve, relative") {
    event(EventCode::SYSCALL_EXECVE_19_E, 100, {"./tool"});
    CHECK_FALSE(shown);
    exec({.tid = 100, .pid = 100, .exepath = ""});
    CHECK(thread(100)->image->exepath == "/home/bob/tool");
  }
  SUBCASE("execve, name unknown") {
    event(EventCode::SYSCALL_EXECVE_19_E, 100, {"<NA>"});
    exec({.tid = 100, .pid = 100, .exepath = ""});
    CHECK(thread(100)->image->exepath == "<NA>");
  }
  SUBCASE("execveat below a directory, reported as execve") {
    open(100, 4, "/opt/tools", open_flag::kDirectory);
    event(EventCode::SYSCALL_EXECVEAT_E, 100, {4, "bin/x", 0});
    CHECK_FALSE(shown);
    exec({.tid = 100, .pid = 100, .exepath = ""});
    CHECK(thread(100)->image->exepath == "/opt/tools/bin/x");
  }
  SUBCASE("execveat of the descriptor itself") {
    open(100, 4, "/opt/tools/y");
    event(EventCode::SYSCALL_EXECVEAT_E, 100, {4, "", 1});
    exec({.tid = 100, .pid = 100, .exepath = ""});
    CHECK(thread(100)->image->exepath == "/opt/tools/y");
  }
  SUBCASE("execveat below an unknown directory") {
    event(EventCode::SYSCALL_EXECVEAT_E, 100, {44, "x", 0});
    exec({.tid = 100, .pid = 100, .exepath = ""});
    CHECK(thread(100)->image->exepath == "<NA>");
  }
  SUBCASE("an enter event of another call in between is not used") {
    event(EventCode::SYSCALL_EXECVE_19_E, 100, {"/bin/one"});
    event(EventCode::SYSCALL_OPEN_E, 100, {"/etc/x", 1, 0});
    exec({.tid = 100, .pid = 100, .exepath = ""});
    CHECK(thread(100)->image->exepath == "/usr/bin/bash");
  }
}

TEST_CASE_FIXTURE(ShellScene, "exec closes what is marked so") {
  open(100, 5, "/keep");
  open(100, 6, "/gone", open_flag::kRdOnly | open_flag::kCloExec);
  event(EventCode::SYSCALL_EPOLL_CREATE1_X, 100, {7, 1});
  exec({.tid = 100, .pid = 100});
  CHECK(fd_name(100, 5) == "/keep");
  CHECK(fd(100, 6) == nullptr);
  CHECK(fd(100, 7) == nullptr);
}

TEST_CASE_FIXTURE(ShellScene, "exec by a secondary thread: the leader dies first and comes back") {
  clone({.result = 101, .tid = 100, .pid = 100, .flags = kThreadFlags});
  open(100, 5, "/keep");
  exit(100);
  tick();
  REQUIRE(thread(100));
  CHECK(thread(100)->is_dead());
  CHECK(state.live_threads(*thread(101)) == 1);
  CHECK_FALSE(state.group_leader_alive(*thread(101)));
  exec({.tid = 100, .pid = 100});
  CHECK_FALSE(thread(100)->is_dead());
  CHECK(thread(101) == nullptr);
  CHECK(state.live_threads(*thread(100)) == 1);
  CHECK(fd_name(100, 5) == "/keep");
  CHECK(last.thread == thread(100));
}

TEST_CASE_FIXTURE(ShellScene, "an exit event still sees its thread; the next one doesn't") {
  clone({.result = 200, .tid = 100, .pid = 100});
  exit(200);
  CHECK(last.thread == thread(200));
  CHECK(thread(200)->is_dead());
  tick();
  CHECK(thread(200) == nullptr);
}

TEST_CASE_FIXTURE(ShellScene, "a dead leader stays while its threads live") {
  clone({.result = 101, .tid = 100, .pid = 100, .flags = kThreadFlags});
  open(100, 5, "/shared");
  exit(100);
  tick();
  CHECK(fd_name(101, 5) == "/shared");
  exit(101);
  tick();
  CHECK(thread(101) == nullptr);
  CHECK(thread(100) == nullptr);
}

TEST_CASE_FIXTURE(ShellScene, "orphans go to the reaper the event names, else to a living thread, else to init") {
  clone({.result = 200, .tid = 100, .pid = 100});
  clone({.result = 300, .tid = 200, .pid = 200, .ptid = 100});
  const uint64_t lineage = thread(300)->lineage_generation;
  SUBCASE("named") {
    exit(200, 100);
    tick();
    CHECK(thread(300)->ptid == 100);
    CHECK(thread(300)->lineage_generation > lineage);
  }
  SUBCASE("init") {
    exit(200);
    tick();
    CHECK(thread(300)->ptid == 1);
  }
  SUBCASE("a subreaper on the way") {
    event(EventCode::SYSCALL_PRCTL_X, 100, {0, 36, "", 1});
    exit(200);
    tick();
    CHECK(thread(300)->ptid == 100);
  }
  SUBCASE("another thread of the group") {
    clone({.result = 201, .tid = 200, .pid = 200, .ptid = 100, .flags = kThreadFlags});
    exit(200);
    tick();
    CHECK(thread(300)->ptid == 201);
    CHECK(state.ancestor(*thread(300), 1) == thread(200));
  }
  SUBCASE("nobody") {
    exit(1);
    tick(100);
    exit(100);
    tick(200);
    exit(200);
    tick(300);
    CHECK(thread(300)->ptid == 0);
  }
}

TEST_CASE_FIXTURE(ShellScene, "an unknown thread gets a placeholder until exec tells more") {
  event(EventCode::SYSCALL_CLOSE_X, 900, {0, 3});
  const Thread& t = *thread(900);
  CHECK(t.is_invalid());
  CHECK(t.image->comm == "<NA>");
  CHECK(t.image->cmdline == "<NA>");
  CHECK(t.uid == UINT32_MAX);
  CHECK(cwd(900) == "./");
  CHECK(state.live_threads(t) == 0);
  CHECK(state.stats().unknown_threads == 1);
  exec({.tid = 900, .pid = 900, .ptid = 100});
  CHECK_FALSE(t.is_invalid());
  CHECK(t.ptid == 100);
  CHECK(t.vtid == 900);
  CHECK(state.ancestor(t, 1) == thread(100));
}

TEST_CASE_FIXTURE(ShellScene, "loops in parent links end every walk") {
  std::vector<ThreadRecord> loop;
  for (int64_t tid : {801, 802, 803}) {
    ThreadRecord r;
    r.tid = r.pid = tid;
    r.ptid = tid == 803 ? 801 : tid + 1;
    r.vtid = r.vpid = tid;
    loop.push_back(r);
  }
  threads(loop);
  tick();
  CHECK(state.ancestor(*thread(801), 1) == thread(802));
  CHECK(state.ancestor(*thread(801), UINT32_MAX) == nullptr);
  exit(802);
  tick();
  CHECK(thread(802) == nullptr);
  CHECK(thread(801)->ptid == 0);
}

TEST_CASE_FIXTURE(ShellScene, "times of the executable against the start of the process and of its namespace") {
  MachineInfo machine;
  machine.boot_ts_ns = 2;
  state.on_machine(machine);
  clone({.result = 200, .tid = 100, .pid = 100});
  const uint64_t cloned_ns = now_ns;
  exec({.tid = 200, .pid = 200, .ptid = 100});  // changed at 5
  CHECK(thread(200)->exe_ino_ctime_duration_clone_ts == cloned_ns - 5);
  CHECK(thread(200)->exe_ino_ctime_duration_pidns_start == 3);
  CHECK(thread(200)->lastexec_ts == now_ns);
  CHECK(thread(200)->clone_ts == cloned_ns);
}

TEST_CASE_FIXTURE(ShellScene, "exec keeps and drops flags") {
  event(EventCode::SYSCALL_OPEN_X, 100, {3, "/a", 1, 0, 5, 6});
  event(EventCode::SYSCALL_DUP2_X, 100, {1, 3, 1});
  clone({.tid = 200, .pid = 200, .ptid = 100, .flags = thread_flag::kChildInPidns, .vtid = 5, .vpid = 5});
  using namespace thread_flag;
  exec({.tid = 200, .pid = 200, .ptid = 100});
  CHECK(thread(200)->flags == (kNameChanged | kCloneInverted));
  CHECK(thread(200)->vtid == 5);
  exec({.tid = 100, .pid = 100});
  CHECK(thread(100)->flags == (kNameChanged | kPipeSrc));
}

TEST_CASE_FIXTURE(ShellScene, "what an exec event does not tell about the file stays") {
  exec({.tid = 100, .pid = 100, .flags = 1 | 8});
  event(EventCode::SYSCALL_EXECVE_19_X, 100, {0, "/bin/tiny"});
  CHECK(thread(100)->image->exe_writable);
  CHECK(thread(100)->image->exe_lower_layer);
  CHECK(thread(100)->image->exe_ino == 4);
}

TEST_CASE_FIXTURE(ShellScene, "exec under the number of a thread whose end was lost is a new process") {
  clone({.result = 101, .tid = 100, .pid = 100, .flags = kThreadFlags});
  clone({.result = 102, .tid = 100, .pid = 100, .flags = kThreadFlags});
  exec({.tid = 101, .pid = 101, .ptid = 1});
  REQUIRE(last.thread == thread(101));
  CHECK(thread(101)->pid == 101);
  CHECK(thread(101)->ptid == 1);
  CHECK(thread(101)->is_main());
  CHECK(state.live_threads(*thread(101)) == 1);
  CHECK(state.live_threads(*thread(100)) == 2);  // its other threads are none of the new process's business
  CHECK(thread(102));
}

TEST_CASE_FIXTURE(ShellScene, "exec reported under a secondary thread's number keeps that thread") {
  clone({.result = 101, .tid = 100, .pid = 100, .flags = kThreadFlags});
  clone({.result = 102, .tid = 100, .pid = 100, .flags = kThreadFlags});
  exec({.tid = 101, .pid = 100});
  CHECK(last.thread == thread(101));
  CHECK(thread(102) == nullptr);
  CHECK(thread(101)->image->comm == "ls");
}

TEST_CASE_FIXTURE(ShellScene, "exec of a descriptor of memory") {
  event(EventCode::SYSCALL_MEMFD_CREATE_X, 100, {4, "payload", 1});
  event(EventCode::SYSCALL_EXECVEAT_E, 100, {4, "", 1});
  SUBCASE("with a path from the kernel") {
    exec({.tid = 100, .pid = 100, .exepath = "/memfd:payload (deleted)", .flags = 4});
    CHECK(thread(100)->image->exepath == "/memfd:payload");
    CHECK(thread(100)->image->exe_from_memfd);
    CHECK(fd(100, 4) == nullptr);
  }
  SUBCASE("in an old capture") {
    exec({.tid = 100, .pid = 100, .exepath = ""});
    CHECK(thread(100)->image->exepath == "payload");
  }
  SUBCASE("that fails") {
    event(EventCode::SYSCALL_EXECVEAT_X, 100, {-13, "x"});
    CHECK(thread(100)->image->exepath == "/usr/bin/bash");
    CHECK(fd_name(100, 4) == "payload");
  }
}

TEST_CASE_FIXTURE(ShellScene, "the kernel's choice of reaper") {
  clone({.result = 200, .tid = 100, .pid = 100});
  clone({.result = 201, .tid = 200, .pid = 200, .ptid = 100});
  clone({.result = 300, .tid = 1, .pid = 1, .ptid = 0});
  SUBCASE("makes its process a reaper for later orphans") {
    exit(200, 300);
    tick();
    CHECK(thread(201)->ptid == 300);
    clone({.result = 202, .tid = 201, .pid = 201, .ptid = 300});
    exit(201);
    tick();
    CHECK(thread(202)->ptid == 300);
  }
  SUBCASE("is not believed when nobody knows it") {
    exit(200, 777);
    tick();
    CHECK(thread(201)->ptid == 1);
    CHECK(thread(777) == nullptr);
  }
  SUBCASE("is not believed when it is the dying one itself") {
    exit(200, 200);
    tick();
    CHECK(thread(201)->ptid == 1);
  }
  SUBCASE("is of no use to a process without children") {
    exit(201, 300);
    CHECK(thread(201)->reaper_tid == -1);
  }
  SUBCASE("prctl with 0 takes the part away again") {
    event(EventCode::SYSCALL_PRCTL_X, 100, {0, 36, "", 1});
    event(EventCode::SYSCALL_PRCTL_X, 100, {0, 37, "", 0});
    exit(200);
    tick();
    CHECK(thread(201)->ptid == 1);
  }
  SUBCASE("a failed prctl does nothing") {
    event(EventCode::SYSCALL_PRCTL_X, 100, {-22, 36, "", 1});
    exit(200);
    tick();
    CHECK(thread(201)->ptid == 1);
  }
}

TEST_CASE_FIXTURE(ShellScene, "orphans in a pid namespace go to its init, never out of it") {
  const auto inside = [&](int64_t tid, int64_t ptid, int64_t vtid) {
    clone({.tid = tid, .pid = tid, .ptid = ptid, .flags = thread_flag::kChildInPidns, .vtid = vtid, .vpid = vtid});
  };
  inside(300, 100, 1);
  inside(301, 300, 2);
  inside(302, 301, 3);
  exit(301);
  tick();
  CHECK(thread(302)->ptid == 300);
  exit(300);
  tick();
  CHECK(thread(302)->ptid == 0);
}

TEST_CASE_FIXTURE(ShellScene, "ends and executions of threads nobody knows") {
  exit(555);
  CHECK(last.thread == nullptr);
  tick();
  CHECK(state.stats().threads == 2);
  exec({.tid = 556, .pid = 556, .ptid = 555});
  CHECK(thread(556)->ptid == 0);  // no such parent
  CHECK(state.live_threads(*thread(556)) == 1);
  exit(556);
  exit(556);
  tick();
  CHECK(state.stats().threads == 2);
}
