// SPDX-License-Identifier: Apache-2.0
//
// Ceilings, and the tables under them.

#include <map>
#include <memory>
#include <random>

#include "tests/unit/state/scene.h"
#include "vm/base/flat_table.h"

using namespace fvm;
using namespace fvm::testing;

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

TEST_CASE("threads beyond the ceiling are refused and counted") {
  Scene scene;
  scene.threads(small_machine());
  scene.tick();
  const auto room = static_cast<int64_t>(limits::kThreads) - 2;
  for (int64_t i = 0; i < room; ++i) scene.event(EventCode::SYSCALL_GETCWD_X, 1000 + i, {});
  CHECK(scene.state.stats().threads == limits::kThreads);
  scene.event(EventCode::SYSCALL_CLOSE_X, 9'000'000, {0, 3});
  CHECK(scene.last.thread == nullptr);
  CHECK_FALSE(scene.last.has_fd_fields);
  scene.clone({.result = 9'000'001, .tid = 100, .pid = 100});
  scene.clone({.tid = 9'000'002, .pid = 9'000'002, .ptid = 100});
  CHECK(scene.state.stats().threads_refused >= 3);
  CHECK(scene.state.stats().threads_peak == limits::kThreads);
  scene.exit(1000);
  scene.tick();
  scene.clone({.result = 9'000'001, .tid = 100, .pid = 100});
  CHECK(scene.thread(9'000'001));
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
