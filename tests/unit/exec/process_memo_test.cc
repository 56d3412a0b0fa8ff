// SPDX-License-Identifier: Apache-2.0
//
// What a machine remembers of processes never outlives their state: made-up lives of processes (exec, fork, exit and
// reparenting, credentials, sessions, users and container metadata that come late), and in between events that rules
// about all of that are asked of; with and without memory the same rules match.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/support/compiled_rules.h"
#include "tests/support/rules_builder.h"
#include "tests/unit/state/scene.h"
#include "vm/exec/interpreter.h"
#include "vm/field/field_reader.h"

using namespace falcoc;
using namespace falcoc::test;
using enum fvm::CmpOp;
using fvm::EventCode;
using fvm::FieldArg;
using fvm::FieldId;
using fvm::testing::Param;

namespace {

constexpr auto kWatched = EventCode::SYSCALL_CLOSE_X;

/// A rule for each thing that a process can be, and some for two of them together.
CheckedRules rules_about_processes() {
  RulesBuilder b;
  std::vector<ExprId> checks;
  const char* const names[] = {"sh", "ls", "cat", "init"};
  for (const char* name : names) {
    checks.push_back(b.check(FieldId::ProcName, Eq, {name}));
    checks.push_back(b.check(FieldId::ProcPname, Eq, {name}));
    checks.push_back(b.check(FieldId::ProcAname, Eq, {name}));
    checks.push_back(b.check(b.field(FieldId::ProcAname, FieldArg::Index, 2), Eq, {b.text(name)}));
    checks.push_back(b.check(FieldId::ProcExepath, EndsWith, {name}));
    checks.push_back(b.check(FieldId::ProcCmdline, Contains, {(std::string(name) + " -").c_str()}));
    checks.push_back(b.check(FieldId::ProcPcmdline, Contains, {(std::string(name) + " -").c_str()}));
    checks.push_back(b.check(FieldId::ProcSname, Eq, {name}));
  }
  for (const char* word : {"-a", "-b", "-c"}) checks.push_back(b.check(FieldId::ProcArgs, Contains, {word}));
  for (const char* word : {"X=1", "X=2"}) checks.push_back(b.check(FieldId::ProcEnv, Contains, {word}));
  for (const char* name : {"alice", "bob"}) checks.push_back(b.check(FieldId::UserName, Eq, {name}));
  for (const char* name : {"staff", "wheel"}) checks.push_back(b.check(FieldId::GroupName, Eq, {name}));
  for (const char* id : {"aaaaaaaaaaaa", "bbbbbbbbbbbb", "host"})
    checks.push_back(b.check(FieldId::ContainerId, Eq, {id}));
  for (const char* name : {"early", "late"}) checks.push_back(b.check(FieldId::ContainerName, Eq, {name}));
  for (const int64_t id : {0, 10, 11})
    checks.push_back(b.check(b.field(FieldId::UserUid), Eq, {b.number(id, fvm::Kind::Uint)}));
  const size_t single = checks.size();
  for (size_t i = 0; i < single; ++i) b.rule("one " + std::to_string(i), checks[i]);
  for (size_t i = 0; i + 5 < single; i += 3)
    b.rule("two " + std::to_string(i), b.all({checks[i], b.negated(checks[i + 5])}));
  return b.rules();
}

class Lives : public fvm::testing::Scene {
 public:
  explicit Lives(uint32_t seed) : random_(seed) { threads(fvm::testing::small_machine()); }

  void something() {
    const int64_t tid = some_thread();
    const fvm::Thread* t = thread(tid);
    if (!t || t->is_invalid()) return tick(tid);
    switch (below(16)) {
      case 0:
      case 1:
      case 2: {
        const std::string name = kNames[below(std::size(kNames))];
        exec({.tid = tid,
              .pid = t->pid,
              .ptid = t->ptid,
              .comm = name,
              .exe = name,
              .exepath = "/bin/" + name,
              .args = fvm::testing::nul_list({kWords[below(std::size(kWords))]}),
              .env = fvm::testing::nul_list({below(2) == 0 ? "X=1" : "X=2"}),
              .cgroups = cgroups(),
              .uid = static_cast<uint32_t>(10 + below(2))});
        break;
      }
      case 3:
      case 4:
      case 5: {
        const auto child = static_cast<int64_t>(200 + below(40));
        if (thread(child) && below(3) != 0) break;  // else its end was lost, and the number comes again
        clone({.result = child,
               .tid = tid,
               .pid = t->pid,
               .ptid = t->ptid,
               .comm = t->image->comm,
               .cgroups = cgroups()});
        clone({.tid = child, .pid = child, .ptid = tid, .comm = t->image->comm, .cgroups = cgroups()});
        break;
      }
      case 6:
        if (tid >= 200) exit(tid, below(2) == 0 ? 1 : 0);
        break;
      case 7:
        event(EventCode::SYSCALL_SETUID_X, tid, {0, static_cast<uint32_t>(below(2) * 10)});
        break;
      case 8:
        event(EventCode::SYSCALL_SETSID_X, tid, {tid});
        break;
      case 9: {
        const char* const id = below(2) == 0 ? "aaaaaaaaaaaa" : "bbbbbbbbbbbb";
        const char* const name = below(2) == 0 ? "early" : "late";
        const std::string json = std::string(R"({"container":{"id":")") + id + R"(","full_id":")" + id +
                                 R"(","name":")" + name + R"(","image":"i","type":0,"lookup_state":1}})";
        event(EventCode::CONTAINER_JSON_2_E, -1, {json});
        break;
      }
      case 10:
        event(EventCode::USER_ADDED_E, -1,
              {static_cast<uint32_t>(10 + below(2)), 1u, below(2) == 0 ? "alice" : "bob", "/", "/bin/sh", ""});
        break;
      case 11:  // lists of a capture, which may come in its middle
        state.on_user({static_cast<uint32_t>(10 + below(2)), 1u, below(2) == 0 ? "alice" : "bob", "/", "/bin/sh"});
        break;
      case 12:
        state.on_group({20u, below(2) == 0 ? "staff" : "wheel"});
        break;
      case 13:
        event(EventCode::GROUP_ADDED_E, -1, {20u, below(2) == 0 ? "staff" : "wheel", ""});
        break;
      default:
        event(EventCode::SYSCALL_CHDIR_X, tid, {0, "/tmp"});
        break;
    }
  }
  /// An event that rules are asked of.
  const fvm::EvalContext& watched(int64_t tid) { return event(kWatched, tid, {0, 3}); }
  int64_t some_thread() {
    if (below(6) == 0) return below(2) == 0 ? 1 : 100;
    return static_cast<int64_t>(200 + below(40));
  }

 private:
  static constexpr const char* kNames[] = {"sh", "ls", "cat"};
  static constexpr const char* kWords[] = {"-a", "-b", "-c"};
  size_t below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }
  std::string cgroups() {
    const std::string id(64, below(2) == 0 ? 'a' : 'b');
    return below(3) == 0 ? fvm::testing::nul_list({"cpu=/"}) : fvm::testing::nul_list({"cpu=/docker/" + id});
  }
  std::mt19937 random_;
};

std::vector<uint32_t> matches(fvm::Machine& machine, const fvm::EvalContext& context) {
  fvm::MatchSet out(machine.rule_count());
  machine.run(kWatched, fvm::LiveFields(context), fvm::MatchMode::All, out);
  return {out.rules().begin(), out.rules().end()};
}

}  // namespace

TEST_CASE("what is remembered of a process holds as long as its state") {
  const CheckedRules rules = rules_about_processes();
  const fvm::VerifiedImage image = compiled(rules);
  std::vector<size_t> matched(rules.rules.size());
  size_t changes = 0;
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    fvm::Machine remembering(image);
    fvm::Machine forgetful(image, {.classes = false, .matchers = false, .memo = false, .processes = false});
    Lives lives(seed);
    std::vector<uint32_t> before;
    for (int i = 0; i < 3000; ++i) {
      // The same thread right before and after: nothing else has made its memory void meanwhile.
      const int64_t tid = lives.some_thread();
      const std::vector<uint32_t> first = matches(forgetful, lives.watched(tid));
      REQUIRE(matches(remembering, lives.last) == first);
      lives.something();
      const fvm::EvalContext& context = lives.watched(tid);
      const std::vector<uint32_t> expected = matches(forgetful, context);
      REQUIRE(matches(remembering, context) == expected);
      REQUIRE(matches(remembering, context) == expected);
      for (const uint32_t rule : expected) ++matched[rule];
      changes += expected != before ? 1 : 0;
      before = expected;
    }
  }
  CHECK(changes > 10'000);
  // init never runs a program, and some pairs contradict each other.
  CHECK(std::ranges::count(matched, size_t{0}) < 6);
}

TEST_CASE("more processes than can be remembered") {
  const fvm::VerifiedImage image = compiled(rules_about_processes());
  fvm::Machine remembering(image);
  fvm::Machine forgetful(image, {.classes = false, .matchers = false, .memo = false, .processes = false});
  fvm::testing::Scene scene;
  scene.threads(fvm::testing::small_machine());
  constexpr int64_t kProcesses = 2 * static_cast<int64_t>(fvm::limits::kProcessMemoEntries);
  for (int64_t tid = 1000; tid < 1000 + kProcesses; ++tid)
    scene.exec({.tid = tid, .pid = tid, .ptid = 100, .comm = tid % 3 == 0 ? "sh" : "ls"});
  for (int round = 0; round < 2; ++round) {
    for (int64_t tid = 1000; tid < 1000 + kProcesses; tid += 1 + tid % 7) {
      const fvm::EvalContext& context = scene.event(kWatched, tid, {0, 3});
      REQUIRE(matches(remembering, context) == matches(forgetful, context));
    }
  }
  CHECK(remembering.processes().evictions() > 0);
}
