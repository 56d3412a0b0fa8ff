// SPDX-License-Identifier: Apache-2.0
//
// A machine that loses events: random but plausible calls of few threads, each event lost, doubled or misnumbered now
// and then. Whatever comes, links between threads and tables of descriptors stay consistent.

#include <random>

#include "tests/unit/state/scene.h"
#include "vm/state/thread_entry.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

constexpr int64_t kTids = 48;  // numbers in use; small, so that they come back
constexpr int64_t kOddTids[] = {-1, INT64_MIN, INT64_MAX};

class LinkCheck {
 public:
  explicit LinkCheck(const State& state) : state_(state) {}

  void all() {
    size_t found = 0;
    const auto check = [&](int64_t tid) {
      const Thread* t = state_.find_thread(tid);
      if (!t) return;
      ++found;
      REQUIRE(t->tid == tid);
      one(static_cast<const ThreadEntry&>(*t));
    };
    for (int64_t tid = 0; tid < kTids; ++tid) check(tid);
    for (int64_t tid : kOddTids) check(tid);
    REQUIRE(found == state_.stats().threads);
  }

 private:
  bool known(const ThreadEntry* t) const { return state_.find_thread(t->tid) == t; }

  void one(const ThreadEntry& t) {
    REQUIRE(t.image);
    REQUIRE(t.cgroup_set);
    REQUIRE(t.container_id == t.cgroup_set->container_id);
    group(t);
    parent(t);
    children(t);
    descriptors(t);
    state_.ancestor(t, UINT32_MAX);
    state_.cwd_of(t);
    const Thread* main = state_.main_thread(t);
    if (main) REQUIRE(main->is_main());
  }

  void group(const ThreadEntry& t) {
    if (!t.group) {
      REQUIRE(t.group_next == nullptr);
      REQUIRE(t.group_prev == nullptr);
      REQUIRE(t.parent == nullptr);
      return;
    }
    REQUIRE_FALSE(t.pid < 0);
    size_t members = 0, alive = 0;
    bool listed = false;
    const ThreadEntry* before = nullptr;
    for (const ThreadEntry* m = t.group->first; m; before = m, m = m->group_next) {
      REQUIRE(known(m));
      REQUIRE(m->group == t.group);
      REQUIRE(m->group_prev == before);
      REQUIRE(m->pid == t.group->pid);
      listed |= m == &t;
      alive += !m->is_dead();
      REQUIRE(++members <= static_cast<size_t>(kTids) + std::size(kOddTids));
    }
    REQUIRE(before == t.group->last);
    REQUIRE(listed);
    REQUIRE(alive == t.group->alive);
    REQUIRE(alive > 0);  // a dead leader goes with the last of its threads
  }

  void parent(const ThreadEntry& t) {
    if (!t.parent) return;
    REQUIRE(known(t.parent));
    REQUIRE(t.parent != &t);
    REQUIRE(t.ptid == t.parent->tid);
    REQUIRE((t.prev_sibling ? t.prev_sibling->next_sibling : t.parent->first_child) == &t);
    if (t.next_sibling) REQUIRE(t.next_sibling->prev_sibling == &t);
  }

  void children(const ThreadEntry& t) {
    size_t count = 0;
    for (const ThreadEntry* c = t.first_child; c; c = c->next_sibling) {
      REQUIRE(known(c));
      REQUIRE(c->parent == &t);
      REQUIRE(++count <= static_cast<size_t>(kTids) + std::size(kOddTids));
    }
  }

  void descriptors(const ThreadEntry& t) {
    const FdTable* table = t.fds.get();
    if (!table) return;
    size_t count = 0;
    int64_t last = -1;
    for (const auto& [number, fd] : table->all()) {
      REQUIRE(number > last);
      REQUIRE(fd.fd == number);
      REQUIRE(table->find(number) == &fd);
      last = number;
      ++count;
    }
    REQUIRE(count == table->size());
    REQUIRE(count <= limits::kFdsPerProcess);
  }

  const State& state_;
};

struct Machine : Scene {
  std::mt19937 random;

  explicit Machine(uint32_t seed) : random(seed) {
    threads(small_machine_below());
    tick();
  }
  /// init and a shell with numbers of the pool.
  static std::vector<ThreadRecord> small_machine_below() {
    std::vector<ThreadRecord> list = small_machine();
    list[1].tid = list[1].pid = list[1].vtid = list[1].vpid = 10;
    return list;
  }
  int64_t pick(int64_t n) { return static_cast<int64_t>(random() % static_cast<uint32_t>(n)); }
  bool chance(int64_t one_in) { return pick(one_in) == 0; }
  int64_t tid() { return chance(200) ? kOddTids[pick(3)] : pick(kTids); }
  int64_t number() { return chance(50) ? pick(2) * 2'000'000'000 - 3 : pick(12); }
  /// What is known of a thread, or now and then anything.
  int64_t pid_of(int64_t t) {
    const Thread* known = thread(t);
    return known && known->pid >= 0 && !chance(30) ? known->pid : chance(4) ? tid() : t;
  }

  void fork_or_thread() {
    const int64_t caller = tid(), child = chance(100) ? caller : tid();
    const bool new_thread = chance(2);
    uint32_t flags = new_thread ? thread_flag::kCloneThread | thread_flag::kCloneFiles : 0;
    if (chance(20)) flags |= thread_flag::kCloneParent;
    if (chance(20)) flags |= thread_flag::kCloneVfork;
    if (chance(20)) flags |= thread_flag::kChildInPidns;
    if (chance(20)) flags |= thread_flag::kCloneFiles;
    const int64_t pid = pid_of(caller);
    const Clone parent{.result = child, .tid = caller, .pid = pid, .ptid = pick(kTids), .flags = flags};
    const Clone kid{.tid = child,
                    .pid = new_thread ? pid : child,
                    .ptid = chance(50) ? child : caller,
                    .flags = flags,
                    .vtid = chance(10) ? pick(5) : -1};
    const EventCode codes[] = {EventCode::SYSCALL_CLONE_20_X, EventCode::SYSCALL_FORK_20_X,
                               EventCode::SYSCALL_VFORK_20_X, EventCode::SYSCALL_CLONE3_X};
    const EventCode code = codes[pick(4)];
    const bool child_first = chance(2);
    for (const bool of_child : {child_first, !child_first})
      for (int64_t times = chance(8) ? 0 : chance(20) ? 2 : 1; times > 0; --times) clone(of_child ? kid : parent, code);
  }

  void step() {
    const int64_t t = tid();
    if (chance(50)) now_ns += 1'500'000'000;
    switch (pick(14)) {
      case 0:
      case 1:
      case 2:
        return fork_or_thread();
      case 3:
        return exec({.result = chance(5) ? -2 : 0, .tid = t, .pid = chance(3) ? pid_of(t) : t, .ptid = tid()});
      case 4:
      case 5:
        return exit(t, chance(2) ? tid() : 0);
      case 6:
        return open(t, number(), "/x", chance(2) ? open_flag::kCloExec : open_flag::kRdOnly);
      case 7:
        event(EventCode::SYSCALL_DUP2_X, t, {number(), number(), 0});
        return;
      case 8:
        event(EventCode::SYSCALL_CLOSE_X, t, {chance(9) ? -9 : 0, number()});
        return;
      case 9:
        return socket(t, number(), chance(2) ? 2 : 1, chance(2) ? 1 : 2);
      case 10:
        event(EventCode::SOCKET_SENDTO_X, t, {1, "x", number(), 1, socktuple4("0.0.0.0", 5, "10.0.0.1", 53)});
        return;
      case 11:
        event(EventCode::SYSCALL_PRCTL_X, t, {0, 36, "", pick(2)});
        return;
      case 12:
        event(EventCode::SYSCALL_CLOSE_RANGE_X, t, {0, static_cast<uint32_t>(pick(9)), UINT32_MAX, pick(2) * 4});
        return;
      default:
        tick(t);
    }
  }
};

}  // namespace

TEST_CASE("links stay consistent whatever is lost") {
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    Machine machine(seed);
    LinkCheck check(machine.state);
    for (int i = 0; i < 25'000; ++i) {
      CAPTURE(i);
      machine.step();
      if (machine.shown && machine.last.thread)
        REQUIRE(machine.thread(machine.last.thread->tid) == machine.last.thread);
      if (machine.shown && machine.last.fd) REQUIRE(machine.last.fd->fd == machine.last.fd_num);
      if (i % 16 != 0) continue;
      machine.tick();  // runs what an exit left to be done
      check.all();
    }
    CHECK(machine.state.stats().threads_peak > 20);
    for (int64_t tid = 0; tid < kTids; ++tid) machine.exit(tid);
    for (int64_t tid : kOddTids) machine.exit(tid);
    machine.state.on_section();
    CHECK(machine.state.stats().threads == 0);
  }
}
