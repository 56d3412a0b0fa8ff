// SPDX-License-Identifier: Apache-2.0
//
// Directories, credentials, limits, metadata of users: the state reference, sections 14 and 16.

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

TEST_CASE_FIXTURE(ShellScene, "directory changes") {
  event(EventCode::SYSCALL_CHDIR_X, 100, {0, "../ann/./x/"});
  CHECK(cwd(100) == "/home/ann/x/");
  event(EventCode::SYSCALL_CHDIR_X, 100, {-2, "/nowhere"});
  CHECK(cwd(100) == "/home/ann/x/");
  event(EventCode::SYSCALL_GETCWD_X, 100, {5, "/real"});
  CHECK(cwd(100) == "/real/");
  open(100, 4, "/var/lib", open_flag::kDirectory);
  event(EventCode::SYSCALL_FCHDIR_X, 100, {0, 4});
  CHECK(cwd(100) == "/var/lib/");
  event(EventCode::SYSCALL_CHDIR_X, 100, {0, "/"});
  CHECK(cwd(100) == "/");
  event(EventCode::SYSCALL_CHROOT_X, 100, {0, "jail"});
  CHECK(thread(100)->root == "/jail");
}

TEST_CASE_FIXTURE(ShellScene, "a change of directory touches cached answers about every thread of the process, and no others") {
  clone({.result = 101, .tid = 100, .pid = 100, .flags = thread_flag::kCloneThread});
  clone({.result = 200, .tid = 100, .pid = 100});
  const auto number = [&](int64_t tid) {
    event(EventCode::SYSCALL_GETUID_X, tid, {0});
    return last.thread->state_number();
  };
  const uint64_t main = number(100), sibling = number(101), child = number(200);
  event(EventCode::SYSCALL_CHDIR_X, 101, {0, "/var/lib"});
  CHECK(last.thread->state_number() > sibling);
  CHECK(number(100) > main);
  CHECK(number(101) > sibling);
  CHECK(number(200) == child);
  const uint64_t there = number(100);
  event(EventCode::SYSCALL_CHDIR_X, 101, {0, "/var/lib/."});
  CHECK(number(100) == there);
}

TEST_CASE_FIXTURE(ShellScene, "a process that gets another parent touches what its threads and descendants show, and no others") {
  clone({.result = 200, .tid = 100, .pid = 100});
  clone({.result = 300, .tid = 200, .pid = 200, .ptid = 100});
  clone({.result = 301, .tid = 300, .pid = 300, .ptid = 200, .flags = thread_flag::kCloneThread});
  const auto number = [&](int64_t tid) {
    event(EventCode::SYSCALL_GETUID_X, tid, {0});
    return last.thread->state_number();
  };
  SUBCASE("its threads") {
    const uint64_t shell = number(100), main = number(300), sibling = number(301);
    exit(200, 100);
    tick();
    CHECK(thread(300)->ptid == 100);
    CHECK(number(300) > main);
    CHECK(number(301) > sibling);
    CHECK(number(100) == shell);
  }
  SUBCASE("its descendants") {
    clone({.result = 400, .tid = 300, .pid = 300, .ptid = 200});
    const uint64_t grandchild = number(400);
    exit(200, 100);
    tick();
    CHECK(number(400) > grandchild);
  }
}

TEST_CASE_FIXTURE(ShellScene, "ids") {
  event(EventCode::SYSCALL_SETUID_X, 100, {0, 7u});
  CHECK(thread(100)->uid == 7);
  event(EventCode::SYSCALL_SETUID_X, 100, {-1, 8u});
  CHECK(thread(100)->uid == 7);
  event(EventCode::SYSCALL_SETRESUID_X, 100, {0, 1u, 2u, 3u});
  CHECK(thread(100)->uid == 2);
  event(EventCode::SYSCALL_SETREUID_X, 100, {0, 4u, 5u});
  CHECK(thread(100)->uid == 5);
  event(EventCode::SYSCALL_SETGID_X, 100, {0, 6u});
  CHECK(thread(100)->gid == 6);
  event(EventCode::SYSCALL_SETRESGID_X, 100, {0, 1u, 9u, 3u});
  CHECK(thread(100)->gid == 9);
  event(EventCode::SYSCALL_SETSID_X, 100, {42});
  CHECK(thread(100)->sid == 42);
}

TEST_CASE_FIXTURE(ShellScene, "capabilities") {
  event(EventCode::SYSCALL_CAPSET_X, 100, {0, 1, 2, 4});
  CHECK(thread(100)->cap_inheritable == 1);
  CHECK(thread(100)->cap_permitted == 2);
  CHECK(thread(100)->cap_effective == 4);
  event(EventCode::SYSCALL_UNSHARE_X, 100, {0, 64u});
  CHECK(thread(100)->cap_effective == 4);
  event(EventCode::SYSCALL_SETNS_X, 100, {0, 9, thread_flag::kCloneNewUser});
  CHECK(thread(100)->cap_effective == 0x1ffffffffff);
}

TEST_CASE_FIXTURE(ShellScene, "limits and memory") {
  event(EventCode::SYSCALL_SETRLIMIT_X, 100, {0, 77, 88, 7});
  CHECK(thread(100)->fdlimit == 77);
  event(EventCode::SYSCALL_SETRLIMIT_X, 100, {0, 99, 99, 3});
  CHECK(thread(100)->fdlimit == 77);
  event(EventCode::SYSCALL_PRLIMIT_X, 1, {0, 55, 66, 1, 2, 100, 7});
  CHECK(thread(100)->fdlimit == 55);
  event(EventCode::SYSCALL_BRK_4_X, 100, {1, 10, 20, 30, 0});
  CHECK(thread(100)->vmrss_kb == 20);
  event(EventCode::SCHEDSWITCH_6_E, 100, {1, 5, 6, 7, 8, 9});
  CHECK(thread(100)->pfmajor == 5);
  CHECK(thread(100)->vmswap_kb == 9);
}

TEST_CASE_FIXTURE(ShellScene, "procinfo keeps the figures of the event before") {
  event(EventCode::PROCINFO_E, 100, {5, 6});
  CHECK(last.thread == thread(100));
  CHECK(thread(100)->procinfo_cpu_user == UINT64_MAX);
  event(EventCode::PROCINFO_E, 100, {50, 60});
  CHECK(thread(100)->procinfo_cpu_user == 5);
  CHECK(thread(100)->procinfo_cpu_sys == 6);
}

TEST_CASE_FIXTURE(ShellScene, "users and groups come from lists and events") {
  state.on_user({500, 500, "bob", "/home/bob", "/bin/sh"});
  state.on_group({500, "bobs"});
  CHECK(state.find_user("", 500)->name == "bob");
  CHECK(state.find_group("", 500)->name == "bobs");
  CHECK(state.find_user("", 501) == nullptr);
  CHECK(state.find_user("abc", 500) == nullptr);
  event(EventCode::USER_ADDED_E, -1, {500u, 1u, "inner", "/h", "/s", "abc"});
  CHECK(last.thread == nullptr);
  CHECK(state.find_user("abc", 500)->name == "inner");
  CHECK(state.find_user("", 500)->name == "bob");
  event(EventCode::USER_DELETED_E, -1, {500u, 1u, "inner", "/h", "/s", "abc"});
  CHECK(state.find_user("abc", 500) == nullptr);
  event(EventCode::GROUP_ADDED_E, -1, {5u, "tty", ""});
  CHECK(state.find_group("", 5)->name == "tty");
  event(EventCode::GROUP_DELETED_E, -1, {5u, "tty", ""});
  CHECK(state.find_group("", 5) == nullptr);
  event(EventCode::USER_ADDED_E, -1, {UINT32_MAX, 1u, "nobody", "", "", ""});
  CHECK(state.find_user("", UINT32_MAX) == nullptr);
}

TEST_CASE_FIXTURE(ShellScene, "a new section forgets threads and keeps users") {
  state.on_user({500, 500, "bob", "", ""});
  state.on_section();
  CHECK(thread(100) == nullptr);
  CHECK(state.find_user("", 500));
  CHECK(state.first_event_ts() == 0);
  tick(5);
  CHECK(last.thread == nullptr);
  CHECK(state.first_event_ts() == now_ns);
}

TEST_CASE_FIXTURE(ShellScene, "events without parameters") {
  // Every handled event, stripped of everything, on a known and an unknown thread.
  const auto bare = [&](EventCode code) {
    event(code, 100);
    event(code, 4242);
  };
#define FALCO_HANDLER(Sym, function, Use) bare(EventCode::Sym);
#include "vm/state/handlers.def"
#undef FALCO_HANDLER
  tick();
  CHECK(thread(100)->is_invalid());  // one of them was its exit; what came after is a placeholder
}

TEST_CASE_FIXTURE(ShellScene, "ids that a call leaves as they are") {
  event(EventCode::SYSCALL_SETRESUID_X, 100, {0, 1u, UINT32_MAX, 3u});
  CHECK(thread(100)->uid == UINT32_MAX);
  event(EventCode::SYSCALL_SETREGID_X, 100, {0, 1u, UINT32_MAX});
  CHECK(thread(100)->gid == UINT32_MAX);
  event(EventCode::SYSCALL_SETREGID_X, 100, {1, 1u, 2u});  // neither failed nor succeeded
  CHECK(thread(100)->gid == UINT32_MAX);
  event(EventCode::SYSCALL_SETUID_X, 100, {0, Param::absent()});
  CHECK(thread(100)->uid == UINT32_MAX);
}

TEST_CASE_FIXTURE(ShellScene, "ids and namespaces are the calling thread's alone") {
  clone({.result = 101, .tid = 100, .pid = 100, .flags = thread_flag::kCloneThread});
  event(EventCode::SYSCALL_SETUID_X, 101, {0, 33u});
  event(EventCode::SYSCALL_UNSHARE_X, 101, {0, thread_flag::kCloneNewUser});
  CHECK(thread(101)->uid == 33);
  CHECK(thread(100)->uid == 500);
  CHECK(thread(101)->cap_permitted == 0x1ffffffffff);
  CHECK(thread(100)->cap_permitted == 0);
  event(EventCode::SYSCALL_SETNS_X, 100, {-1, 9, thread_flag::kCloneNewUser});
  CHECK(thread(100)->cap_permitted == 0);
}

TEST_CASE_FIXTURE(ShellScene, "calls that leave process groups, sessions and names alone") {
  exec({.tid = 100, .pid = 100});
  event(EventCode::SYSCALL_SETPGID_X, 100, {0, 100, 55});
  CHECK(thread(100)->pgid == 78);
  CHECK(thread(100)->vpgid == 77);
  event(EventCode::SYSCALL_SETSID_X, 100, {-1});
  CHECK(thread(100)->sid == 100);
  event(EventCode::SYSCALL_PRCTL_X, 100, {0, 15, "renamed", 0});
  CHECK(thread(100)->image->comm == "ls");
}

TEST_CASE_FIXTURE(ShellScene, "directories of secondary threads") {
  clone({.result = 101, .tid = 100, .pid = 100, .flags = thread_flag::kCloneThread});
  event(EventCode::SYSCALL_CHDIR_X, 101, {0, "/srv"});
  CHECK(cwd(100) == "/srv/");
  CHECK(cwd(101) == "/srv/");
  // A relative one is taken from what the thread itself has stored, which is nothing.
  event(EventCode::SYSCALL_CHDIR_X, 101, {0, "sub"});
  CHECK(cwd(100) == "sub/");
  event(EventCode::SYSCALL_CHDIR_X, 100, {0, Param::absent()});
  CHECK(cwd(100) == "sub/");
  event(EventCode::SYSCALL_FCHDIR_X, 100, {0, 99});
  CHECK(cwd(100) == "sub/");
  event(EventCode::SYSCALL_GETCWD_X, 101, {-34, "/wrong"});
  CHECK(cwd(100) == "sub/");
}

TEST_CASE_FIXTURE(ShellScene, "a root is joined with the directory; nobody's directory and root change with it") {
  event(EventCode::SYSCALL_CHROOT_X, 100, {-1, "/no"});
  CHECK(thread(100)->root == "");
  event(EventCode::SYSCALL_CHROOT_X, 100, {0, "../ann"});
  CHECK(thread(100)->root == "/home/ann");
  CHECK(cwd(100) == "/home/bob/");
  CHECK(thread(1)->root == "");
}

TEST_CASE_FIXTURE(ShellScene, "limits are the process's, memory is the thread's") {
  clone({.result = 101, .tid = 100, .pid = 100, .flags = thread_flag::kCloneThread});
  event(EventCode::SYSCALL_GETRLIMIT_X, 101, {0, 64, 128, 7});
  CHECK(thread(100)->fdlimit == 64);
  event(EventCode::SYSCALL_PRLIMIT_X, 101, {0, 65, 66, 1, 2, 0, 7});
  CHECK(thread(100)->fdlimit == 65);
  event(EventCode::SYSCALL_PRLIMIT_X, 101, {0, -1, -1, 1, 2, 0, 7});  // asks only
  CHECK(thread(100)->fdlimit == 65);
  event(EventCode::SYSCALL_PRLIMIT_X, 101, {0, 67, 68, 1, 2, 4444, 7});
  event(EventCode::SYSCALL_SETRLIMIT_X, 101, {-1, 69, 70, 7});
  CHECK(thread(100)->fdlimit == 65);
  CHECK(thread(4444) == nullptr);

  for (const EventCode code : {EventCode::SYSCALL_MMAP_X, EventCode::SYSCALL_MMAP2_X, EventCode::SYSCALL_MUNMAP_X}) {
    const uint32_t before = thread(101)->vmsize_kb;
    event(code, 101, {0, before + 10, before + 20, before + 30});
    CHECK(thread(101)->vmsize_kb == before + 10);
    CHECK(thread(101)->vmrss_kb == before + 20);
    CHECK(thread(101)->vmswap_kb == before + 30);
  }
  const uint32_t own = thread(101)->vmsize_kb;
  event(EventCode::SCHEDSWITCH_6_E, 101, {1, 5, 6, 70, 80, 90});
  CHECK(thread(101)->pfmajor == 5);
  CHECK(thread(101)->pfminor == 6);
  CHECK(thread(101)->vmsize_kb == own);
  CHECK(thread(100)->vmsize_kb == 70);
  CHECK(thread(100)->vmrss_kb == 80);
  CHECK(thread(100)->vmswap_kb == 90);
  event(EventCode::SCHEDSWITCH_6_E, 4444, {1, 5, 6, 70, 80, 90});
  CHECK(thread(4444) == nullptr);  // a switch makes up nobody
}

TEST_CASE_FIXTURE(ShellScene, "users that become known touch every thread's cached answers") {
  event(EventCode::SYSCALL_GETUID_X, 100, {0});
  const uint64_t before = last.thread->process_generation;
  event(EventCode::SYSCALL_GETUID_X, 100, {0});
  CHECK(last.thread->process_generation == before);
  event(EventCode::USER_ADDED_E, -1, {500u, 500u, "bob", "/h", "/s", ""});
  event(EventCode::SYSCALL_GETUID_X, 100, {0});
  const uint64_t with_user = last.thread->process_generation;
  CHECK(with_user > before);
  event(EventCode::GROUP_DELETED_E, -1, {500u, "bobs", ""});
  event(EventCode::SYSCALL_GETUID_X, 100, {0});
  CHECK(last.thread->process_generation > with_user);
}

TEST_CASE_FIXTURE(ShellScene, "events that only look") {
  const uint64_t count = state.stats().threads;
  for (const EventCode code : {EventCode::SIGNALDELIVER_E, EventCode::SYSCALL_PTRACE_X, EventCode::SYSCALL_MOUNT_X,
                               EventCode::SYSCALL_KILL_X, EventCode::SYSCALL_RENAME_X}) {
    CAPTURE(event_info(code).name);
    event(code, 100);
    CHECK(last.thread == thread(100));
    CHECK(thread(100)->uid == 500);
  }
  event(EventCode::DROP_E, 5555, {1});
  event(EventCode::PROCINFO_E, 5556, {1, 2});
  CHECK(state.stats().threads == count);
  event(EventCode::SIGNALDELIVER_E, 5557, {1, 2, 15});
  CHECK(last.thread->is_invalid());
}
