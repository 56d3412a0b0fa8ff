// SPDX-License-Identifier: Apache-2.0
//
// A made-up clock, fields whose reading takes made-up time, and a machine that a profiler watches over them.
#pragma once

#include <doctest/doctest.h>

#include "tests/support/compiled_rules.h"
#include "tests/support/rules_builder.h"
#include "tests/support/sample_rules.h"
#include "vm/exec/interpreter.h"
#include "vm/image/verifier.h"
#include "vm/profile/rule_profiler.h"

namespace profile_test {

/// Stands still, but for reading it and for whoever advances it.
struct MadeUpClock {
  static constexpr uint64_t kReadingTicks = 3;
  static inline uint64_t ticks = 0;
  static uint64_t now() { return ticks += kReadingTicks; }
};

/// FakeFields that take time.
struct SlowFields {
  falcoc::test::FakeFields fields;
  std::map<fvm::FieldId, uint64_t> ticks;
  std::map<fvm::FieldId, uint64_t> numbers;  ///< that stand for a value, so that one met before is not read

  fvm::ValueList read(const fvm::FieldUse& use, fvm::Arena& arena) const {
    const auto found = ticks.find(use.id);
    if (found != ticks.end()) MadeUpClock::ticks += found->second;
    return fields.read(use, arena);
  }
  bool shorthand(const fvm::FieldUse& use, uint64_t& number) const {
    const auto found = numbers.find(use.id);
    if (found == numbers.end()) return false;
    number = found->second;
    return true;
  }
  fvm::ValueList read_for_output(const fvm::FieldUse& use, fvm::Arena& arena) const { return read(use, arena); }
};

/// Does what the engine does with a profiler.
class Watched {
 public:
  explicit Watched(const falcoc::CheckedRules& rules, fvm::ProfilerOptions options = defaults())
      : Watched(falcoc::test::compiled(rules), std::move(options)) {}
  explicit Watched(fvm::VerifiedImage image, fvm::ProfilerOptions options = defaults())
      : image_(std::move(image)),
        machine_(image_),
        profiler_(machine_.image(), std::move(options)),
        out_(machine_.rule_count()) {
    profiler_.detours().set_clock(MadeUpClock::now);
    machine_.measure_detours(&profiler_.detours());
  }

  static fvm::ProfilerOptions defaults() {
    fvm::ProfilerOptions options;
    options.timer_ticks = MadeUpClock::kReadingTicks;
    return options;
  }

  void event(const SlowFields& fields, fvm::EventCode code = fvm::EventCode::SYSCALL_CLOSE_X,
             fvm::MatchMode mode = fvm::MatchMode::All) {
    out_.clear();
    profiler_.detours().enter(code);
    const bool due = profiler_.is_due(code);
    const uint64_t begin = due || profiler_.is_in_stretch() ? MadeUpClock::now() : 0;
    if (due && profiler_.sample(code) == fvm::RuleProfiler::Sample::Traced) {
      machine_.run(code, fields, mode, out_, fvm::TraceProbe<MadeUpClock>(profiler_.trace()));
      profiler_.traced(code);
      return;
    }
    const bool timing = due || profiler_.is_timing();
    if (timing) profiler_.detours().time_each();
    machine_.run(code, fields, mode, out_);
    if (timing) profiler_.timed(code, MadeUpClock::now() - begin);
  }
  fvm::RuleProfiler& profiler() { return profiler_; }
  fvm::Machine& machine() { return machine_; }
  fvm::Profile profile() const { return profiler_.profile(1.0); }

 private:
  fvm::VerifiedImage image_;
  fvm::Machine machine_;
  fvm::RuleProfiler profiler_;
  fvm::MatchSet out_;
};

inline const fvm::Profile::Rule& rule_of(const fvm::Profile& profile, std::string_view name) {
  for (const fvm::Profile::Rule& rule : profile.rules) {
    if (rule.name == name) return rule;
  }
  FAIL("no such rule");
  return profile.rules.front();
}

}  // namespace profile_test
