// SPDX-License-Identifier: Apache-2.0
#include "play.h"

#include <doctest/doctest.h>

#include <map>

#include "capture/scap_reader.h"
#include "vm/alert/value_text.h"

namespace fvm::testing {

SourceStats play(Bytes capture, const std::function<void(const PlayedEvent&)>& look) {
  auto source = open_capture(capture);
  REQUIRE(source);
  State state;
  uint64_t number = 0;
  std::span<EventView> batch;
  BatchStatus status;
  while ((status = (*source)->next_batch(state, batch)) == BatchStatus::Events) {
    for (EventView& event : batch) {
      event.num = ++number;
      EvalContext context;
      const bool visible = state.update(event, context);
      if (!visible) {
        context = {};
        context.event = &event;
        context.state = &state;
      }
      look({event, context, !visible});
    }
  }
  REQUIRE_MESSAGE(status == BatchStatus::End, (*source)->error().message);
  return (*source)->stats();
}

NamedField::NamedField(std::string_view name) {
  FieldNameResult result = resolve_field_text(name);
  REQUIRE_MESSAGE(result.ok(), describe(result, name));
  name_ = std::move(result.field);
  // Uses that remember something from event to event are told apart by their slot.
  static std::map<std::string, uint32_t, std::less<>> slots;
  const auto slot = slots.emplace(name, static_cast<uint32_t>(slots.size())).first->second;
  use_ = {name_.id, name_.arg, name_.type, name_.index, name_.key, slot};
}

std::string NamedField::shown(const EvalContext& context) const {
  Arena arena;
  const ValueList value = LiveFields(context).read_for_output(use_, arena);
  const PrintStyle style = style_of(use_);
  if (!value.present || !is_printable(style)) return std::string(kNoValue);
  std::string out;
  append_text(out, value, style);
  return out;
}

std::string NamedField::compared(const EvalContext& context) const {
  Arena arena;
  const ValueList value = LiveFields(context).read(use_, arena);
  if (!value.present) return std::string(kNoValue);
  PrintStyle style = style_of(use_);
  style.is_list = false;
  std::string out;
  for (const Value& v : value.values()) {
    if (&v != value.data) out += '|';
    append_text(out, {&v, 1, true}, style);
  }
  return out;
}

}  // namespace fvm::testing
