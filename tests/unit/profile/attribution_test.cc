// SPDX-License-Identifier: Apache-2.0
//
// Who pays for what, under a made-up clock, so that every figure is exact.
#include "tests/support/run_image.h"
#include "tests/unit/profile/made_up.h"

using namespace falcoc::test;
using namespace profile_test;
using enum fvm::CmpOp;
using fvm::EventCode;
using fvm::FieldId;
using fvm::Profile;

namespace {

/// Two rules that share their first test: A asks proc.name and fd.name, B proc.name and user.name.
struct TwoRules {
  RulesBuilder b;
  SlowFields fields;
  TwoRules() {
    const auto name = b.check(FieldId::ProcName, Eq, {"cat"});
    b.rule("A", b.all({name, b.check(FieldId::FdName, Eq, {"/etc/shadow"})}));
    b.rule("B", b.all({name, b.negated(b.check(FieldId::UserName, Eq, {"root"}))}));
    fields.fields.set(FieldId::ProcName, {"cat"});
    fields.fields.set(FieldId::FdName, {"/etc/passwd"});
    fields.fields.set(FieldId::UserName, {"ann"});
    fields.ticks = {{FieldId::ProcName, 100}, {FieldId::FdName, 40}, {FieldId::UserName, 7}};
  }
};

/// As falcoc doesn't write it, but the verifier takes it: the last match of each program only leads on.
fvm::VerifiedImage without_last_matches(const falcoc::CheckedRules& rules) {
  const auto emitted = falcoc::emit(rules, {}, place_of);
  REQUIRE(emitted);
  std::vector<uint8_t> bytes = emitted->bytes;
  const auto code = records<fvm::Instr>(bytes, fvm::SectionId::Code);
  for (const fvm::ProgramRec& program : records<fvm::ProgramRec>(bytes, fvm::SectionId::Programs)) {
    uint32_t pc = program.count;
    while (pc-- > 0) {
      fvm::Instr& instr = code[program.first + pc];
      if (instr.op != static_cast<uint32_t>(fvm::Opcode::Match)) continue;
      instr = {static_cast<uint32_t>(fvm::Opcode::Goto), 0, pc + 1};
      break;
    }
  }
  redigest(bytes);
  return verified(bytes);
}

}  // namespace

TEST_CASE("the first rule that asks pays, reading the clock costs nobody anything") {
  TwoRules rules;
  Watched watched(rules.b.rules());
  watched.event(rules.fields);
  const Profile p = watched.profile();
  CHECK(p.events == 1);
  CHECK(p.traced == 1);
  CHECK(p.ns == doctest::Approx(147));
  const Profile::Rule& a = rule_of(p, "A");
  CHECK(a.ns == doctest::Approx(140));
  CHECK(a.evaluations == 1);
  REQUIRE(a.tests.size() == 2);
  CHECK(a.tests[0].predicate == "fd.name eq \"/etc/shadow\"");
  CHECK(a.tests[0].rejections() == 1);
  CHECK_FALSE(a.tests[0].rejects_when_true());
  CHECK(a.tests[0].ns == doctest::Approx(40));
  CHECK(a.tests[1].asked == 1);
  CHECK(a.tests[1].asked_first == 1);
  CHECK(a.tests[1].rejections() == 0);
  const Profile::Rule& b = rule_of(p, "B");
  CHECK(b.ns == doctest::Approx(7));
  for (const Profile::Test& test : b.tests) {
    CHECK(test.rejections() == 0);
    CHECK(test.asked == 1);
    CHECK(test.asked_first == (test.predicate.starts_with("user") ? 1 : 0));
  }
  CHECK(p.rules[0].name == "A");
  CHECK(a.place.starts_with("rules.yaml:"));
}

TEST_CASE("a rejection by a predicate that holds is told from one that does not") {
  TwoRules rules;
  rules.fields.fields.set(FieldId::UserName, {"root"});
  Watched watched(rules.b.rules());
  watched.event(rules.fields);
  const Profile::Rule b = rule_of(watched.profile(), "B");
  CHECK(b.tests[0].predicate == "user.name eq \"root\"");
  CHECK(b.tests[0].rejections_when_true == 1);
  CHECK(b.tests[0].rejections_when_false == 0);
}

TEST_CASE("first mode: rules behind the one that matched are not evaluated") {
  TwoRules rules;
  rules.fields.fields.set(FieldId::FdName, {"/etc/shadow"});
  Watched watched(rules.b.rules());
  watched.event(rules.fields, EventCode::SYSCALL_CLOSE_X, fvm::MatchMode::First);
  const Profile p = watched.profile();
  CHECK(rule_of(p, "B").evaluations == 0);
  CHECK(rule_of(p, "B").ns == 0);
}

TEST_CASE("a rule that was switched off still costs what its tests cost") {
  TwoRules rules;
  Watched watched(rules.b.rules());
  watched.machine().active_rules().set(1, false);
  watched.event(rules.fields);
  const Profile p = watched.profile();
  CHECK(rule_of(p, "B").evaluations == 1);
  CHECK(rule_of(p, "B").ns == doctest::Approx(7));
}

TEST_CASE("tests behind the last match are no rule's") {
  TwoRules rules;
  Watched watched(without_last_matches(rules.b.rules()));
  watched.event(rules.fields);
  const Profile p = watched.profile();
  CHECK(p.ns == doctest::Approx(147));
  CHECK(rule_of(p, "A").ns == doctest::Approx(140));
  CHECK(rule_of(p, "A").tests.size() == 2);
  CHECK(rule_of(p, "B").ns == 0);
  CHECK(rule_of(p, "B").evaluations == 0);
  CHECK(rule_of(p, "B").tests.empty());
}

TEST_CASE("samples are scaled to all events, by code") {
  TwoRules rules;
  for (const uint32_t every : {1u, 7u, 512u}) {
    CAPTURE(every);
    fvm::ProfilerOptions options = Watched::defaults();
    options.every = every;
    Watched watched(rules.b.rules(), options);
    for (int i = 0; i < 20'000; ++i) watched.event(rules.fields);
    SlowFields others = rules.fields;
    others.fields.set(FieldId::ProcName, {"vi"});
    for (int i = 0; i < 30'000; ++i) watched.event(others, EventCode::SYSCALL_OPENAT_2_X);
    const Profile p = watched.profile();
    CHECK(p.events == 50'000);
    CHECK(p.ns == doctest::Approx(20'000 * 147 + 30'000 * 100));
    CHECK(p.error_ns == doctest::Approx(0));
    const Profile::Rule& a = rule_of(p, "A");
    CHECK(a.evaluations == 50'000);
    CHECK(a.ns == doctest::Approx(20'000 * 140 + 30'000 * 100));
    REQUIRE(p.types.size() == 2);
    CHECK(p.types[0].name == "openat");
    CHECK(p.types[0].events == 30'000);
    CHECK(p.types[0].ns == doctest::Approx(30'000 * 100));
    if (every == 1) CHECK(p.timed + p.traced == 50'000);
    if (every == 512) CHECK(p.timed + p.traced < 3'000);
    if (every == 512) CHECK(p.timed > 5 * p.traced);
  }
}

TEST_CASE("a workload with a period does not beat with the sampling") {
  TwoRules rules;
  fvm::ProfilerOptions options = Watched::defaults();
  options.every = 16;
  Watched watched(rules.b.rules(), options);
  SlowFields heavy = rules.fields;
  heavy.ticks[FieldId::ProcName] = 1600;
  for (int i = 0; i < 64'000; ++i) watched.event(i % 16 == 0 ? heavy : rules.fields);
  const Profile p = watched.profile();
  const double truth = 60'000.0 * 147 + 4'000.0 * 1647;
  CHECK(p.ns > 0.9 * truth);
  CHECK(p.ns < 1.1 * truth);
  CHECK(p.error_ns > 0);
  CHECK(std::abs(p.ns - truth) < 4 * p.error_ns);
}

TEST_CASE("long samples are left out only when something else ran") {
  TwoRules rules;
  bool switched = false;
  fvm::ProfilerOptions options = Watched::defaults();
  options.every = 1;
  options.long_ticks = 10'000;
  options.away_ticks = [&] { return uint64_t{switched ? 45'000u : 0u}; };
  Watched watched(rules.b.rules(), options);
  SlowFields slow = rules.fields;
  slow.ticks[FieldId::ProcName] = 50'000;
  for (int i = 0; i < 20; ++i) watched.event(rules.fields);
  switched = true;
  for (int i = 0; i < 5; ++i) watched.event(slow);
  Profile p = watched.profile();
  CHECK(p.interrupted == 5);
  CHECK(p.ns == doctest::Approx(25 * 147));
  switched = false;
  for (int i = 0; i < 5; ++i) watched.event(slow);
  p = watched.profile();
  CHECK(p.interrupted == 5);
  CHECK(p.ns > 5 * 50'000);
}

TEST_CASE("what neighbours have in common is no certainty") {
  TwoRules rules;
  Watched watched(rules.b.rules());
  SlowFields heavy = rules.fields;
  heavy.ticks[FieldId::ProcName] = 1600;
  constexpr int kEvents = 400'000;
  double truth = 0;
  for (int i = 0; i < kEvents; ++i) {
    const bool is_heavy = i / 500 % 4 == 0;  // as long as a few stretches
    watched.event(is_heavy ? heavy : rules.fields);
    truth += is_heavy ? 1647 : 147;
  }
  const Profile p = watched.profile();
  CHECK(std::abs(p.ns - truth) < 4 * p.error_ns);
  // Were every event a sample of its own, some ten thousand of them would make it 1 %.
  CHECK(p.error_ns > 0.02 * truth);
  CHECK(p.error_ns < 0.2 * truth);
}

TEST_CASE("what the machine does for the first time is picked apart from events") {
  RulesBuilder b;
  b.rule("Dear", b.all({b.check(FieldId::ProcName, Contains, {"cat"}), b.check(FieldId::UserName, Eq, {"root"})}));
  SlowFields fields;
  fields.fields.set(FieldId::ProcName, {"a cat"});
  fields.fields.set(FieldId::UserName, {"ann"});
  fields.ticks = {{FieldId::ProcName, 5'000}, {FieldId::UserName, 7}};
  Watched watched(b.rules());
  constexpr uint64_t kEvents = 600'000, kSame = 100, kOrdinary = 7, kFirst = 5'000;
  for (uint64_t i = 0; i < kEvents; ++i) {
    fields.numbers[FieldId::ProcName] = i / kSame;
    watched.event(fields);
  }
  const Profile p = watched.profile();
  constexpr double kFirsts = static_cast<double>(kEvents) / kSame;
  CHECK(p.detours >= kEvents / kSame);  // and the making of a few nodes, which takes no time here
  CHECK(p.detours < kEvents / kSame + 10);
  CHECK(p.detour_ns == doctest::Approx(kFirsts * kFirst).epsilon(0.01));
  CHECK(p.ns - p.detour_ns == doctest::Approx(static_cast<double>(kEvents * kOrdinary)));
  // All take the same time here, so the error that is admitted is larger than the real one.
  CHECK(p.error_ns > 0.02 * p.detour_ns);
  CHECK(p.error_ns < 0.05 * p.detour_ns);
  CHECK(rule_of(p, "Dear").ns == doctest::Approx(p.ns));
  REQUIRE(p.types.size() == 1);
  CHECK(p.types[0].detours == p.detours);
  CHECK(p.types[0].detour_ns == doctest::Approx(p.detour_ns));
}

TEST_CASE("of an interrupted detour only its own time counts") {
  TwoRules rules;
  uint64_t away = 0;
  fvm::ProfilerOptions options = Watched::defaults();
  options.timer_ticks = 0;
  options.long_ticks = 10'000;
  options.away_ticks = [&] { return std::exchange(away, 0); };
  Watched watched(rules.b.rules(), options);
  watched.event(rules.fields);
  const auto detour = [&](uint64_t ticks) {
    {
      const fvm::NodeDetour taken(&watched.profiler().detours());
      MadeUpClock::ticks += ticks - MadeUpClock::kReadingTicks;
    }
    return watched.profile().detour_ns;
  };
  CHECK(detour(9'000) == doctest::Approx(9'000));
  away = 80'000;
  CHECK(detour(100'000) == doctest::Approx(29'000));
  away = 300'000;  // longer than the detour: before it
  CHECK(detour(50'000) == doctest::Approx(79'000));
  CHECK(detour(50'000) == doctest::Approx(129'000));
}

TEST_CASE("alerts are counted and timed exactly") {
  TwoRules rules;
  Watched watched(rules.b.rules());
  watched.profiler().alerted(1, EventCode::SYSCALL_CLOSE_X, 503);
  watched.profiler().alerted(1, EventCode::SYSCALL_OPENAT_2_X, 203);
  const Profile p = watched.profile();
  CHECK(p.matches == 2);
  CHECK(p.alert_ns == doctest::Approx(700));
  REQUIRE(rule_of(p, "B").events.size() == 2);
  CHECK(rule_of(p, "B").matches == 2);
  CHECK(rule_of(p, "B").events[0].matches == 1);
  CHECK(p.rules[0].name == "B");
  CHECK(p.total_ns() == doctest::Approx(700));
}

TEST_CASE("an image without rules for an event is only counted") {
  RulesBuilder b;
  b.rule("Closing", b.check(FieldId::EvtType, Eq, {"close"}));
  Watched watched(b.rules());
  for (int i = 0; i < 10; ++i) watched.event({}, EventCode::SYSCALL_OPENAT_2_X);
  const Profile p = watched.profile();
  CHECK(p.events == 10);
  CHECK(p.ns == 0);
  REQUIRE(p.types.size() == 1);
  CHECK(p.types[0].samples == 0);
}
