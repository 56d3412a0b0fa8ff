// SPDX-License-Identifier: Apache-2.0
#include "vm/engine.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "vm/abi/priorities.h"
#include "vm/exec/generic_calls.h"
#include "vm/field/field_state_use.h"
#include "vm/profile/cycle_clock.h"

namespace fvm {
namespace {

constexpr int64_t kNoSuchDescriptor = -9;  ///< EBADF

/// Users, containers, drops, plugins: events that no thread caused. A switch of threads may name the idle task or a
/// kernel thread, which process lists leave out.
bool is_of_a_process(const EventInfo& event) {
  constexpr uint16_t kOthers = FALCO_EC_METAEVENT | FALCO_EC_PLUGIN | FALCO_EC_SCHEDULER;
  return (event.category & kOthers) == 0 && !event.has(FALCO_EF_SKIPPARSERESET);
}

/// Some system calls take -1 for no descriptor, and old kernels' events have it 32 bits wide.
bool is_descriptor(int64_t fd) { return fd >= 0 && fd <= std::numeric_limits<int32_t>::max(); }

}  // namespace

Engine::Engine(VerifiedImage image, EngineOptions options)
    : options_(std::move(options)), pump_(options_.max_event_time_ns) {
  install(std::move(image));
}

void Engine::install(VerifiedImage image) {
  rules_.emplace(std::move(image), options_.machine);
  rules_->machine.active_rules() = active_of(rules_->image);
  stats_.alerts_by_rule.assign(rules_->machine.rule_count(), 0);
  interest_ = options_.read_all ? Interest::in_all() : interest();
  told_ = nullptr;
}

ActiveRules Engine::active_of(const VerifiedImage& image) const {
  return selection_ ? select_rules(image.view(), *selection_) : installed_rules(image.view());
}

bool Engine::swap(VerifiedImage image) {
  FALCO_CHECK(profiler_ == nullptr);
  if (active_of(image).count() == 0) return false;
  for (size_t rule = 0; rule < stats_.alerts_by_rule.size(); ++rule) {
    if (const uint64_t alerts = stats_.alerts_by_rule[rule]; alerts != 0) {
      const ImageView& old = rules_->image.view();
      stats_.alerts_before_swap[std::string(old.rule_text(old.rules()[rule].name))] += alerts;
    }
  }
  overruns_before_swap_ += rules_->machine.text_overruns();
  install(std::move(image));
  ++stats_.swaps;
  return true;
}

void Engine::select(const RuleSelection& selection) {
  selection_ = selection;
  rules_->machine.active_rules() = active_of(rules_->image);
}

void Engine::profile_with(RuleProfiler& profiler) {
  profiler_ = &profiler;
  profiler.detours().set_clock(CycleClock::now);
  rules_->machine.measure_detours(&profiler.detours());
}

/// The events with a program, and what State needs for the fields that programs and output show.
Interest Engine::interest() const {
  Interest wanted;
  uint8_t uses = 0;
  for (const FieldUse& use : rules_->machine.field_uses()) uses |= state_use_of(use.id);
  add_events_of_state(uses, wanted.state);
  wanted.read = wanted.state;
  for (size_t code = 0; code < kEventCount; ++code) {
    if (rules_->machine.watches(static_cast<EventCode>(code))) wanted.read.add(static_cast<EventCode>(code));
  }
  wanted.generic = generic_calls(rules_->machine.image(), rules_->machine.predicates());
  wanted.noted = events_noted_by_state();
  const EventSet by_socket = events_of_sockets();
  for (size_t c = 0; c < kEventCount; ++c) {
    const auto code = static_cast<EventCode>(c);
    if (by_socket.has(code) && !rules_->machine.watches(code)) wanted.of_sockets.add(code);
  }
  return wanted;
}

BatchStatus Engine::poll(EventSource& source, AlertSink& sink) {
  if (told_ != &source) {
    source.set_interest(interest_);
    told_ = &source;
  }
  const BatchStatus status = pump_.poll(source, [&](const EventView& event, bool visible) {
    ++stats_.events_by_code[static_cast<size_t>(event.code)];
    if (!visible) {
      ++stats_.hidden;
    } else if (!rules_->machine.watches(event.code)) {
      ++stats_.unwatched;
    } else {
      handle(event, sink);
    }
    return stats_.alerts_lost == 0;
  });
  stats_.source_failed |= status == BatchStatus::Failed;
  return status;
}

void Engine::handle(const EventView& event, AlertSink& sink) {
  ++stats_.evaluated;
  EvalContext context;
  pump_.state().describe(context);
  count_unknown(event, context);

  context.memory = &rules_->memory;
  const LiveFields fields(context);
  rules_->matches.clear();
  if (!options_.evaluate) return;
  if (profiler_ == nullptr) {
    run_rules(event.code, fields);
  } else {
    run_measured(event.code, fields);
  }
  if (rules_->matches.rules().empty()) return;
  for (const uint32_t rule : rules_->matches.rules()) alert_measured(rule, event, fields, sink);
  if (listener_ != nullptr) listener_->on_match(event);
}

void Engine::run_rules(EventCode code, const LiveFields& fields) {
  rules_->machine.run(code, fields, options_.mode, rules_->matches);
}

void Engine::run_measured(EventCode code, const LiveFields& fields) {
  profiler_->detours().enter(code);
  const bool due = profiler_->is_due(code);
  if (due | profiler_->is_in_stretch()) return run_watched(code, fields, due);
  run_rules(code, fields);
}

/// In a stretch, what leads to the rules is the same for all events, timed or not, and so is the branch history that
/// they find. Events that alone took a branch to be timed came out a fifth to a third too long.
void Engine::run_watched(EventCode code, const LiveFields& fields, bool due) {
  if (due & (profiler_->sample(code) == RuleProfiler::Sample::Traced)) return run_traced(code, fields);
  const bool timing = due | profiler_->is_timing();
  if (timing) profiler_->detours().time_each();
  const uint64_t begin = CycleClock::now();
  run_rules(code, fields);
  if (timing) profiler_->timed(code, CycleClock::now() - begin);
}

void Engine::run_traced(EventCode code, const LiveFields& fields) {
  rules_->machine.run(code, fields, options_.mode, rules_->matches, TraceProbe<CycleClock>(profiler_->trace()));
  profiler_->traced(code);
}

void Engine::alert_measured(uint32_t rule, const EventView& event, const LiveFields& fields, AlertSink& sink) {
  if (profiler_ == nullptr) return alert(rule, event, fields, sink);
  const uint64_t begin = CycleClock::now();
  alert(rule, event, fields, sink);
  profiler_->alerted(rule, event.code, CycleClock::now() - begin);
}

void Engine::count_unknown(const EventView& event, const EvalContext& context) {
  const auto code = static_cast<size_t>(event.code);
  if (context.thread == nullptr ? is_of_a_process(event.info()) : context.thread->is_invalid()) {
    ++stats_.unknown_thread_by_code[code];
    return;  // nor can its descriptors be known
  }
  if (context.fd != nullptr || !is_descriptor(context.fd_num) || !event.info().has(FALCO_EF_USES_FD)) return;
  // The kernel did not know the descriptor either, so nothing is lost.
  if (event.is_exit() && event.integer(0) == kNoSuchDescriptor) return;
  ++stats_.unknown_descriptor_by_code[code];
}

LossCounts Engine::losses(const SourceStats& source) const {
  LossCounts lost;
  lost.of(LossKind::Dropped) = source.dropped_by_code;
  lost.of(LossKind::ExitMissing) = source.exits_missing;
  lost.of(LossKind::EnterMissing) = source.enters_missing;
  lost.of(LossKind::UnknownThread) = stats_.unknown_thread_by_code;
  lost.of(LossKind::UnknownDescriptor) = stats_.unknown_descriptor_by_code;
  lost.of(LossKind::Refused) = source.refused_by_code;
  uint64_t named = 0;  // refused records whose type could be read
  for (const uint64_t count : source.refused_by_code) named += count;
  const StateStats& state = pump_.state().stats();
  lost.thread_records = state.threads_refused + state.threads_evicted + state.images_trimmed;
  lost.descriptor_records = state.fds_refused;
  lost.container_records = state.failed_containers;
  lost.unnamed = stats_.events_by_code[static_cast<size_t>(EventCode::DROP_E)] +
                 (source.refused - std::min(named, source.refused)) + (stats_.source_failed ? 1 : 0);
  return lost;
}

void Engine::alert(uint32_t rule, const EventView& event, const LiveFields& fields, AlertSink& sink) {
  const ImageView& image = rules_->machine.image();
  const RuleRec& record = image.rules()[rule];
  ++stats_.alerts;
  ++stats_.alerts_by_rule[rule];
  ++stats_.alerts_by_priority[record.priority];

  output_arena_.reset();
  Alert alert;
  alert.ts_ns = event.ts_ns;
  alert.rule = image.rule_text(record.name);
  alert.source = image.rule_text(record.source);
  alert.priority = kPriorityNames[record.priority];
  rules_->formatter.append_message(rule, fields, output_arena_, alert.message);
  if (options_.json) {
    for (const TextRef& tag : image.tags(record)) alert.tags.push_back(image.rule_text(tag));
    alert.fields = nlohmann::json::object();
    rules_->formatter.add_fields(rule, fields, event.ts_ns, output_arena_, alert.fields);
  }
  const std::string line = options_.json ? render_json(alert, options_.hostname) : render_text(alert);
  if (!sink.write(line)) ++stats_.alerts_lost;
}

}  // namespace fvm
