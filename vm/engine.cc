// SPDX-License-Identifier: Apache-2.0
#include "vm/engine.h"

#include <utility>

#include "vm/abi/priorities.h"
#include "vm/event/decoder.h"

namespace fvm {

Engine::Engine(VerifiedImage image, EngineOptions options)
    : image_(std::move(image)),
      options_(std::move(options)),
      machine_(image_),
      formatter_(machine_),
      matches_(machine_.rule_count()) {
  machine_.active_rules() = installed_rules(machine_.image());
  stats_.alerts_by_rule.resize(machine_.rule_count());
}

void Engine::select(const RuleSelection& selection) {
  machine_.active_rules() = select_rules(machine_.image(), selection);
}

BatchStatus Engine::poll(EventSource& source, AlertSink& sink) {
  std::span<const RawEvent> batch;
  const BatchStatus status = source.next_batch(state_, batch);
  if (status != BatchStatus::Events) return status;
  for (const RawEvent& raw : batch) {
    if (first_ts_ns_ == 0) first_ts_ns_ = raw.ts_ns;
    const bool late = options_.max_event_time_ns != 0 && raw.ts_ns > first_ts_ns_ &&
                      raw.ts_ns - first_ts_ns_ > options_.max_event_time_ns;
    if (late || stats_.alerts_lost != 0) return BatchStatus::End;
    handle(raw, sink);
  }
  return status;
}

void Engine::handle(const RawEvent& raw, AlertSink& sink) {
  EventView event;
  if (Decoder::decode(raw, event) != DecodeError::None) {
    ++stats_.refused;
    return;
  }
  event.num = ++event_number_;
  ++stats_.events_by_code[static_cast<size_t>(event.code)];

  EvalContext context;
  if (!state_.update(event, context)) {
    ++stats_.hidden;
    return;
  }
  ++stats_.evaluated;

  context.memory = &memory_;
  const LiveFields fields(context);
  matches_.clear();
  machine_.run(event.code, fields, options_.mode, matches_);
  for (const uint32_t rule : matches_.rules()) alert(rule, event, fields, sink);
}

void Engine::alert(uint32_t rule, const EventView& event, const LiveFields& fields, AlertSink& sink) {
  const ImageView& image = machine_.image();
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
  formatter_.append_message(rule, fields, output_arena_, alert.message);
  if (options_.json) {
    for (const TextRef& tag : image.tags(record)) alert.tags.push_back(image.rule_text(tag));
    alert.fields = nlohmann::json::object();
    formatter_.add_fields(rule, fields, event.ts_ns, output_arena_, alert.fields);
  }
  const std::string line = options_.json ? render_json(alert, options_.hostname) : render_text(alert);
  if (!sink.write(line)) ++stats_.alerts_lost;
}

}  // namespace fvm
