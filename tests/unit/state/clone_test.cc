// SPDX-License-Identifier: Apache-2.0
//
// clone, fork, vfork, clone3 in every order: the state reference, section 6.

#include "tests/unit/state/scene.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

struct ShellScene : Scene {
  ShellScene() {
    threads(small_machine());
    tick();
  }
};

}  // namespace

TEST_CASE_FIXTURE(ShellScene, "the parent's event makes the child") {
  open(100, 5, "/etc/motd");
  clone({.result = 200, .tid = 100, .pid = 100, .ptid = 1, .comm = "bash"});
  const Thread* child = thread(200);
  REQUIRE(child);
  CHECK(child->pid == 200);
  CHECK(child->ptid == 100);
  CHECK(child->vtid == 200);
  CHECK(child->image->comm == "bash");
  CHECK(child->image->exepath == "/usr/bin/bash");
  CHECK(child->image->cmdline == "bash -x");
  CHECK(child->image->env == std::vector<std::string>{"HOME=/home/bob"});
  CHECK(child->sid == 100);
  CHECK(child->uid == 7);
  CHECK(child->gid == 8);
  CHECK(child->clone_ts == now_ns);
  CHECK(cwd(200) == "/home/bob/");
  CHECK(fd_name(200, 5) == "/etc/motd");
  CHECK(last.thread == thread(100));

  SUBCASE("and the child's own event then changes nothing") {
    const uint64_t made_ns = child->clone_ts;
    clone({.tid = 200, .pid = 200, .ptid = 100, .comm = "other"});
    CHECK(thread(200) == child);
    CHECK(child->image->comm == "bash");
    CHECK(child->clone_ts == made_ns);
    CHECK(last.thread == child);
  }
  SUBCASE("the tables of the two are independent from then on") {
    open(200, 6, "/tmp/child");
    event(EventCode::SYSCALL_CLOSE_X, 100, {0, 5});
    tick();
    CHECK(fd_name(100, 5) == "(no descriptor)");
    CHECK(fd_name(200, 5) == "/etc/motd");
    CHECK(fd_name(200, 6) == "/tmp/child");
    CHECK(fd_name(100, 6) == "(no descriptor)");
  }
  SUBCASE("a number that comes back later is a new process") {
    now_ns += 3'000'000'000;
    clone({.tid = 200, .pid = 200, .ptid = 1, .comm = "late"});
    CHECK(thread(200)->image->comm == "late");
    CHECK(thread(200)->ptid == 1);
  }
}

TEST_CASE_FIXTURE(ShellScene, "the child's event first, the parent's after it") {
  clone({.tid = 200, .pid = 200, .ptid = 100, .comm = "kid"});
  const Thread* child = thread(200);
  REQUIRE(child);
  CHECK((child->flags & thread_flag::kCloneInverted) != 0);
  CHECK(child->ptid == 100);
  CHECK(cwd(200) == "/home/bob/");
  CHECK(last.thread == child);
  clone({.result = 200, .tid = 100, .pid = 100, .comm = "bash"});
  CHECK(thread(200) == child);
  CHECK(child->image->comm == "kid");
}

TEST_CASE_FIXTURE(ShellScene, "a failed clone makes nothing") {
  clone({.result = -11, .tid = 100, .pid = 100});
  event(EventCode::SYSCALL_CLONE_20_X, 100, {});
  CHECK(state.stats().threads == 2);
}

TEST_CASE_FIXTURE(ShellScene, "in a pid namespace only the child's event counts") {
  clone(
      {.result = 6, .tid = 150, .pid = 150, .ptid = 100, .vtid = 5, .vpid = 5, .cgroups = nul_list({"cpu=/docker/x"})});
  CHECK(thread(6) == nullptr);
  clone({.tid = 151, .pid = 151, .ptid = 150, .flags = thread_flag::kChildInPidns, .vtid = 6, .vpid = 6});
  REQUIRE(thread(151));
  CHECK(thread(151)->vtid == 6);
  CHECK(thread(151)->ptid == 150);
  CHECK(thread(151)->in_pid_namespace());
}

TEST_CASE_FIXTURE(ShellScene, "vfork and CLONE_PARENT wait for the child's event") {
  clone({.result = 200, .tid = 100, .pid = 100}, EventCode::SYSCALL_VFORK_20_X);
  CHECK(thread(200) == nullptr);
  clone({.result = 200, .tid = 100, .pid = 100, .flags = thread_flag::kCloneParent});
  CHECK(thread(200) == nullptr);
  clone({.tid = 200, .pid = 200, .ptid = 1}, EventCode::SYSCALL_VFORK_20_X);
  CHECK(thread(200)->ptid == 1);
}

TEST_CASE_FIXTURE(ShellScene, "a parent's event that comes after the child's end brings nobody back") {
  clone({.tid = 200, .pid = 200, .ptid = 100});
  exit(200);
  tick();
  REQUIRE(thread(200) == nullptr);
  clone({.result = 200, .tid = 100, .pid = 100});
  CHECK(thread(200) == nullptr);
  now_ns += 3'000'000'000;
  clone({.result = 200, .tid = 100, .pid = 100});
  CHECK(thread(200) != nullptr);
}

TEST_CASE("threads share descriptors and directory with their main thread") {
  for (const bool by_parent : {true, false}) {
    CAPTURE(by_parent);
    ShellScene s;
    const uint32_t flags = thread_flag::kCloneThread | thread_flag::kCloneFiles;
    if (by_parent) {
      s.clone({.result = 101, .tid = 100, .pid = 100, .flags = flags});
    } else {
      s.clone({.tid = 101, .pid = 100, .ptid = 1, .flags = flags});
    }
    const Thread* t = s.thread(101);
    REQUIRE(t);
    CHECK(t->pid == 100);
    CHECK(t->ptid == 1);
    CHECK(s.state.main_thread(*t) == s.thread(100));
    CHECK(s.state.live_threads(*t) == 2);
    CHECK(s.cwd(101) == "/home/bob/");
    s.open(101, 9, "/tmp/shared");
    CHECK(s.fd_name(100, 9) == "/tmp/shared");
    s.open(100, 10, "/tmp/main");
    CHECK(s.fd_name(101, 10) == "/tmp/main");

    // A process made by a secondary thread.
    s.clone({.result = 300, .tid = 101, .pid = 100});
    CHECK(s.thread(300)->ptid == 101);
    CHECK(s.fd_name(300, 9) == "/tmp/shared");
    CHECK(s.cwd(300) == "/home/bob/");
    CHECK(s.thread(300)->image->env.empty());
    CHECK(s.state.ancestor(*s.thread(300), 1) == s.thread(100));
    CHECK(s.state.parent(*s.thread(300)) == s.thread(101));
  }
}

TEST_CASE_FIXTURE(ShellScene, "an unknown caller is repaired by its own clone event") {
  clone({.result = 501, .tid = 500, .pid = 500, .ptid = 100, .comm = "found"});
  REQUIRE(thread(500));
  CHECK(thread(500)->pid == 500);
  CHECK(thread(500)->ptid == 100);
  CHECK(thread(500)->image->comm == "found");
  CHECK(thread(501)->ptid == 500);
  CHECK(cwd(501) == "");
}

TEST_CASE_FIXTURE(ShellScene, "CLONE_FILES between processes is a copy") {
  open(100, 5, "/etc/motd");
  clone({.result = 200, .tid = 100, .pid = 100, .flags = thread_flag::kCloneFiles});
  open(200, 6, "/tmp/child");
  CHECK(fd_name(200, 5) == "/etc/motd");
  CHECK(fd_name(100, 6) == "(no descriptor)");
}

TEST_CASE_FIXTURE(ShellScene, "a thread that claims to be its own parent or child") {
  clone({.result = 100, .tid = 100, .pid = 100});
  CHECK(thread(100)->image->comm == "bash");
  clone({.tid = 700, .pid = 700, .ptid = 700});
  REQUIRE(thread(700));
  CHECK(state.ancestor(*thread(700), 4000000000u) == nullptr);
  tick(700);
  exit(700);
  tick();
  CHECK(thread(700) == nullptr);
}

TEST_CASE_FIXTURE(ShellScene, "what a child has from its creator, and what it has not") {
  exec({.tid = 100, .pid = 100, .cgroups = nul_list({"cpu=/a"}), .flags = 15});
  event(EventCode::SYSCALL_CHROOT_X, 100, {0, "/jail"});
  event(EventCode::SYSCALL_SETSID_X, 100, {100});
  clone({.result = 200, .tid = 100, .pid = 100});
  const Thread& t = *thread(200);
  CHECK(t.image->exe_writable);
  CHECK(t.image->exe_upper_layer);
  CHECK(t.image->exe_lower_layer);
  CHECK(t.image->exe_from_memfd);
  CHECK(t.image->exe_ino == 4);
  CHECK(t.image->exe_ino_ctime == 5);
  CHECK(t.image->exe_ino_mtime == 6);
  CHECK(t.root == "/jail");
  CHECK(t.sid == 100);
  CHECK(t.vpgid == 77);
  CHECK(t.pgid == 78);
  CHECK(t.tty == 34816);
  CHECK(t.loginuid == 1000);
  CHECK(t.cap_inheritable == 1);
  CHECK(t.cap_permitted == 2);
  CHECK(t.cap_effective == 3);
  CHECK(t.fdlimit == 1024);
  CHECK(t.pfmajor == 1);
  CHECK(t.pfminor == 2);
  CHECK(t.vmsize_kb == 3);
  CHECK(t.vmrss_kb == 4);
  CHECK(t.vmswap_kb == 5);
  CHECK(t.lastexec_ts == 0);
  CHECK(t.exe_ino_ctime_duration_pidns_start == 0);
  CHECK(t.cgroups->empty());  // the event told none
  clone({.result = 101, .tid = 100, .pid = 100, .flags = thread_flag::kCloneThread});
  CHECK(thread(101)->lastexec_ts == thread(100)->lastexec_ts);
}

TEST_CASE_FIXTURE(ShellScene, "start of a pid namespace: boot time, and what the event adds inside of one") {
  MachineInfo machine;
  machine.boot_ts_ns = 1000;
  state.on_machine(machine);
  clone({.tid = 200, .pid = 200, .ptid = 100});
  CHECK(thread(200)->pidns_init_start_ts == 1000);
  clone({.tid = 201, .pid = 201, .ptid = 100, .vtid = 5, .vpid = 5});
  CHECK(thread(201)->pidns_init_start_ts == 1050);
  clone({.tid = 202, .pid = 202, .ptid = 100, .flags = thread_flag::kCloneNewPid});
  CHECK(thread(202)->pidns_init_start_ts == 1050);
  clone({.result = 203, .tid = 100, .pid = 100});
  CHECK(thread(203)->pidns_init_start_ts == 1000);
}

TEST_CASE_FIXTURE(ShellScene, "a stale record is replaced: its number came back") {
  clone({.result = 200, .tid = 100, .pid = 100});
  clone({.result = 201, .tid = 200, .pid = 200, .ptid = 100});
  SUBCASE("as the parent says") {
    clone({.result = 200, .tid = 1, .pid = 1, .ptid = 0, .comm = "init"});
    CHECK(thread(200)->ptid == 1);
    CHECK(thread(200)->image->comm == "init");
  }
  SUBCASE("as the child says, two seconds later") {
    now_ns += 2'000'000'000;
    clone({.tid = 200, .pid = 200, .ptid = 1, .comm = "late"});
    CHECK(thread(200)->ptid == 1);
  }
  CHECK(thread(201)->ptid == 1);  // an orphan of the process that must have ended
}

TEST_CASE_FIXTURE(ShellScene, "threads of a process whose leader nobody saw") {
  clone({.tid = 901, .pid = 900, .ptid = 100, .flags = thread_flag::kCloneThread, .vtid = 7, .vpid = 6, .comm = "job"});
  const Thread* leader = thread(900);
  REQUIRE(leader);
  CHECK(leader->pid == 900);
  CHECK(leader->ptid == 100);
  CHECK(leader->vtid == 6);
  CHECK(leader->vpid == 6);
  CHECK(leader->image->comm == "job");
  CHECK(state.main_thread(*thread(901)) == leader);
  CHECK(state.live_threads(*leader) == 2);
}

TEST_CASE_FIXTURE(ShellScene, "a process whose parent nobody saw") {
  clone({.tid = 300, .pid = 300, .ptid = 299, .comm = "kid"});
  CHECK(thread(300)->ptid == 299);
  CHECK(thread(299)->is_invalid());
  CHECK(thread(299)->image->comm == "<NA>");
  CHECK(cwd(300) == "");
  CHECK(thread(300)->image->exepath == "");
  CHECK(thread(300)->image->cmdline == "kid -x");
}

TEST_CASE_FIXTURE(ShellScene, "events of old captures lack virtual ids and memory figures") {
  const Params old = {0, "sh", Param::raw(""), 200, 200, 100, "", 1024, 1, 2, 3, 4, Param::absent(), Param::absent()};
  event(EventCode::SYSCALL_CLONE_20_X, 200, old);
  const Thread& t = *thread(200);
  CHECK(t.vtid == 200);
  CHECK(t.vpid == -1);
  CHECK(t.image->comm == "sh");
  CHECK(t.vmsize_kb == 0);
  CHECK(t.uid == UINT32_MAX);
}

TEST_CASE_FIXTURE(ShellScene, "a vfork child that executes before its parent goes on") {
  open(100, 5, "/keep");
  clone({.tid = 200, .pid = 200, .ptid = 100, .flags = thread_flag::kCloneVfork | thread_flag::kCloneFiles},
        EventCode::SYSCALL_VFORK_20_X);
  exec({.tid = 200, .pid = 200, .ptid = 100});
  clone({.result = 200, .tid = 100, .pid = 100, .flags = thread_flag::kCloneVfork}, EventCode::SYSCALL_VFORK_20_X);
  CHECK(thread(200)->image->comm == "ls");
  CHECK(fd_name(200, 5) == "/keep");
}

TEST_CASE_FIXTURE(ShellScene, "a child that tells neither process nor parent is known by name alone") {
  for (const uint32_t flags : {0u, thread_flag::kCloneThread}) {
    CAPTURE(flags);
    const int64_t tid = 600 + static_cast<int64_t>(flags != 0);
    event(EventCode::SYSCALL_CLONE_20_X, tid,
          {0, "sh", Param::raw(""), tid, Param::absent(), Param::absent(), "", 1024, 1, 2, 3, 4, 5, "kid", "", flags});
    REQUIRE(last.thread == thread(tid));
    CHECK(thread(tid)->is_invalid());
    CHECK(thread(tid)->image->comm == "kid");
    CHECK(thread(-1) == nullptr);
    exec({.tid = tid, .pid = tid, .ptid = 100});
    CHECK_FALSE(thread(tid)->is_invalid());
    CHECK(state.parent(*thread(tid)) == thread(100));
  }
}
