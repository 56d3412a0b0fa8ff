// SPDX-License-Identifier: Apache-2.0
//
// EventPump: source -> state, event by event. Owns state, the event numbers and the limit of event time; looks ahead for
// state. Knows no rules, fields or files.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "vm/source/event_source.h"
#include "vm/state/state.h"

namespace fvm {

class EventPump {
 public:
  /// Ends after so much event time; 0 = no limit.
  explicit EventPump(uint64_t max_event_time_ns = 0) : max_event_time_ns_(max_event_time_ns) {}

  /// Applies the events of the next batch and calls f(const EventView&, bool visible) for each that was read or is for state
  /// only; state().describe() gives the context of visible ones. When f returns false, or time is up, the rest of the batch is left and the status is End.
  template <typename F>
  BatchStatus poll(EventSource& source, F&& f) {
    std::span<EventView> batch;
    const BatchStatus status = source.next_batch(state_, batch);
    if (status != BatchStatus::Events) return status;
    const Batch lasting(state_);
    const bool looks_ahead = state_.outgrows_caches();
    const bool notes_runs = !looks_ahead && max_event_time_ns_ == 0;
    for (size_t i = 0; i < batch.size(); ++i) {
      if (notes_runs && batch[i].unread) {
        i += state_.note_run(batch.subspan(i), event_number_);
        if (i == batch.size()) break;
      }
      EventView& event = batch[i];
      if (looks_ahead) state_.prefetch(batch, i);
      if (first_ts_ns_ == 0) first_ts_ns_ = event.ts_ns;
      if (max_event_time_ns_ != 0 && event.ts_ns > first_ts_ns_ && event.ts_ns - first_ts_ns_ > max_event_time_ns_) {
        return BatchStatus::End;
      }
      event.num = ++event_number_;
      event_number_ += event.more;
      if (event.unread && !event.state_only) {
        state_.note(event);
        continue;
      }
      const bool visible = event.unread ? state_.note(event) : state_.update(event);
      if (!f(static_cast<const EventView&>(event), visible)) return BatchStatus::End;
    }
    return status;
  }
  /// The same for who looks at all events: calls f(const EvalContext&) for each that is not hidden.
  template <typename F>
  BatchStatus poll_shown(EventSource& source, F&& f) {
    EvalContext context;
    return poll(source, [&](const EventView&, bool visible) {
      if (!visible) return true;
      state_.describe(context);
      return f(std::as_const(context));
    });
  }
  State& state() { return state_; }
  const State& state() const { return state_; }

 private:
  class Batch {
   public:
    explicit Batch(State& state) : state_(state) { state_.begin_batch(); }
    ~Batch() { state_.end_batch(); }
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

   private:
    State& state_;
  };

  State state_;
  uint64_t max_event_time_ns_;
  uint64_t event_number_ = 0;
  uint64_t first_ts_ns_ = 0;
};

}  // namespace fvm
