// SPDX-License-Identifier: Apache-2.0
//
// Threads that an event names and nobody has told of: asked for once, linked like the others, made up when nobody
// knows.
#include <doctest/doctest.h>

#include <map>
#include <vector>

#include "tests/unit/state/scene.h"
#include "vm/source/thread_lookup.h"

namespace fvm {
namespace {

using testing::Scene;

struct Known final : ThreadLookup {
  std::map<int64_t, std::vector<ThreadRecord>> by_tid;
  std::map<int64_t, std::vector<FdRecord>> fds_by_tid;
  std::vector<int64_t> asked;
  bool look_up(int64_t tid, StateSink& sink) override {
    asked.push_back(tid);
    const auto found = by_tid.find(tid);
    if (found == by_tid.end()) return false;
    sink.on_threads(found->second);
    for (const ThreadRecord& thread : found->second) {
      if (const auto fds = fds_by_tid.find(thread.tid); fds != fds_by_tid.end()) sink.on_fds(thread.tid, fds->second);
    }
    return true;
  }
};

ThreadRecord record(int64_t tid, int64_t pid, int64_t ptid, const char* comm) {
  ThreadRecord r;
  r.tid = r.vtid = tid;
  r.pid = r.vpid = pid;
  r.ptid = ptid;
  r.comm = r.exe = comm;
  r.cwd = "/home/";
  if (tid != pid) r.flags = thread_flag::kCloneThread;  // as scans and captures have it
  return r;
}

TEST_CASE("an unknown thread is asked for, with its leader and descriptors") {
  Known known;
  known.by_tid[501] = {record(500, 500, 1, "server"), record(501, 500, 1, "worker")};
  FdRecord log;
  log.fd = 3;
  log.type = FdType::File;
  log.name = "/var/log/x";
  known.fds_by_tid[500] = {log};
  Scene scene;
  scene.threads({record(1, 1, 0, "init")});
  scene.state.set_lookup(&known);
  scene.event(EventCode::SYSCALL_READ_X, 501, {5, "data", 3, 100});
  REQUIRE(scene.thread(501) != nullptr);
  CHECK(scene.thread(501)->image->comm == "worker");
  CHECK(scene.fd_name(501, 3) == "/var/log/x");
  REQUIRE(scene.last.fd != nullptr);
  CHECK(scene.last.fd->name == "/var/log/x");
  CHECK(scene.state.main_thread(*scene.thread(501)) == scene.thread(500));
  CHECK(scene.state.parent(*scene.thread(500))->image->comm == "init");
  CHECK(scene.state.stats().unknown_threads == 0);
  scene.event(EventCode::SYSCALL_READ_X, 501, {5, "data", 3, 100});
  CHECK(known.asked == std::vector<int64_t>{501});
}

TEST_CASE("a look-up says nothing about the sockets of others") {
  Known known;
  known.by_tid[500] = {record(500, 500, 1, "server")};
  FdRecord listener;
  listener.fd = 3;
  listener.type = FdType::Ipv4ServSock;
  listener.sport = 80;
  known.fds_by_tid[500] = {listener};
  Scene scene;
  scene.threads({record(1, 1, 0, "init")});
  scene.state.set_lookup(&known);
  scene.event(EventCode::SOCKET_SOCKET_X, 1, {5, 2, 1, 0});
  const Fd* const before = scene.state.find_fd(*scene.thread(1), 5);
  REQUIRE(before != nullptr);
  REQUIRE(before->type == FdType::Ipv4Sock);
  REQUIRE_FALSE(before->has_role());
  scene.event(EventCode::SYSCALL_READ_X, 500, {5, "data", 3, 100});
  REQUIRE(scene.thread(500) != nullptr);
  CHECK_FALSE(scene.state.find_fd(*scene.thread(1), 5)->has_role());
}

TEST_CASE("who is not found is made up, and not asked for again") {
  Known known;
  Scene scene;
  scene.state.set_lookup(&known);
  scene.event(EventCode::SYSCALL_CHDIR_X, 77, {0, "/tmp"});
  scene.event(EventCode::SYSCALL_CHDIR_X, 77, {0, "/tmp"});
  CHECK(known.asked == std::vector<int64_t>{77});
  CHECK(scene.thread(77)->is_invalid());
}

TEST_CASE("nobody is asked about ends, about what is known, or after the lookup is taken away") {
  Known known;
  Scene scene;
  scene.threads({record(1, 1, 0, "init")});
  scene.state.set_lookup(&known);
  scene.exit(900);
  scene.event(EventCode::SYSCALL_CHDIR_X, 1, {0, "/tmp"});
  CHECK(known.asked.empty());
  scene.state.set_lookup(nullptr);
  scene.event(EventCode::SYSCALL_CHDIR_X, 901, {0, "/tmp"});
  CHECK(known.asked.empty());
}

}  // namespace
}  // namespace fvm
