// SPDX-License-Identifier: Apache-2.0
//
// Per event code: time = events x mean of the events timed as a whole + detours; a rule's part of it = its part of the traced
// time; its counts = events x share of the traced weight. Traces are slower than reality, by reading the clock at every
// step, so they never say how much time there is, except for codes too rare to have been timed.
#include "vm/profile/profile_maker.h"

#include <algorithm>
#include <cmath>

#include "vm/image/disasm.h"

namespace fvm {
namespace {

uint64_t rounded(double x) { return static_cast<uint64_t>(std::llround(std::max(x, 0.0))); }

template <typename T, typename Key>
void sort_down(std::vector<T>& rows, Key key) {
  std::stable_sort(rows.begin(), rows.end(), [&](const T& a, const T& b) { return key(a) > key(b); });
}

}  // namespace

ProfileMaker::ProfileMaker(const RuleProfiler& profiler, double ns_per_tick)
    : from_(profiler),
      image_(profiler.image_),
      ns_per_tick_(ns_per_tick),
      rule_variance_(image_.rules().size()),
      on_events_(image_.rules().size()),
      scales_(image_.programs().size()) {
  out_.rules.resize(image_.rules().size());
}

/// Total over `events` of a quantity that `sums` has samples of, being zero in the rest of `all` samples.
ProfileMaker::Estimate ProfileMaker::estimate(const RuleProfiler::Sums& sums, const RuleProfiler::Sums& all,
                                              double events) const {
  if (all.weight <= 0) return {};
  const double mean = sums.ticks / all.weight;
  // Of a ratio: how far each sample's ticks are from the mean times its events.
  const double squares = sums.ticks_squared - 2 * mean * sums.product + mean * mean * all.events_squared;
  const double per_event = std::max(squares, 0.0) / (all.weight * all.weight);
  return {events * mean * ns_per_tick_, events * events * per_event * ns_per_tick_ * ns_per_tick_};
}

void ProfileMaker::add_code(size_t code) {
  const uint64_t count = from_.pace_[code].events;
  if (count == 0) return;
  const auto events = static_cast<double>(count);
  const std::string_view name = kEvents[code].name;
  Profile::EventType& type = types_[name];
  type.name = name;
  type.events += count;
  out_.events += count;
  if (from_.codes_[code] == nullptr) return;
  const DetourMeter::Sums& detours = from_.detours_.of(static_cast<EventCode>(code));

  const RuleProfiler::Code& c = *from_.codes_[code];
  const uint32_t program = image_.dispatch()[code];
  const bool was_timed = c.timed.samples != 0;
  const RuleProfiler::Sums& whole = was_timed ? c.timed : c.traced;
  Estimate total = estimate(whole, whole, events);
  const double detour_ns = detours.ticks * ns_per_tick_;
  total.ns += detour_ns;
  total.variance += detours.squares * ns_per_tick_ * ns_per_tick_;
  type.ns += total.ns;
  type.samples += c.timed.samples + c.traced.samples;
  type.detours += detours.count;
  type.detour_ns += detour_ns;
  out_.timed += c.timed.samples;
  out_.traced += c.traced.samples;
  if (c.traced.weight <= 0) return;

  const double traced_ns = events * c.traced.mean() * ns_per_tick_;
  const double squeeze = traced_ns > 0 ? total.ns / traced_ns : 0;
  out_.ns += squeeze > 0 ? total.ns : 0;
  out_.detours += detours.count;
  out_.detour_ns += squeeze > 0 ? detour_ns : 0;
  variance_ += total.variance;
  scales_[program].events += events;
  scales_[program].weight += c.traced.weight;
  scales_[program].ns += total.ns;
  scales_[program].traced_ticks += c.traced.ticks;
  const auto& rules = from_.programs_[program]->rules;
  for (size_t position = 0; position < rules.size(); ++position) {
    const RuleProfiler::Sums& sums = c.rules[position];
    if (sums.samples == 0) continue;
    const uint32_t rule = rules[position];
    const Estimate part = estimate(sums, c.traced, events);
    Profile::OnEvent& on = on_events_[rule][name];
    on.event = name;
    on.evaluations += rounded(events * sums.weight / c.traced.weight);
    on.ns += part.ns * squeeze;
    out_.rules[rule].samples += sums.samples;
    rule_variance_[rule] += part.variance * squeeze * squeeze;
  }
}

void ProfileMaker::add_tests() {
  struct Key {
    uint32_t rule, predicate;
    auto operator<=>(const Key&) const = default;
  };
  std::map<Key, Profile::Test> tests;
  for (uint32_t p = 0; p < scales_.size(); ++p) {
    const Scale& scale = scales_[p];
    if (scale.weight <= 0) continue;
    const double counts = scale.events / scale.weight;
    const double ns = scale.traced_ticks > 0 ? scale.ns / scale.traced_ticks : 0;
    const ProgramRec& record = image_.programs()[p];
    const RuleProfiler::Program& program = *from_.programs_[p];
    for (uint32_t i = 0; i < record.count; ++i) {
      const RuleProfiler::Spot& spot = from_.spots_[record.first + i];
      const Instr& instr = image_.code()[record.first + i];
      if (spot.asked <= 0 || program.positions[i] == program.rules.size()) continue;
      Profile::Test& test = tests[{program.rules[program.positions[i]], instr.a}];
      if (test.predicate.empty()) test.predicate = predicate_text(image_, instr.a);
      test.asked += rounded(spot.asked * counts);
      test.asked_first += rounded(spot.asked_first * counts);
      test.rejections_when_false += rounded(spot.rejections[0] * counts);
      test.rejections_when_true += rounded(spot.rejections[1] * counts);
      test.ns += spot.ticks * ns;
    }
  }
  for (auto& [key, test] : tests) out_.rules[key.rule].tests.push_back(std::move(test));
}

void ProfileMaker::add_rule_facts() {
  for (uint32_t r = 0; r < out_.rules.size(); ++r) {
    Profile::Rule& rule = out_.rules[r];
    rule.name = image_.rule_text(image_.rules()[r].name);
    for (const auto& [code, count] : from_.alerts_[r].count) {
      Profile::OnEvent& on = on_events_[r][event_info(code).name];
      on.event = event_info(code).name;
      on.matches += count;
    }
    for (auto& [name, on] : on_events_[r]) {
      rule.evaluations += on.evaluations;
      rule.matches += on.matches;
      rule.ns += on.ns;
      rule.events.push_back(std::move(on));
    }
    rule.error_ns = std::sqrt(rule_variance_[r]);
    rule.alert_ns = static_cast<double>(from_.alerts_[r].ticks) * ns_per_tick_;
    out_.matches += rule.matches;
    out_.alert_ns += rule.alert_ns;
    sort_down(rule.events, [](const Profile::OnEvent& e) { return e.ns; });
    sort_down(rule.tests, [](const Profile::Test& t) { return t.rejections(); });
  }
  for (const MapRec& map : image_.source_map()) {
    if (map.subject != static_cast<uint32_t>(MapSubject::Rule)) continue;
    out_.rules[map.id].place = std::string(image_.map_text(map.file)) + ':' + std::to_string(map.line);
  }
}

Profile ProfileMaker::make() {
  for (size_t code = 0; code < kEventCount; ++code) add_code(code);
  add_tests();
  add_rule_facts();
  for (auto& [name, type] : types_) out_.types.push_back(std::move(type));
  sort_down(out_.types, [](const Profile::EventType& t) { return t.ns; });
  sort_down(out_.rules, [](const Profile::Rule& r) { return r.total_ns(); });
  out_.error_ns = std::sqrt(variance_);
  out_.every = from_.options_.every;
  out_.interrupted = from_.interrupted_;
  out_.timer_ns = static_cast<double>(from_.options_.timer_ticks) * ns_per_tick_;
  return std::move(out_);
}

Profile RuleProfiler::profile(double ns_per_tick) const { return ProfileMaker(*this, ns_per_tick).make(); }

}  // namespace fvm
