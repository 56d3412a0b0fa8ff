// SPDX-License-Identifier: Apache-2.0
//
// Ceilings, and the tables under them.

#include <map>
#include <memory>
#include <random>

#include "tests/unit/state/scene.h"
#include "vm/base/flat_table.h"
#include "vm/state/container_id.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

struct ShellScene : Scene {
  ShellScene() { threads(small_machine()); }
};

}  // namespace

TEST_CASE("the flat table agrees with a map under random turnover") {
  FlatTable<int> table;
  std::map<int64_t, int> model;
  std::mt19937_64 random(7);
  for (int i = 0; i < 200000; ++i) {
    const auto key = static_cast<int64_t>(random() % 700) - 350;
    switch (random() % 3) {
      case 0:
        CHECK(table.erase(key) == (model.erase(key) == 1));
        break;
      case 1:
        table.set(key, i), model[key] = i;
        break;
      default: {
        const int* found = table.find(key);
        const auto it = model.find(key);
        REQUIRE((found != nullptr) == (it != model.end()));
        if (found) CHECK(*found == it->second);
      }
    }
  }
  CHECK(table.size() == model.size());
  size_t seen = 0;
  table.for_each([&](int64_t key, int value) { seen += model.at(key) == value; });
  CHECK(seen == model.size());
}

TEST_CASE("idle threads make room for new ones, and are counted") {
  Scene scene{{.threads = 1000}};
  scene.threads(small_machine());
  scene.tick();
  for (int64_t i = 0; i < 5000; ++i) {
    scene.event(EventCode::SYSCALL_GETCWD_X, 100, {});  // busy all the time
    scene.event(EventCode::SYSCALL_GETCWD_X, 1000 + i, {});
    REQUIRE(scene.last.thread);
    CHECK(scene.state.stats().threads <= 1000);
  }
  CHECK(scene.state.stats().threads_peak <= 1000);
  CHECK(scene.state.stats().threads_evicted >= 4000);
  CHECK(scene.state.stats().threads_refused == 0);
  CHECK(scene.thread(1));     // everybody's ancestor stays
  CHECK(scene.thread(100));   // as does who is active
  CHECK(scene.thread(1000) == nullptr);
  scene.clone({.result = 9'000'001, .tid = 100, .pid = 100});
  CHECK(scene.thread(9'000'001));
}

TEST_CASE("a process list beyond the ceiling is cut and counted") {
  Scene scene{{.threads = 1000}};
  std::vector<ThreadRecord> list;
  for (int64_t tid = 1; tid <= 1500; ++tid) {
    ThreadRecord r;
    r.tid = r.pid = tid, r.ptid = tid > 1 ? 1 : 0, r.comm = "x";
    list.push_back(r);
  }
  scene.threads(list);
  scene.tick();
  CHECK(scene.state.stats().threads_refused == 500);
  CHECK(scene.state.stats().threads <= 1000);
}

TEST_CASE("memory stays below its ceiling, whatever is thrown at it") {
  constexpr size_t kBytes = 8u << 20;
  Scene scene{{.bytes = kBytes}};
  scene.threads(small_machine());
  scene.tick();
  const std::string long_text(4000, 'a');
  const auto check = [&] { REQUIRE(scene.state.memory().peak_bytes <= kBytes + (64u << 10)); };
  SUBCASE("a fork bomb whose processes execute with long arguments") {
    for (int64_t tid = 1000; tid < 21'000; ++tid) {
      scene.clone({.tid = tid, .pid = tid, .ptid = tid == 1000 ? 100 : tid - 1});
      scene.exec({.tid = tid, .pid = tid, .args = nul_list({long_text, long_text}), .env = nul_list({long_text})});
      check();
    }
    CHECK(scene.state.stats().threads_evicted > 1000);
  }
  SUBCASE("descriptors with long names in many processes") {
    for (int64_t tid = 1000; tid < 1400; ++tid) {
      for (int64_t fd = 0; fd < 200; ++fd) scene.open(tid, fd, "/" + std::string(900, 'f'));
      check();
    }
    CHECK(scene.state.stats().threads_evicted + scene.state.stats().fds_refused > 0);
  }
  SUBCASE("long working directories") {
    for (int64_t tid = 1000; tid < 21'000; ++tid) {
      scene.clone({.tid = tid, .pid = tid, .ptid = 100});
      scene.event(EventCode::SYSCALL_CHDIR_X, tid, {0, "/" + std::string(1000, 'd')});
      check();
    }
  }
  SUBCASE("stored enter events") {
    for (int64_t tid = 1000; tid < 21'000; ++tid) {
      scene.event(EventCode::SYSCALL_EXECVE_19_E, tid, {std::string(4000, 'e')});
      check();
    }
  }
  SUBCASE("container records") {
    for (int i = 0; i < 20'000; ++i) {
      scene.event(EventCode::CONTAINER_JSON_2_E, -1,
                  {R"({"container":{"id":")" + std::to_string(100000 + i) + R"(","name":")" + long_text + R"("}})"});
      check();
    }
    CHECK(scene.state.stats().failed_containers > 0);
  }
  CHECK(scene.state.memory().used_bytes <= scene.state.memory().peak_bytes);
}

TEST_CASE("what threads took is given back") {
  Scene scene;
  scene.threads(small_machine());
  scene.tick();
  const size_t before = scene.state.memory().used_bytes;
  constexpr int64_t kFirst = 1000, kEnd = 4000;
  for (int64_t tid = kFirst; tid < kEnd; ++tid) {
    scene.clone({.tid = tid, .pid = tid, .ptid = 100});
    scene.open(tid, 7, "/some/file");
    scene.exec({.tid = tid, .pid = tid, .args = nul_list({"a", std::to_string(tid)})});
  }
  CHECK(scene.state.memory().used_bytes > before + (kEnd - kFirst) * sizeof(Thread));
  for (int64_t tid = kFirst; tid < kEnd; ++tid) scene.exit(tid);
  scene.tick();
  scene.tick();
  // A few descriptors' records and images stay for the next ones.
  constexpr size_t kKept = 256 * 1024;
  CHECK(scene.state.memory().used_bytes <= before + kKept);
}

TEST_CASE_FIXTURE(ShellScene, "a name that was cut does not keep the memory of what was cut off") {
  const std::string name(60'000, 'n');
  event(EventCode::SYSCALL_MEMFD_CREATE_X, 100, {5, name, 0});
  REQUIRE(last.fd);
  CHECK(last.fd->name.size() == limits::kPathBytes);
  CHECK(last.fd->name.capacity() < 2 * limits::kPathBytes);
}

TEST_CASE_FIXTURE(ShellScene, "a name that comes later is counted") {
  socket(100, 5, 1);
  const size_t before = state.memory().used_bytes;
  const std::string path = "/" + std::string(3000, 'p');
  event(EventCode::SOCKET_CONNECT_X, 100, {0, socktuple_unix(1, 2, path), 5});
  REQUIRE(last.fd);
  REQUIRE(last.fd->name.size() == limits::kPathBytes);
  CHECK(state.memory().used_bytes >= before + limits::kPathBytes);
}

TEST_CASE_FIXTURE(ShellScene, "tens of thousands of empty arguments take what is counted for them") {
  const size_t before = state.memory().used_bytes;
  Exec many{.tid = 100, .pid = 100};
  many.args = std::string(40'000, '\0');
  exec(many);
  REQUIRE(thread(100)->image->args.size() == 40'000);
  CHECK(thread(100)->image->args.capacity() == 40'000);
  CHECK(state.memory().used_bytes >= before + 40'000 * sizeof(std::string));
}

TEST_CASE("container ids are short") {
  Scene scene;
  ThreadRecord boxed = small_machine()[1];
  boxed.cgroups = nul_list({"cpu=/lxc/" + std::string(3'000, 'b')});
  scene.threads({small_machine()[0], boxed});
  scene.tick();
  CHECK(scene.thread(100)->container_id == std::string(limits::kContainerIdBytes, 'b'));
  CHECK(container_of_path("/lxc/" + std::string(50'000, 'b')).id.empty());  // no kernel has such a path
}

TEST_CASE("only so many ancestors are asked to take over orphans") {
  for (const size_t depth : {limits::kReaperSteps - 1, limits::kReaperSteps + 1}) {
    // A chain under a subreaper; the last but one dies.
    Scene scene;
    std::vector<ThreadRecord> chain;
    for (size_t i = 0; i <= depth + 1; ++i) {
      ThreadRecord record;
      record.tid = record.pid = record.vtid = record.vpid = 10 + static_cast<int64_t>(i);
      record.ptid = record.tid - 1;
      record.comm = "link";
      chain.push_back(record);
    }
    scene.threads(chain);
    const int64_t top = 10, dying = 10 + static_cast<int64_t>(depth), orphan = dying + 1;
    scene.event(EventCode::SYSCALL_PRCTL_X, top, {0, 36, "", 1});
    scene.exit(dying);
    scene.tick(top);
    REQUIRE(scene.thread(orphan));
    CHECK((scene.thread(orphan)->ptid == top) == (depth < limits::kReaperSteps));
  }
}

TEST_CASE("odd thread numbers") {
  Scene scene;
  for (int64_t tid : {int64_t{-1}, INT64_MIN, INT64_MAX, int64_t{0}}) {
    scene.open(tid, 3, "/x");
    CHECK(scene.fd_name(tid, 3) == "/x");
    scene.exit(tid);
    scene.tick();
    CHECK(scene.thread(tid) == nullptr);
  }
}

TEST_CASE("long names are cut") {
  Scene scene;
  scene.threads(small_machine());
  scene.event(EventCode::SYSCALL_MEMFD_CREATE_X, 100, {3, std::string(60000, 'n'), 0});
  CHECK(scene.fd(100, 3)->name.size() == limits::kPathBytes);
  scene.exec({.tid = 100, .pid = 100, .comm = std::string(9000, 'c')});
  CHECK(scene.thread(100)->image->comm.size() == limits::kStoredTextBytes);
}

TEST_CASE("random events with random parameters") {
  Scene scene;
  scene.threads(small_machine());
  std::mt19937 random(11);
  const auto pick = [&](uint32_t n) { return static_cast<uint32_t>(random()) % n; };
  for (int i = 0; i < 60000; ++i) {
    const auto code = static_cast<EventCode>(pick(static_cast<uint32_t>(kEventCount)));
    Params params;
    const size_t count = pick(static_cast<uint32_t>(event_info(code).param_count) + 1);
    for (size_t p = 0; p < count; ++p) {
      switch (pick(4)) {
        case 0:
          params.push_back(Param::absent());
          break;
        case 1:
          params.push_back(Param::raw(std::string(pick(40), static_cast<char>(pick(12)))));
          break;
        default:
          params.push_back(Param::raw(le(static_cast<int64_t>(pick(12)) - 2)));
          break;
      }
    }
    scene.event(code, static_cast<int64_t>(pick(10)) - 1, params);
    if (scene.shown && scene.last.thread) {
      CHECK(scene.last.thread == scene.thread(scene.last.thread->tid));
      scene.state.ancestor(*scene.last.thread, 1000);
    }
    if (scene.last.fd && scene.shown) CHECK(scene.last.fd->name.size() <= limits::kPathBytes);
  }
  CHECK(scene.state.stats().threads < 30);
}
