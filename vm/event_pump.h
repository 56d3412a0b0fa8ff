// SPDX-License-Identifier: Apache-2.0
//
// EventPump: source -> decoder -> state, for whoever looks at events one by one without a ruleset. Owns state and the
// event numbers; counts what it can't use. Knows no rules, fields or files.
#pragma once

#include <cstdint>
#include <span>

#include "vm/event/decoder.h"
#include "vm/source/event_source.h"
#include "vm/state/state.h"

namespace fvm {

class EventPump {
 public:
  /// Calls f(const EvalContext&) for each visible event of the next batch.
  template <typename F>
  BatchStatus poll(EventSource& source, F&& f) {
    std::span<const RawEvent> batch;
    const BatchStatus status = source.next_batch(state_, batch);
    for (const RawEvent& raw : batch) {
      EventView event;
      if (Decoder::decode(raw, event) != DecodeError::None) {
        ++refused_;
        continue;
      }
      event.num = ++event_number_;
      EvalContext context;
      if (state_.update(event, context)) f(context);
    }
    return status;
  }
  const State& state() const { return state_; }
  uint64_t refused() const { return refused_; }

 private:
  State state_;
  uint64_t event_number_ = 0;
  uint64_t refused_ = 0;
};

}  // namespace fvm
