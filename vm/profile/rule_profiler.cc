// SPDX-License-Identifier: Apache-2.0
//
// Sampling and bookkeeping. What the sums mean is worked out in profile_maker.cc.
#include "vm/profile/rule_profiler.h"

#include <algorithm>

#include "vm/profile/cycle_clock.h"

namespace fvm {
namespace {

// A code's distances grow with the number of its events, so that rare events are seen too: about this many samples for
// each tripling, until `every` is reached.
constexpr uint64_t kSamplesWhileRare = 4;
// A code is frequent when its distances would get longer than this.
constexpr uint64_t kRareDistance = 64;
// Kinds alternate until each was taken so often; after that one sample in kTracedShare is a trace, because a trace
// takes longer than the event itself. Of frequent codes only traces are picked, so much further apart.
constexpr uint64_t kAlternating = 1;
constexpr uint64_t kTracedShare = 8;
constexpr uint64_t kTraceDistance = 8;
// Of stretches. After so many events branches are foretold as well as without reading the clock (measured: 32 are too few);
// many short stretches see more of a workload than a few long ones. Distances grow as those of samples do.
constexpr uint64_t kWarming = 64;
constexpr uint64_t kTiming = 32;
constexpr uint64_t kFirstStretch = 512;
constexpr uint64_t kStretchesWhileShort = 4;
constexpr uint64_t kStretchDistance = 4;  ///< times `every`
// Of values that are met for the first time.
constexpr uint32_t kValueDistance = 8;

size_t longest(const ImageView& image) {
  size_t steps = 0;
  for (const ProgramRec& program : image.programs()) steps = std::max<size_t>(steps, program.count);
  return steps;
}

/// Ticks between two readings of the clock without what the reading took.
uint64_t span(uint64_t begin, uint64_t end, uint64_t timer_ticks) {
  const uint64_t ticks = end > begin ? end - begin : 0;
  return ticks > timer_ticks ? ticks - timer_ticks : 0;
}

}  // namespace

RuleProfiler::RuleProfiler(const ImageView& image, ProfilerOptions options)
    : detours_({.timer_ticks = options.timer_ticks,
                .long_ticks = options.long_ticks,
                .away_ticks = options.away_ticks,
                .distance = options.every > kRareDistance ? kValueDistance : 1}),
      image_(image),
      options_(std::move(options)),
      programs_(image.programs().size()),
      spots_(image.code().size()),
      alerts_(image.rules().size()),
      asked_by_(image.predicates().size(), 0),
      trace_(longest(image)) {
  options_.every = std::max<uint32_t>(options_.every, 1);
  for (size_t code = 0; code < kEventCount; ++code) {
    const uint32_t program = image.dispatch()[code];
    if (program == kNoProgram) continue;
    pace_[code].due = 1;
  }
  if (options_.every > kRareDistance) plan_stretch();
}

uint64_t RuleProfiler::random() {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return random_;
}

RuleProfiler::Code& RuleProfiler::code_of(size_t code) {
  if (codes_[code] == nullptr) codes_[code] = std::make_unique<Code>();
  return *codes_[code];
}

/// Whether stretches time it. Where samples are to be denser than that, no code is.
bool RuleProfiler::is_frequent(size_t code) const {
  return options_.every > kRareDistance && pace_[code].events > kSamplesWhileRare * kRareDistance;
}

void RuleProfiler::choose_next(size_t c) {
  const Code& code = code_of(c);
  Pace& pace = pace_[c];
  const bool only_traces = is_frequent(c);
  uint64_t mean = std::clamp<uint64_t>(pace.events / kSamplesWhileRare, 1, options_.every);
  if (only_traces) mean *= kTraceDistance;
  pace.due = pace.events + 1 + random() % (2 * mean - 1);
  const bool alternate = code.traced.samples < kAlternating;
  const bool trace = alternate ? code.traced.samples <= code.timed.samples : random() % kTracedShare == 0;
  pace.sample = trace || only_traces ? Sample::Traced : Sample::Timed;
}

/// What is timed until the stretch ends are single events; their sum is one sample, as neighbours are alike.
void RuleProfiler::add_to_stretch(Code& code, uint64_t ticks) {
  if (code.stretch_events == 0) stretch_codes_.push_back(&code);
  ++code.stretch_events;
  code.stretch_ticks += ticks;
}

void RuleProfiler::end_stretch() {
  const double weight = static_cast<double>(events_ - stretched_until_) / static_cast<double>(kTiming);
  for (Code* const code : stretch_codes_) {
    code->timed.add(weight, static_cast<double>(code->stretch_ticks), code->stretch_events);
    code->stretch_events = code->stretch_ticks = 0;
  }
  stretch_codes_.clear();
  stretched_until_ = events_;
  plan_stretch();
}

void RuleProfiler::plan_stretch() {
  const uint64_t longest = kStretchDistance * options_.every;
  const uint64_t mean = std::clamp<uint64_t>(events_ / kStretchesWhileShort, 1, longest);
  stretch_.warming_from = std::max(events_ + 1 + random() % (2 * mean - 1), kFirstStretch);
  stretch_.timing_from = stretch_.warming_from + kWarming;
  stretch_.until = stretch_.timing_from + kTiming - 1;
}

void RuleProfiler::timed(EventCode event, uint64_t ticks) {
  const auto c = static_cast<size_t>(event);
  Code& code = code_of(c);
  const Pace& pace = pace_[c];
  const bool is_due = pace.events >= pace.due;
  const uint64_t away = detours_.away_during(ticks);
  const uint64_t elsewhere = detours_.time_share() + options_.timer_ticks;
  const uint64_t ordinary = span(0, ticks, elsewhere);
  if (away > options_.long_ticks / 2) {
    ++interrupted_;
  } else if (is_due) {
    code.timed.add(static_cast<double>(pace.events - code.timed_until), static_cast<double>(ordinary));
    code.timed_until = pace.events;
  } else if (is_frequent(c)) {
    add_to_stretch(code, ordinary);
  }
  if (is_due) choose_next(c);
  if (events_ >= stretch_.until) end_stretch();
}

void RuleProfiler::traced(EventCode event) {
  const auto c = static_cast<size_t>(event);
  if (detours_.away_during(trace_.end_ticks - trace_.begin_ticks) > options_.long_ticks / 2) {
    ++interrupted_;
  } else {
    Code& code = code_of(c);
    const Program& program = program_of(trace_.program);
    if (code.rules.empty()) code.rules.resize(program.rules.size() + 1);
    const uint64_t events = pace_[c].events;
    account(code, program, static_cast<double>(events - code.traced_until));
    code.traced_until = events;
  }
  choose_next(c);
}

void RuleProfiler::alerted(uint32_t rule, EventCode code, uint64_t ticks) {
  ++alerts_[rule].count[code];
  alerts_[rule].ticks += span(detours_.away_during(ticks), ticks, options_.timer_ticks);
}

const RuleProfiler::Program& RuleProfiler::program_of(uint32_t id) {
  std::unique_ptr<Program>& known = programs_[id];
  if (known != nullptr) return *known;
  known = std::make_unique<Program>();
  const ProgramRec& record = image_.programs()[id];
  known->positions.reserve(record.count);
  // The code of a rule ends with the match that reports it. In an image that falcoc didn't write, tests may follow the
  // last one.
  for (const Instr& instr : image_.code().subspan(record.first, record.count)) {
    known->positions.push_back(static_cast<uint32_t>(known->rules.size()));
    if (static_cast<Opcode>(instr.op) == Opcode::Match) known->rules.push_back(instr.a);
  }
  return *known;
}

/// Divides the time of a trace among the rules: what lies between two steps belongs to the rule of the later one, the
/// way out to the last.
void RuleProfiler::account(Code& code, const Program& program, double weight) {
  if (++trace_number_ == 0) {
    std::fill(asked_by_.begin(), asked_by_.end(), 0);
    trace_number_ = 1;
  }
  const uint32_t first = image_.programs()[trace_.program].first;
  uint64_t before = trace_.begin_ticks;
  uint64_t all = 0;
  for (size_t i = 0; i < trace_.count;) {
    const uint32_t position = program.positions[trace_.steps[i].instruction - first];
    uint64_t ticks_of_rule = 0;
    bool matched = false;
    for (; i < trace_.count && program.positions[trace_.steps[i].instruction - first] == position; ++i) {
      const TraceStep& step = trace_.steps[i];
      const Instr& instr = image_.code()[step.instruction];
      Spot& spot = spots_[step.instruction];
      uint64_t ticks = span(before, step.ticks, options_.timer_ticks);
      if (i + 1 == trace_.count) ticks += span(step.ticks, trace_.end_ticks, options_.timer_ticks);
      before = step.ticks;
      ticks_of_rule += ticks;
      spot.ticks += weight * static_cast<double>(ticks);
      if (static_cast<Opcode>(instr.op) == Opcode::Match) {
        matched = true;
        continue;
      }
      spot.asked += weight;
      if (asked_by_[instr.a] != trace_number_) spot.asked_first += weight;
      asked_by_[instr.a] = trace_number_;
    }
    const TraceStep& last = trace_.steps[i - 1];
    if (!matched) spots_[last.instruction].rejections[last.outcome ? 1 : 0] += weight;
    code.rules[position].add(weight, static_cast<double>(ticks_of_rule));
    all += ticks_of_rule;
  }
  code.traced.add(weight, static_cast<double>(all));
}

uint64_t measure_timer_ticks() {
  constexpr size_t kSteps = 1001;
  Trace trace(kSteps);
  TraceProbe<CycleClock> probe(trace);
  probe.entered(0);
  for (size_t i = 0; i < kSteps; ++i) probe.tested(0, true);
  probe.left();
  std::vector<uint64_t> spans;
  for (size_t i = 1; i < kSteps; ++i) spans.push_back(trace.steps[i].ticks - trace.steps[i - 1].ticks);
  std::nth_element(spans.begin(), spans.begin() + kSteps / 2, spans.end());
  return spans[kSteps / 2];
}

}  // namespace fvm
