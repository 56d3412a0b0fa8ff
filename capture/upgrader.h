// SPDX-License-Identifier: Apache-2.0
//
// Upgrader: brings events of old captures to today's layouts, carrying arguments over from stored enter events
// (upgrade_plan.h). Nothing is rewritten: the parameters of an upgraded event are located where they were recorded, in the
// event or in its enter event. Knows events.def and the plans; not blocks, not state.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "capture/enter_store.h"
#include "capture/upgrade_plan.h"
#include "vm/base/arena.h"
#include "vm/base/inline.h"
#include "vm/event/decoder.h"
#include "vm/event/event_set.h"
#include "vm/event/event_view.h"
#include "vm/source/event_source.h"

namespace fvm {

class Upgrader {
 public:
  enum class Outcome : uint8_t {
    Current,   ///< give it out; it may have been rewritten
    Absorbed,  ///< an enter event that gives nothing out
    Refused,   ///< can't be used
    Lies,      ///< its parameter lengths don't fit its length
  };

  /// Forgets the results of the last batch.
  void start_batch() { texts_.reset(); }
  /// The memory that events lay in is about to change: copies what is still waited for.
  void keep_enters() { enters_.keep_borrowed(); }

  /// See EventSource::set_interest().
  void set_interest(const EventSet& events);

  /// Brings `event`, whose parameters are `wire`, up to date. `room` has space for kEventParams located ones. Parameters lie
  /// where they were read, which must stay as it is until keep_enters(), or until start_batch().
  FALCO_ALWAYS_INLINE Outcome upgrade(EventView& event, const WireParams& wire, Bytes* room, SourceStats& stats) {
    const detail::PlanRow& row = plan_row(event.code);
    const Reading reading = reading_[static_cast<size_t>(event.code)];
    if (reading != Reading::Whole && leave_unread(event, reading, row, wire.count, stats)) {
      return event.unread ? Outcome::Current : Outcome::Absorbed;
    }
    if (wire.large_lens || wire.count > kFewParams) return upgrade_located(event, wire, room, stats);
    if (!fits(wire)) return Outcome::Lies;
    const ParamTable record{wire.lens, wire.count};
    if (row.any_count) {
      // Not managed: fewer parameters are fine, more come from a newer writer.
      const uint32_t shown = std::min<uint32_t>(wire.count, row.param_count);
      event.set_params(record, shown, {}, nullptr, shown);
      return Outcome::Current;
    }
    const UpgradePlan* const plan = find_plan(row, wire.count);
    if (!plan || plan->has_text || wire.payload_bytes() > limits::kPlainEventBytes) return upgrade_located(event, wire, room, stats);
    ParamTable entered;
    switch (plan->kind) {
      case UpgradePlan::Kind::Refuse:
        return Outcome::Refused;
      case UpgradePlan::Kind::Absorb:
        return Outcome::Absorbed;
      case UpgradePlan::Kind::Store:
        store_enter(plan->code, event.tid, wire, stats);
        return Outcome::Absorbed;
      case UpgradePlan::Kind::StoreAndPass:
        store_enter(plan->code, event.tid, wire, stats);
        break;
      case UpgradePlan::Kind::Pass:
        event.set_params(record, wire.count, {}, nullptr, wire.count);
        return Outcome::Current;
      case UpgradePlan::Kind::Upgrade:
        ++stats.upgraded;
        if (plan->wants_enter) entered = take_enter(plan->partner, event.tid, stats);
        break;
    }
    event.code = plan->code;
    event.set_params(record, plan->kept, entered, items_of(*plan), plan->item_count);
    return Outcome::Current;
  }
  /// Another capture begins: enter events of the one before mean nothing.
  void forget_enters() {
    enters_.clear();
    stored_.fill(false);
    taken_.fill(false);
  }
  uint64_t enters_evicted() const { return enters_.evicted(); }
  /// A thread has ended.
  void forget_enter(int64_t tid) { enters_.forget(tid); }

 private:
  /// What of an event is looked at. Unless Whole, nobody asks for it, whatever becomes of it.
  enum class Reading : uint8_t { Whole, EndsCall, Nothing };

  /// Events with more parameters have them located when they are read: who looks at one of many looks at most of them.
  static constexpr uint32_t kFewParams = 8;

  static bool fits(const WireParams& wire) {
    const size_t table_bytes = wire.count * sizeof(uint16_t);
    if (table_bytes > wire.payload_bytes()) return false;
    size_t sum = table_bytes;
    for (size_t at = 0; at < table_bytes; at += sizeof(uint16_t)) sum += load<uint16_t>(wire.lens + at);
    return sum <= wire.payload_bytes();
  }
  /// For an event that nobody looks at. If it is part of a call, the call before has ended. False: it has to be looked at.
  FALCO_ALWAYS_INLINE bool leave_unread(EventView& event, Reading reading, const detail::PlanRow& row, uint32_t count,
                                        SourceStats& stats) {
    EventCode code = event.code;
    bool stores = false;
    if (!row.any_count) {
      const UpgradePlan* const plan = find_plan(row, count);
      if (!plan || plan->kind == UpgradePlan::Kind::Refuse) return false;
      if (plan->kind == UpgradePlan::Kind::Absorb) return true;
      code = plan->code;
      stores = plan->kind == UpgradePlan::Kind::Store;
      if (plan->kind == UpgradePlan::Kind::Upgrade) ++stats.upgraded;
    }
    if (reading == Reading::EndsCall) {
      if (EnterStore::Slot* const enter = enters_.find(event.tid)) leave_call(*enter, stores, stats);
    }
    if (stores) return true;
    event.code = code;
    event.unread = true;
    event.set_params(nullptr, 0);
    return true;
  }
  void leave_call(EnterStore::Slot& enter, bool in_next_call, SourceStats& stats);
  Outcome upgrade_located(EventView& event, const WireParams& wire, Bytes* room, SourceStats& stats);
  void store_enter(EventCode code, int64_t tid, const WireParams& wire, SourceStats& stats) {
    const EventCode replaced = enters_.put(tid, code, wire);
    stored_[static_cast<size_t>(code)] = true;
    // The thread is in its next call, so the one before has ended unseen.
    if (replaced != EnterStore::kNoEvent && taken_[static_cast<size_t>(replaced)]) ++stats.exits_missing[exit_of(replaced)];
    if (code == EventCode::GENERIC_E && !returns(wire)) enters_.forget_event(tid);
  }
  /// Codes come in pairs: even the enter event, odd the exit event.
  static size_t exit_of(EventCode enter) { return static_cast<size_t>(enter) | 1u; }
  static bool returns(const WireParams& generic_enter);
  /// The parameters of the enter event of the exit event at hand; none when the thread has none, or one of another call.
  ParamTable take_enter(EventCode exit, int64_t tid, SourceStats& stats) {
    EnterStore::Slot* const enter = enters_.find(tid);
    if (!enter || exit_of(enter->code()) != static_cast<size_t>(exit)) {
      miss_enter(enter, exit, tid, stats);
      return {};
    }
    taken_[static_cast<size_t>(enter->code())] = true;
    enters_.free(*enter);
    return enter->params();
  }
  void miss_enter(EnterStore::Slot* wrong, EventCode exit, int64_t tid, SourceStats& stats);
  Bytes container_json(const Bytes* params);

  EnterStore enters_;
  std::array<Reading, kEventCount> reading_{};  ///< by code as recorded
  // What this section does with enter events: a call's loss shows only where both halves are recorded.
  std::array<bool, kEventCount> stored_{};  ///< by enter code: has been stored
  std::array<bool, kEventCount> taken_{};  ///< by enter code: an exit event has taken it
  Arena texts_;                      ///< made for the events of the batch
  std::array<Bytes, limits::kEventParams> aside_;  // scratch of one event; a member because clearing it costs more than its use
};

}  // namespace fvm
