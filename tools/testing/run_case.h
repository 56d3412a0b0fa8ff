// SPDX-License-Identifier: Apache-2.0
//
// Runs one scene through state and machine and says which rules alerted; on request also what became of each predicate
// of some rules. Judging a case against what it expects is here, too.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tools/testing/ruleset.h"
#include "tools/testing/stage.h"
#include "tools/testing/test_file.h"
#include "tools/testing/trace.h"

namespace falcoc::testing {

struct SeenAlert {
  uint32_t rule = 0;
  std::string output;
  nlohmann::json fields;
};

/// Trees of rules, made when they are first asked for.
class RuleTrees {
 public:
  explicit RuleTrees(const CheckedRules& rules) : rules_(rules) {}
  const RuleTree& operator[](uint32_t rule) {
    return trees_.try_emplace(rule, rules_, rules_.rules[rule].condition).first->second;
  }

 private:
  const CheckedRules& rules_;
  std::map<uint32_t, RuleTree> trees_;
};

struct SceneRun {
  std::vector<SeenAlert> alerts;                       ///< of each rule the first thousands
  std::map<uint32_t, uint64_t> alert_counts;           ///< all of them, by rule
  std::map<uint32_t, std::vector<EventTrace>> traces;  ///< by rule that was asked for, one per visible event
  std::map<uint32_t, std::vector<std::string>>
      left_sides;  ///< on request, of the last event: what predicates looked at

  bool alerted(uint32_t rule) const;
};

/// Plays events. `traced`: rules whose predicates are wanted.
class Player {
 public:
  explicit Player(Ruleset& rules) : rules_(rules), trees_(rules.rules()), tracer_(rules.rules()) {}

  SceneRun play(const Stage& stage, const std::vector<uint32_t>& traced = {}, bool with_left_sides = false);
  /// nullopt: an error was emitted.
  std::optional<SceneRun> play_capture(const std::string& path, SourceRange range, const std::vector<uint32_t>& traced,
                                       Diagnostics& diags);

  Ruleset& rules() { return rules_; }
  RuleTrees& trees() { return trees_; }

 private:
  using SeenTraces = std::map<uint32_t, std::set<EventTrace>>;  ///< by rule
  fvm::BatchStatus play(fvm::EventSource& source, const std::vector<uint32_t>& traced, bool with_left_sides,
                        SeenTraces* seen, SceneRun& out);

  Ruleset& rules_;
  RuleTrees trees_;
  Tracer tracer_;
};

struct CaseResult {
  const TestCase* test = nullptr;
  std::vector<std::string> failures;  ///< what was expected and did not happen; none: passed
  SceneRun run;
  std::vector<uint32_t> hits, misses;  ///< rules the case is about
};

/// nullopt: an error was emitted. `with_traces`: of the rules that the case is about, in an exact case of all.
std::optional<CaseResult> run_case(const TestCase& test, Player& player, bool with_traces, const SourceManager& sources,
                                   Diagnostics& diags);

/// A predicate or a part of a condition, shortened: `proc.name in (bash, sh)`.
std::string predicate_text(const CheckedRules& rules, ExprId check);
/// `rules.yaml:12:8`.
std::string place_text(const SourceManager& sources, SourceRange range);

}  // namespace falcoc::testing
