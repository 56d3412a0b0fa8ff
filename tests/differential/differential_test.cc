// SPDX-License-Identifier: Apache-2.0
//
// Random rules × random events: the naive evaluator, the machine with passes and the machine without them find the same
// rules; so does the machine with each of its caches off, and with caches that are always full.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <vector>

#include "compiler/driver/compile.h"
#include "tests/differential/random_events.h"
#include "tests/differential/random_rules.h"
#include "compiler/eval/naive_eval.h"
#include "vm/exec/interpreter.h"
#include "vm/image/verifier.h"

namespace {

using differential::Random;
using differential::RandomEvent;

constexpr uint64_t kSeed = 20170329;
constexpr size_t kFiles = 100;  ///< FALCO_DIFFERENTIAL_FILES says otherwise
constexpr size_t kRules = 100;
constexpr size_t kEvents = 260;

fvm::VerifiedImage verified(const falcoc::CompiledImage& image) {
  auto sealed = fvm::SealedImage::from_bytes(image.bytes);
  REQUIRE(sealed);
  auto accepted = fvm::verify(std::move(*sealed));
  REQUIRE_MESSAGE(accepted, fvm::describe(accepted.error()));
  return std::move(*accepted);
}

falcoc::CompileResult compiled(const std::string& text, bool passes) {
  falcoc::SourceManager sources;
  const uint32_t file = sources.add("random.yaml", text);
  falcoc::CompileOptions options;
  if (!passes)
    for (const std::string_view pass : falcoc::pass_names()) options.passes_off.emplace_back(pass);
  falcoc::Diagnostics diags;
  falcoc::CompileResult result = falcoc::compile(sources, {file}, options, diags);
  for (const falcoc::Diagnostic& d : diags.all()) {
    if (d.severity == falcoc::Severity::Error) {
      const auto line = sources.locate(d.range.file, d.range.begin).line;
      FAIL(d.message << ": " << sources.line_text(file, line));
    }
  }
  REQUIRE(result.image);
  return result;
}

std::vector<uint32_t> run(fvm::Machine& machine, const RandomEvent& event, fvm::MatchMode mode) {
  fvm::MatchSet found(machine.rule_count());
  machine.run(event.code(), event, mode, found);
  return {found.rules().begin(), found.rules().end()};
}

fvm::EventCode random_code(Random& random) {
  // Half of the events are those the rules ask for.
  using fvm::EventCode;
  constexpr EventCode kAsked[] = {EventCode::SYSCALL_OPEN_X, EventCode::SYSCALL_OPENAT_2_X, EventCode::SYSCALL_CLOSE_X,
                                  EventCode::SYSCALL_READ_X, EventCode::SYSCALL_WRITE_X, EventCode::GENERIC_X};
  if (random.chance(50)) return random.pick(kAsked);
  while (true) {
    const auto code = static_cast<EventCode>(random.below(fvm::kEventCount));
    if (differential::occurs(code)) return code;
  }
}

/// Truth of single checks by operator, to see that none is vacuous.
struct Tally {
  size_t truths = 0;
  size_t lies = 0;
  void add(bool truth) { ++(truth ? truths : lies); }
};

std::string check_kind(const falcoc::Expr& check) {
  std::string kind(fvm::kCmpOps[static_cast<size_t>(check.op)]);
  if (check.rhs != falcoc::TermId::None) kind += " field";
  constexpr std::string_view kModifiers[] = {"", " oneof", " anyof", " allof"};
  return kind + std::string(kModifiers[static_cast<size_t>(check.modifier)]);
}

}  // namespace

TEST_CASE("naive evaluator and machine agree on random rules and events") {
  Random random(kSeed);
  size_t pairs = 0;
  size_t matches = 0;
  uint64_t evictions = 0;
  std::map<std::string, Tally> checks;
  const char* wanted = std::getenv("FALCO_DIFFERENTIAL_FILES");
  const size_t files = wanted != nullptr ? std::max(kFiles, std::strtoul(wanted, nullptr, 10)) : kFiles;
  for (size_t f = 0; f < files; ++f) {
    const std::string text = differential::RuleWriter(random.next()).rules_file(kRules);
    const falcoc::CompileResult optimized = compiled(text, true);
    const falcoc::CompileResult plain = compiled(text, false);
    const falcoc::CheckedRules& rules = optimized.loaded->rules;
    const fvm::VerifiedImage optimized_image = verified(*optimized.image);
    const fvm::VerifiedImage plain_image = verified(*plain.image);
    fvm::Machine machine(optimized_image);
    fvm::Machine plain_machine(plain_image);
    fvm::Machine interpreting(optimized_image, {.classes = false});
    fvm::Machine forgetful(plain_image, {.memo = false});
    fvm::Machine unfiltered(optimized_image, {.matchers = false});
    fvm::Machine crowded(optimized_image, {.decision_nodes = 8});
    falcoc::NaiveEvaluator naive(rules);
    fvm::Arena arena;
    for (size_t e = 0; e < kEvents; ++e) {
      const RandomEvent event(random_code(random), random.next());
      const auto fields = [&](const fvm::FieldUse& use, fvm::Arena& a) { return event.read(use, a); };
      arena.reset();
      const std::vector<uint32_t> judged = naive.matches(fields, arena);
      const std::vector<uint32_t> ran = run(machine, event, fvm::MatchMode::All);
      const std::vector<uint32_t> ran_plain = run(plain_machine, event, fvm::MatchMode::All);
      if (judged != ran || judged != ran_plain) {
        for (uint32_t r = 0; r < rules.rules.size(); ++r) {
          const bool by_judge = std::ranges::binary_search(judged, r);
          const bool by_machine = std::ranges::binary_search(ran, r);
          const bool by_plain = std::ranges::binary_search(ran_plain, r);
          CHECK_MESSAGE((by_judge == by_machine && by_judge == by_plain),
                        rules.rules[r].condition_normal_form << " on " << fvm::event_info(event.code()).symbol << ": judge " << by_judge
                                                             << ", machine " << by_machine << ", without passes " << by_plain);
        }
        REQUIRE(judged == ran);
        REQUIRE(judged == ran_plain);
      }
      const std::vector<uint32_t> first = run(machine, event, fvm::MatchMode::First);
      for (fvm::Machine* other : {&interpreting, &forgetful, &unfiltered, &crowded}) {
        REQUIRE(run(*other, event, fvm::MatchMode::All) == judged);
      }
      REQUIRE(first == std::vector<uint32_t>(judged.begin(), judged.begin() + (judged.empty() ? 0 : 1)));
      pairs += rules.rules.size();
      matches += judged.size();
      if (e % 10 != 0) continue;
      evictions = std::max(evictions, crowded.graph().evictions());
      for (uint32_t i = 0; i < rules.exprs.size(); ++i) {
        const falcoc::Expr& expr = rules.exprs[i];
        if (expr.kind != falcoc::Expr::Kind::Check) continue;
        checks[check_kind(expr)].add(naive.holds(static_cast<falcoc::ExprId>(i), fields, arena));
      }
    }
  }
  MESSAGE(pairs << " pairs, " << matches << " matches, " << checks.size() << " kinds of checks");
  CHECK(pairs >= 1'000'000);
  CHECK(evictions > 0);
  CHECK(matches > pairs / 5);
  CHECK(matches < pairs * 4 / 5);
  CHECK(checks.size() >= 45);
  for (const auto& [kind, tally] : checks) {
    CHECK_MESSAGE(tally.truths > 0, kind << " never held");
    CHECK_MESSAGE(tally.lies > 0, kind << " always held");
  }
}
