// SPDX-License-Identifier: Apache-2.0
//
// Descriptors other than sockets: the state reference, sections 2, 9 and 13.

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/state/scene.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

constexpr int kAtFdCwd = -100;

struct ShellScene : Scene {
  ShellScene() {
    threads(small_machine());
    tick();
  }
};

}  // namespace

TEST_CASE_FIXTURE(ShellScene, "open: names, type, flags, the event's descriptor") {
  open(100, 3, "notes/../x.txt", open_flag::kRdOnly | open_flag::kUpperLayer);
  const Fd& f = *fd(100, 3);
  CHECK(f.name == "/home/bob/x.txt");
  CHECK(f.name_raw == "notes/../x.txt");
  CHECK(f.type == FdType::FileV2);
  CHECK(f.dev == 5);
  CHECK(f.ino == 6);
  CHECK((f.flags & fd_flag::kOverlayUpper) != 0);
  CHECK(last.fd == &f);
  CHECK(last.fd_num == 3);
  CHECK(last.fd_name_changed);
  CHECK(last.has_fd_fields);
  open(100, 4, "/srv", open_flag::kDirectory);
  CHECK(fd(100, 4)->type == FdType::Directory);
}

TEST_CASE_FIXTURE(ShellScene, "a failed open stores nothing and shows no descriptor") {
  open(100, -2, "/nope");
  CHECK(last.fd == nullptr);
  CHECK(last.fd_num == -1);
  CHECK(last.has_fd_fields);
  CHECK(state.fds_of(*thread(100)) == nullptr);
}

TEST_CASE_FIXTURE(ShellScene, "openat: every base directory") {
  const auto openat = [&](int64_t number, int64_t dirfd, std::string_view name) {
    event(EventCode::SYSCALL_OPENAT_2_X, 100, {number, dirfd, name, 1, 0, 5, 6});
    return fd_name(100, number);
  };
  CHECK(openat(10, kAtFdCwd, "a") == "/home/bob/a");
  CHECK(openat(11, 99, "/abs//x") == "/abs/x");
  CHECK(openat(12, 99, "a") == "<UNKNOWN>a");
  open(100, 4, "/srv", open_flag::kDirectory);
  CHECK(openat(13, 4, "../a") == "/a");
  event(EventCode::SYSCALL_OPENAT2_X, 100, {14, 4, "deep/f", 1, 0, 0, 5, 6});
  CHECK(fd_name(100, 14) == "/srv/deep/f");
  event(EventCode::SYSCALL_OPEN_BY_HANDLE_AT_X, 100, {15, 4, 1, "/by/handle", 5, 6});
  CHECK(fd_name(100, 15) == "/by/handle");
  event(EventCode::SYSCALL_CREAT_X, 100, {16, "made", 0600, 5, 6, 2});
  CHECK(fd_name(100, 16) == "/home/bob/made");
  CHECK((fd(100, 16)->flags & fd_flag::kOverlayLower) != 0);
}

TEST_CASE_FIXTURE(ShellScene, "what the call was given when it began wins over what another thread wrote later") {
  event(EventCode::SYSCALL_OPENAT_2_E, 100, {kAtFdCwd, "/etc/shadow", 1, 0});
  CHECK_FALSE(shown);
  const uint32_t created = open_flag::kCreated;
  event(EventCode::SYSCALL_OPENAT_2_X, 100, {3, 55, "/tmp/harmless", 2u | created, 0, 5, 6});
  CHECK(fd_name(100, 3) == "/etc/shadow");
  CHECK(fd(100, 3)->open_flags == (1u | created));
  // The copy is used once.
  event(EventCode::SYSCALL_OPENAT_2_X, 100, {4, kAtFdCwd, "/tmp/second", 2u, 0, 5, 6});
  CHECK(fd_name(100, 4) == "/tmp/second");
}

TEST_CASE_FIXTURE(ShellScene, "an enter event without a name, or a huge one, isn't kept") {
  event(EventCode::SYSCALL_OPEN_E, 100, {Param::absent(), 1, 0});
  open(100, 3, "/a");
  CHECK(fd_name(100, 3) == "/a");
  event(EventCode::SYSCALL_OPEN_E, 100, {std::string(5000, 'x'), 1, 0});
  open(100, 4, "/b");
  CHECK(fd_name(100, 4) == "/b");
}

TEST_CASE_FIXTURE(ShellScene, "close takes effect with the next event") {
  open(100, 3, "/a");
  event(EventCode::SYSCALL_CLOSE_X, 100, {-9, 3});
  tick();
  CHECK(fd_name(100, 3) == "/a");
  event(EventCode::SYSCALL_CLOSE_X, 100, {0, 3});
  REQUIRE(last.fd);
  CHECK(last.fd->name == "/a");
  CHECK_FALSE(last.fd_name_changed);
  tick();
  CHECK(fd(100, 3) == nullptr);
}

TEST_CASE_FIXTURE(ShellScene, "close_range") {
  for (int n = 3; n < 8; ++n) open(100, n, "/f");
  event(EventCode::SYSCALL_CLOSE_RANGE_X, 100, {0, 4u, 5u, 0});
  CHECK(fd(100, 4) == nullptr);
  CHECK(fd(100, 6));
  event(EventCode::SYSCALL_CLOSE_RANGE_X, 100, {0, 6u, UINT32_MAX, 4});
  CHECK((fd(100, 6)->open_flags & open_flag::kCloExec) != 0);
  CHECK((fd(100, 3)->open_flags & open_flag::kCloExec) == 0);
}

TEST_CASE_FIXTURE(ShellScene, "dup and its relatives") {
  open(100, 3, "/a", open_flag::kRdOnly | open_flag::kCloExec);
  event(EventCode::SYSCALL_DUP_1_X, 100, {4, 3});
  CHECK(fd_name(100, 4) == "/a");
  CHECK((fd(100, 4)->open_flags & open_flag::kCloExec) == 0);
  CHECK(last.fd_num == 4);
  CHECK(last.fd == fd(100, 4));
  event(EventCode::SYSCALL_DUP2_X, 100, {0, 3, 0});
  CHECK(fd_name(100, 0) == "/a");
  CHECK((thread(100)->flags & thread_flag::kPipeDst) != 0);
  CHECK((thread(100)->flags & thread_flag::kPipeSrc) == 0);
  event(EventCode::SYSCALL_DUP3_X, 100, {1, 3, 1, open_flag::kCloExec});
  CHECK((fd(100, 1)->open_flags & open_flag::kCloExec) != 0);
  CHECK((thread(100)->flags & thread_flag::kPipeSrc) != 0);
  event(EventCode::SYSCALL_DUP_1_X, 100, {9, 77});
  CHECK(fd(100, 9) == nullptr);
  event(EventCode::SYSCALL_FCNTL_X, 100, {10, 3, 26, 0});
  CHECK((fd(100, 10)->open_flags & open_flag::kCloExec) != 0);
  event(EventCode::SYSCALL_FCNTL_X, 100, {0, 10, 3, 0});
  CHECK((fd(100, 10)->open_flags & open_flag::kCloExec) == 0);
}

TEST_CASE_FIXTURE(ShellScene, "anonymous descriptors") {
  event(EventCode::SYSCALL_PIPE_X, 100, {0, 3, 4, 777});
  CHECK(fd(100, 3)->type == FdType::Fifo);
  CHECK(fd(100, 4)->ino == 777);
  CHECK(last.fd_num == 4);
  struct Row {
    EventCode code;
    FdType type;
  };
  for (const Row& row :
       {Row{EventCode::SYSCALL_EVENTFD2_X, FdType::Event}, Row{EventCode::SYSCALL_SIGNALFD4_X, FdType::SignalFd},
        Row{EventCode::SYSCALL_TIMERFD_CREATE_X, FdType::TimerFd},
        Row{EventCode::SYSCALL_INOTIFY_INIT1_X, FdType::Inotify},
        Row{EventCode::SYSCALL_USERFAULTFD_X, FdType::UserFaultFd},
        Row{EventCode::SYSCALL_IO_URING_SETUP_X, FdType::IoUring},
        Row{EventCode::SYSCALL_EPOLL_CREATE_X, FdType::EventPoll}, Row{EventCode::SYSCALL_BPF_2_X, FdType::Bpf}}) {
    CAPTURE(event_info(row.code).name);
    event(row.code, 100, {20});
    REQUIRE(fd(100, 20));
    CHECK(fd(100, 20)->type == row.type);
    event(row.code, 100, {-5});
    CHECK(last.fd_num == -1);
  }
  event(EventCode::SYSCALL_MEMFD_CREATE_X, 100, {21, "secret", 1});
  CHECK(fd_name(100, 21) == "secret");
  CHECK((fd(100, 21)->open_flags & open_flag::kCloExec) != 0);
  event(EventCode::SYSCALL_PIDFD_OPEN_X, 1, {22, 100, 0});
  CHECK(fd_name(1, 22) == "/proc/100");
  event(EventCode::SYSCALL_PIDFD_GETFD_X, 1, {23, 22, 21, 0});
  CHECK(fd_name(1, 23) == "secret");
}

TEST_CASE_FIXTURE(ShellScene, "a process without main thread has no table; one with a placeholder has its own") {
  clone({.tid = 901, .pid = 900, .ptid = 100, .flags = thread_flag::kCloneThread});
  open(901, 3, "/x");
  CHECK(state.main_thread(*thread(901)) == thread(900));
  CHECK(fd_name(900, 3) == "/x");
  open(950, 3, "/y");
  CHECK(thread(950)->is_invalid());
  CHECK(fd_name(950, 3) == "/y");
}

namespace {
struct TableScene {
  MemoryBudget budget{size_t{1} << 30};
  FdPool pool{budget};
};
}  // namespace

TEST_CASE("the table: ascending order, copies, refusals") {
  TableScene scene;
  FdTable table(scene.pool);
  for (int64_t n : {5, -7, 100000, 0, 3, -100, 2048}) {
    Fd f;
    f.fd = n;
    f.name = std::to_string(n);
    REQUIRE(table.set(f));
  }
  std::vector<int64_t> order;
  for (const auto& [number, f] : table.all()) {
    order.push_back(number);
    CHECK(f.name == std::to_string(number));
  }
  CHECK(order == std::vector<int64_t>{-100, -7, 0, 3, 5, 2048, 100000});
  CHECK(table.size() == 7);

  FdTable copy = table;
  copy.edit(5)->name = "changed";
  copy.remove(-7);
  copy.remove(12345);
  CHECK(table.find(5)->name == "5");
  CHECK(table.find(-7));
  CHECK(copy.find(-7) == nullptr);
  CHECK(copy.size() == 6);
  table.remove_if([](const Fd& f) { return f.fd < 0; });
  CHECK(table.size() == 5);
  CHECK((*table.all().begin()).first == 0);

  FdTable full(scene.pool);
  Fd f;
  for (f.fd = 0; f.fd < 4096; ++f.fd) REQUIRE(full.set(f));
  f.fd = 5000;
  CHECK(full.set(f) == nullptr);
  f.fd = 17;
  f.name = "replaced";
  CHECK(full.set(f)->name == "replaced");
}

TEST_CASE("the table: large numbers move into the array when many are in use") {
  TableScene scene;
  FdTable table(scene.pool);
  const auto add = [&](int64_t number) {
    Fd fd;
    fd.fd = number;
    fd.name = "/f" + std::to_string(number);
    REQUIRE(table.set(std::move(fd)));
  };
  for (const int64_t number : {-3, 1500, 1'000'000, 1999}) add(number);
  for (int64_t number = 0; number < 600; ++number) add(number);
  const size_t before = table.copy_bytes();
  add(1100);
  CHECK(table.copy_bytes() != before);
  add(2500);
  std::vector<int64_t> seen;
  for (const auto& [number, fd] : table.all()) {
    CHECK(fd.name == "/f" + std::to_string(number));
    seen.push_back(number);
  }
  CHECK(seen.size() == 606);
  CHECK(table.size() == 606);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  for (const int64_t number : {int64_t{-3}, int64_t{1500}, int64_t{1'000'000}, int64_t{2500}, int64_t{17}}) {
    CHECK(table.find(number)->fd == number);
    table.remove(number);
    CHECK(table.find(number) == nullptr);
  }
  CHECK(table.find(1999)->name == "/f1999");
  CHECK(table.size() == 601);
}

TEST_CASE("the table: a renewed record has nothing of the one whose memory it takes, and never a copy's") {
  TableScene scene;
  FdTable table(scene.pool);
  Fd old;
  old.fd = 3;
  old.name = old.name_raw = "/a name that does not fit into the string itself";
  old.ino = 7;
  old.pid = 8;
  old.flags = fd_flag::kConnected;
  const char* const memory = table.set(old)->name.data();
  const FdTable copy = table;
  const Fd* fresh = table.renew(3, 0);
  CHECK(fresh->name.empty());
  CHECK(copy.find(3)->name == old.name);  // shared with the copy: left alone
  CHECK(copy.find(3)->name.data() == memory);

  FdTable alone(scene.pool);
  const char* const own = alone.set(old)->name.data();
  alone.remove(3);
  CHECK(alone.find(3) == nullptr);
  CHECK(alone.size() == 0);
  Fd* renewed = alone.renew(5, 0);
  REQUIRE(renewed);
  CHECK(renewed->fd == 5);
  CHECK(renewed->name.empty());
  CHECK(renewed->name_raw.empty());
  CHECK(renewed->ino == 0);
  CHECK(renewed->pid == -1);
  CHECK(renewed->flags == 0);
  renewed->name = "/short enough for the memory that was kept";
  CHECK(renewed->name.data() == own);
  CHECK(alone.find(3) == nullptr);
  CHECK(alone.size() == 1);
  CHECK(alone.renew(5, 0) == renewed);
  CHECK(alone.size() == 1);

  FdTable full(scene.pool);
  for (int64_t n = 0; n < 4096; ++n) REQUIRE(full.renew(n, 0));
  CHECK(full.renew(5000, 0) == nullptr);
  CHECK(full.renew(17, 0) != nullptr);
}

TEST_CASE_FIXTURE(ShellScene, "open: the directory's own number is given out again") {
  open(100, 3, "/srv/data/with/a/long/name", open_flag::kRdOnly | open_flag::kDirectory);
  event(EventCode::SYSCALL_OPENAT_2_X, 100, {3, 3, "inner.txt", 1, 0, 5, 6});
  CHECK(fd_name(100, 3) == "/srv/data/with/a/long/name/inner.txt");
  CHECK(fd(100, 3)->name_raw == "inner.txt");
}

TEST_CASE_FIXTURE(ShellScene, "refused descriptors are counted") {
  for (int n = 0; n < 4096; ++n) open(100, n, "/f");
  open(100, 4096, "/one too many");
  CHECK(fd(100, 4096) == nullptr);
  CHECK(state.stats().fds_refused == 1);
}

TEST_CASE_FIXTURE(ShellScene, "generations of descriptors") {
  open(100, 3, "/a");
  const uint32_t first = fd(100, 3)->generation;
  event(EventCode::SYSCALL_READ_X, 100, {1, "x", 3, 1});
  CHECK(fd(100, 3)->generation == first);
  open(100, 3, "/a");
  CHECK(fd(100, 3)->generation > first);
}

TEST_CASE_FIXTURE(ShellScene, "flags that last: close-on-exec from every call that can set it") {
  const uint32_t cloexec = open_flag::kCloExec;
  event(EventCode::SYSCALL_PIPE2_X, 100, {0, 3, 4, 9, cloexec});
  event(EventCode::SYSCALL_EVENTFD2_X, 100, {5, cloexec});
  event(EventCode::SYSCALL_SIGNALFD4_X, 100, {6, cloexec});
  event(EventCode::SYSCALL_TIMERFD_CREATE_X, 100, {27, 0, 0});  // the width of its flags has no room for this one
  event(EventCode::SYSCALL_IO_URING_SETUP_X, 100, {25});
  event(EventCode::SYSCALL_DUP3_X, 100, {7, 27, 7, cloexec});
  event(EventCode::SYSCALL_INOTIFY_INIT1_X, 100, {8, cloexec});
  event(EventCode::SYSCALL_EPOLL_CREATE1_X, 100, {9, 1});
  event(EventCode::SYSCALL_USERFAULTFD_X, 100, {10, cloexec});
  event(EventCode::SOCKET_SOCKET_X, 100, {11, 1, 1, 0, cloexec});
  event(EventCode::SYSCALL_PIDFD_OPEN_X, 100, {12, 1, 0});
  event(EventCode::SYSCALL_MEMFD_CREATE_X, 100, {13, "m", 1});
  event(EventCode::SYSCALL_PIPE_X, 100, {0, 20, 21, 9});
  event(EventCode::SYSCALL_EVENTFD_X, 100, {22});
  event(EventCode::SYSCALL_SIGNALFD_X, 100, {23});
  event(EventCode::SYSCALL_INOTIFY_INIT_X, 100, {24});
  event(EventCode::SYSCALL_MEMFD_CREATE_X, 100, {26, "m", 0});
  for (int64_t n = 3; n <= 13; ++n) REQUIRE(fd(100, n));
  exec({.tid = 100, .pid = 100});
  for (int64_t n = 3; n <= 13; ++n) {
    CAPTURE(n);
    CHECK(fd(100, n) == nullptr);
  }
  for (int64_t n = 20; n <= 27; ++n) {
    CAPTURE(n);
    CHECK(fd(100, n));
  }
}

TEST_CASE_FIXTURE(ShellScene, "calls whose result is taken for a descriptor, or not") {
  event(EventCode::SYSCALL_BPF_2_X, 100, {0, 2});  // an update of a map, as the reference sees it
  CHECK(fd(100, 0)->type == FdType::Bpf);
  event(EventCode::SYSCALL_MEMFD_CREATE_X, 100, {-24, "m", 0});
  CHECK(last.fd == nullptr);
  event(EventCode::SYSCALL_MEMFD_CREATE_X, 100, {5, "", 0});
  CHECK(fd(100, 5)->type == FdType::MemFd);
  CHECK_FALSE(last.fd_name_changed);
  event(EventCode::SYSCALL_PIPE_X, 100, {-24, 6, 7, 1});
  CHECK(fd(100, 6) == nullptr);
  event(EventCode::SYSCALL_PIPE_X, 100, {0, -6, 7, 1});
  CHECK(fd(100, 7));
  event(EventCode::SYSCALL_PIDFD_GETFD_X, 100, {8, 5, 3, 0});  // 5 is no descriptor of a process
  CHECK(fd(100, 8) == nullptr);
}

TEST_CASE_FIXTURE(ShellScene, "fcntl: copies, and calls that change nothing") {
  open(100, 3, "/a", open_flag::kRdOnly | open_flag::kCloExec);
  event(EventCode::SYSCALL_FCNTL_X, 100, {10, 3, 1, 10});
  CHECK(fd_name(100, 10) == "/a");
  CHECK((fd(100, 10)->open_flags & open_flag::kCloExec) == 0);
  CHECK_FALSE(last.fd_name_changed);
  event(EventCode::SYSCALL_FCNTL_X, 100, {0, 10, 3, 1});
  CHECK((fd(100, 10)->open_flags & open_flag::kCloExec) != 0);
  event(EventCode::SYSCALL_FCNTL_X, 100, {-9, 3, 1, 11});
  event(EventCode::SYSCALL_FCNTL_X, 100, {2, 3, 4, 0});
  CHECK(fd(100, 2) == nullptr);
  event(EventCode::SYSCALL_FCNTL_X, 100, {12, 99, 1, 0});
  CHECK(fd(100, 12) == nullptr);
}

TEST_CASE_FIXTURE(ShellScene, "a copy of a descriptor is one of its own") {
  open(100, 3, "/a");
  event(EventCode::SYSCALL_DUP_1_X, 100, {4, 3});
  event(EventCode::SYSCALL_CLOSE_X, 100, {0, 3});
  tick();
  CHECK(fd(100, 3) == nullptr);
  CHECK(fd_name(100, 4) == "/a");
  open(100, 4, "/b");
  CHECK(fd_name(100, 4) == "/b");
  CHECK(last.fd_name_changed);
}

TEST_CASE_FIXTURE(ShellScene, "temporary files, and what is known only when the call ends") {
  const uint32_t flags = open_flag::kWrOnly | open_flag::kTmpFile | open_flag::kDirectory;
  event(EventCode::SYSCALL_OPENAT_2_X, 100, {3, kAtFdCwd, "/tmp", flags, 0600, 5, 6});
  CHECK(fd(100, 3)->type == FdType::Directory);  // the driver sets both
  CHECK(fd(100, 3)->open_flags == flags);
  event(EventCode::SYSCALL_OPEN_E, 100, {"new", open_flag::kCreat | open_flag::kWrOnly, 0600});
  event(EventCode::SYSCALL_OPEN_X, 100,
        {4, "new", open_flag::kCreat | open_flag::kCreated | open_flag::kUpperLayer, 0600, 5, 6});
  CHECK(fd(100, 4)->open_flags ==
        (open_flag::kCreat | open_flag::kWrOnly | open_flag::kCreated | open_flag::kUpperLayer));
  CHECK((fd(100, 4)->flags & fd_flag::kOverlayUpper) != 0);
}

TEST_CASE_FIXTURE(ShellScene, "early names of the other open calls") {
  open(100, 4, "/srv", open_flag::kDirectory);
  event(EventCode::SYSCALL_CREAT_E, 100, {"real", 0600});
  CHECK_FALSE(shown);
  event(EventCode::SYSCALL_CREAT_X, 100, {5, "/shown", 0600, 5, 6, 1});
  CHECK(fd_name(100, 5) == "/home/bob/real");
  CHECK(fd(100, 5)->open_flags == open_flag::kUpperLayer);
  event(EventCode::SYSCALL_OPENAT2_E, 100, {4, "real", 1, 0, 0});
  event(EventCode::SYSCALL_OPENAT2_X, 100, {6, kAtFdCwd, "/shown", 1, 0, 0, 5, 6});
  CHECK(fd_name(100, 6) == "/srv/real");
  event(EventCode::SYSCALL_OPEN_E, 100, {"<NA>", 1, 0});
  open(100, 7, "shown");
  CHECK(fd_name(100, 7) == "/home/bob/shown");
}

TEST_CASE_FIXTURE(ShellScene, "openat without an inode tells no device either") {
  event(EventCode::SYSCALL_OPENAT_2_X, 100, {3, kAtFdCwd, "/a", 1, 0, 5, Param::absent()});
  CHECK(fd(100, 3)->dev == 0);
  CHECK(fd(100, 3)->ino == 0);
}

TEST_CASE_FIXTURE(ShellScene, "calls of threads nobody knows, on numbers that can't be") {
  open(800, 3, "rel");
  CHECK(fd_name(800, 3) == "./rel");
  open(800, -9, "/x");
  open(800, INT64_MAX, "/far");
  CHECK(fd_name(800, INT64_MAX) == "/far");
  CHECK(state.fds_of(*thread(800))->size() == 2);
  event(EventCode::SYSCALL_CLOSE_X, 801, {0, INT64_MIN});
  CHECK(last.fd_num == INT64_MIN);
  event(EventCode::SYSCALL_CLOSE_RANGE_X, 802, {0, 0u, UINT32_MAX, 0});
  CHECK(thread(802)->is_invalid());
}
