// SPDX-License-Identifier: Apache-2.0
//
// EventBatch: events that a source gives out together, and room for the parameters that their upgrade locates. Bounded;
// an event that finds no room waits for the next batch. Knows events and their upgrade; not where they come from.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "capture/upgrader.h"
#include "vm/event/event_view.h"

namespace fvm {

/// Why an event is refused whose table of lengths lies.
inline constexpr std::string_view kLyingLengths = "the parameter lengths do not fit the event's length";

class EventBatch {
 public:
  static constexpr size_t kEvents = 256;

  void clear() { count_ = params_used_ = 0; }
  size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  std::span<EventView> events() { return std::span<EventView>(events_).first(count_); }
  /// Whether one more fits, whatever its parameters.
  bool has_room() const { return count_ < kEvents && params_used_ + limits::kEventParams <= kParams; }

  /// The place of the next event. Needs has_room().
  EventView& next() { return events_[count_]; }
  /// Brings the event at next(), whose parameters are `wire`, up to date and adds it if that gives one. Counts what is
  /// absorbed. When it can't be used, which the caller counts, `why` says the reason.
  Upgrader::Outcome add_next(Upgrader& upgrader, const WireParams& wire, SourceStats& stats, std::string& why);

  /// For who fills places by himself, with events that need no room for parameters.
  EventView* places() { return events_.data() + count_; }
  size_t free_places() const { return kEvents - count_; }
  void filled(size_t events) { count_ += events; }
  /// Takes the last event back.
  const EventView& drop_last() { return events_[--count_]; }

 private:
  static constexpr size_t kParams = 2048;  ///< several times what a batch needs as a rule

  std::array<EventView, kEvents> events_;
  size_t count_ = 0;
  std::array<Bytes, kParams> params_;  ///< of the events, back to back
  size_t params_used_ = 0;
};

}  // namespace fvm
