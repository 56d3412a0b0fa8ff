// SPDX-License-Identifier: Apache-2.0
#include "tools/testing/run_case.h"

#include <fmt/format.h>

#include <algorithm>

#include "capture/scap_reader.h"
#include "compiler/sema/condition_text.h"
#include "tools/testing/memory_source.h"
#include "vm/event_pump.h"

namespace falcoc::testing {
namespace {

constexpr size_t kPredicateBytes = 100;
constexpr uint64_t kAlertsKept = 5000;  ///< of one rule in one run

class Judge {
 public:
  Judge(const TestCase& test, Player& player, const SourceManager& sources, Diagnostics& diags)
      : test_(test), player_(player), sources_(sources), diags_(diags) {}

  bool resolve(CaseResult& result) {
    for (const bool is_hit : {true, false}) {
      for (const WantedAlert& wanted : is_hit ? test_.hits : test_.misses) {
        const auto rule = player_.rules().find(wanted.rule);
        if (rule) {
          (is_hit ? result.hits : result.misses).push_back(*rule);
          continue;
        }
        Diagnostic& d = diags_.emit<diag::UnknownTestRule>(wanted.range, std::string_view(wanted.rule));
        const std::string_view near = nearest_name(wanted.rule, player_.rules().names());
        if (!near.empty()) d.suggest(wanted.range, std::string(near));
        return false;
      }
    }
    return true;
  }

  void judge(CaseResult& result) {
    for (size_t i = 0; i < test_.hits.size(); ++i) judge_hit(test_.hits[i], result.hits[i], result);
    for (const uint32_t rule : result.misses)
      for (const SeenAlert& alert : result.run.alerts)
        if (alert.rule == rule) {
          result.failures.push_back(fmt::format("`{}` alerted: {}", name(rule), alert.output));
          break;
        }
    if (!test_.is_exact) return;
    for (const SeenAlert& alert : result.run.alerts) {
      if (std::ranges::find(result.hits, alert.rule) == result.hits.end())
        result.failures.push_back(fmt::format("`{}` alerted, too: {}", name(alert.rule), alert.output));
    }
  }

 private:
  std::string_view name(uint32_t rule) const { return player_.rules().rules().rules[rule].name; }

  void judge_hit(const WantedAlert& wanted, uint32_t rule, CaseResult& result) {
    const auto counted = result.run.alert_counts.find(rule);
    const uint64_t count = counted == result.run.alert_counts.end() ? 0 : counted->second;
    bool has_output = wanted.outputs.empty() && wanted.fields.empty();
    std::string last, last_fields;
    for (const SeenAlert& alert : result.run.alerts) {
      if (alert.rule != rule) continue;
      last = alert.output;
      const bool all_texts = std::ranges::all_of(
          wanted.outputs, [&](const std::string& text) { return alert.output.find(text) != std::string::npos; });
      const bool all_fields = std::ranges::all_of(
          wanted.fields, [&](const auto& field) { return field_text(alert, field.first) == field.second; });
      has_output = has_output || (all_texts && all_fields);
      for (const auto& [key, value] : wanted.fields)
        last_fields += fmt::format(", {} is {}", key, field_text(alert, key));
    }
    if (count == 0 && wanted.count.value_or(1) != 0) {
      result.failures.push_back(fmt::format("`{}` did not alert{}", name(rule), why_not(rule)));
    } else if (wanted.count && *wanted.count != count) {
      result.failures.push_back(fmt::format("`{}` alerted {} times, not {}", name(rule), count, *wanted.count));
    } else if (!has_output) {
      result.failures.push_back(
          fmt::format("the output of `{}` is not as expected: {}{}", name(rule), last, last_fields));
    }
  }

  static std::string field_text(const SeenAlert& alert, const std::string& key) {
    const auto found = alert.fields.find(key);
    if (found == alert.fields.end()) return "no output field";
    return found->is_string() ? found->get<std::string>() : found->dump();
  }

  /// Which predicates were in the way, at the event that came nearest.
  std::string why_not(uint32_t rule) {
    if (!test_.capture.empty()) return {};
    Diagnostics said_before;
    const auto stage = read_stage(test_.scene, said_before);
    if (!stage) return {};
    const RuleTree& tree = player_.trees()[rule];
    std::optional<std::vector<uint32_t>> nearest;
    size_t event = 0;
    const SceneRun run = player_.play(*stage, {rule}, true);
    const auto& traces = run.traces.at(rule);
    for (size_t i = 0; i < traces.size(); ++i) {
      const auto way = tree.in_the_way(traces[i].truths, true);
      if (nearest && way.size() >= nearest->size()) continue;
      nearest = way;
      event = i;
    }
    if (!nearest) return ": no event is shown to rules";
    std::string out;
    const CheckedRules& rules = player_.rules().rules();
    for (const uint32_t leaf : *nearest) {
      const ExprId check = tree.leaves()[leaf].expr;
      const std::string left =
          event + 1 == traces.size() ? fmt::format("; it is {}", run.left_sides.at(rule)[leaf]) : std::string();
      out += fmt::format("\n      {}: {} is {}{}", place_text(sources_, rules.expr(check).range),
                         predicate_text(rules, check), traces[event].truths[leaf] != 0 ? "true" : "false", left);
    }
    return out.empty() ? std::string() : ", because" + out;
  }

  const TestCase& test_;
  Player& player_;
  const SourceManager& sources_;
  Diagnostics& diags_;
};

}  // namespace

bool SceneRun::alerted(uint32_t rule) const {
  return std::ranges::any_of(alerts, [&](const SeenAlert& alert) { return alert.rule == rule; });
}

SceneRun Player::play(const Stage& stage, const std::vector<uint32_t>& traced, bool with_left_sides) {
  SceneRun out;
  MemorySource source(stage);
  play(source, traced, with_left_sides, nullptr, out);
  return out;
}

std::optional<SceneRun> Player::play_capture(const std::string& path, SourceRange range,
                                             const std::vector<uint32_t>& traced, Diagnostics& diags) {
  SceneRun out;
  SeenTraces seen;
  auto source = fvm::open_capture(path);
  if (!source) {
    diags.emit<diag::CannotPlay>(range, std::string_view(path), std::string_view(source.error().message));
    return std::nullopt;
  }
  if (play(**source, traced, false, &seen, out) == fvm::BatchStatus::Failed) {
    diags.emit<diag::CannotPlay>(range, std::string_view(path), std::string_view((*source)->error().message));
    return std::nullopt;
  }
  return out;
}

fvm::BatchStatus Player::play(fvm::EventSource& source, const std::vector<uint32_t>& traced, bool with_left_sides,
                              SeenTraces* seen, SceneRun& out) {
  fvm::Machine& machine = rules_.machine();
  fvm::EventPump pump;
  fvm::FieldMemory memory;
  fvm::MatchSet matches(machine.rule_count());
  fvm::Arena arena;
  fvm::EvalContext context;
  tracer_.begin_scene();
  for (const uint32_t rule : traced) out.traces[rule];
  const auto look = [&](const fvm::EventView& event, bool is_visible) {
    if (!is_visible) return true;
    pump.state().describe(context);
    context.memory = &memory;
    const fvm::LiveFields fields(context);
    matches.clear();
    machine.run(event.code, fields, fvm::MatchMode::All, matches);
    for (const uint32_t rule : matches.rules()) {
      if (++out.alert_counts[rule] > kAlertsKept) continue;
      SeenAlert& alert = out.alerts.emplace_back();
      alert.rule = rule;
      arena.reset();
      rules_.formatter().append_message(rule, fields, arena, alert.output);
      rules_.formatter().add_fields(rule, fields, event.ts_ns, arena, alert.fields);
    }
    if (traced.empty()) return true;
    tracer_.begin_event(context);
    for (const uint32_t rule : traced) {
      const RuleTree& tree = trees_[rule];
      EventTrace trace = tracer_.trace(tree);
      // A recording has millions of events and few ways to come out; each is kept once.
      if (seen == nullptr || (*seen)[rule].insert(trace).second) out.traces[rule].push_back(std::move(trace));
      if (!with_left_sides) continue;
      std::vector<std::string>& left = out.left_sides[rule];
      left.clear();
      for (const RuleTree::Leaf& leaf : tree.leaves()) left.push_back(tracer_.left_side(leaf.expr));
    }
    return true;
  };
  fvm::BatchStatus status;
  while ((status = pump.poll(source, look)) == fvm::BatchStatus::Events) {
  }
  return status;
}

std::optional<CaseResult> run_case(const TestCase& test, Player& player, bool with_traces, const SourceManager& sources,
                                   Diagnostics& diags) {
  CaseResult result;
  result.test = &test;
  Judge judge(test, player, sources, diags);
  if (!judge.resolve(result)) return std::nullopt;
  std::vector<uint32_t> traced;
  if (with_traces && test.is_exact) {
    for (uint32_t i = 0; i < player.rules().rules().rules.size(); ++i) traced.push_back(i);
  } else if (with_traces) {
    traced = result.hits;
    traced.insert(traced.end(), result.misses.begin(), result.misses.end());
  }
  if (!test.capture.empty()) {
    auto run = player.play_capture(test.capture, test.capture_range, traced, diags);
    if (!run) return std::nullopt;
    result.run = std::move(*run);
  } else {
    const auto stage = read_stage(test.scene, diags);
    if (!stage) return std::nullopt;
    result.run = player.play(*stage, traced);
  }
  judge.judge(result);
  return result;
}

std::string predicate_text(const CheckedRules& rules, ExprId check) {
  std::string text = condition_text(rules, check);
  if (text.size() > kPredicateBytes) text = text.substr(0, kPredicateBytes - 3) + "...";
  return text;
}

std::string place_text(const SourceManager& sources, SourceRange range) {
  if (!range.known()) return "?";
  const LineColumn at = sources.locate(range);
  return fmt::format("{}:{}:{}", sources.name(range.file), at.line, at.column);
}

}  // namespace falcoc::testing
