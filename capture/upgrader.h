// SPDX-License-Identifier: Apache-2.0
//
// Upgrader: brings events of old captures to today's layouts, carrying arguments over from stored enter events
// (upgrade_plan.h). Nothing is rewritten: the parameters of an upgraded event are located where they were recorded, in the
// event or in its enter event. Knows events.def and the plans; not blocks, not state.
#pragma once

#include <array>
#include <cstdint>

#include "capture/enter_store.h"
#include "vm/base/arena.h"
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

  /// Brings `event`, whose parameters are `wire`, up to date. `room` has space for kEventParams located ones. Parameters lie
  /// where they were read, which must stay as it is until keep_enters(), or until start_batch().
  Outcome upgrade(EventView& event, const WireParams& wire, Bytes* room, SourceStats& stats);

  /// Enter events of these calls, by recorded code, are not kept: nobody looks at what becomes of their exit events.
  void set_ignored(const EventSet& enters) { ignored_ = enters; }

  // The same in pieces, for who has looked up the plan.

  void store_enter(EventCode code, int64_t tid, const WireParams& wire, SourceStats& stats) {
    const EventCode replaced = enters_.put(tid, code, wire);
    stored_[static_cast<size_t>(code)] = true;
    // The thread is in its next call, so the one before has ended unseen.
    if (replaced != EnterStore::kNoEvent && taken_[static_cast<size_t>(replaced)]) ++stats.exits_missing[exit_of(replaced)];
    if (code == EventCode::GENERIC_E && !returns(wire)) enters_.forget_event(tid);
  }
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
  /// False: leave_call() would find nothing to do. Cheaper than that.
  bool may_wait(int64_t tid) const { return enters_.may_hold(tid); }
  /// The thread shows a call that nobody looks at: the call it was in has ended. `in_next_call`: shows its beginning.
  /// Otherwise `exit`, under the code that it was recorded by, ends a call.
  void leave_call(int64_t tid, bool in_next_call, EventCode exit, SourceStats& stats) {
    if (EnterStore::Slot* const enter = enters_.find(tid)) leave_call(*enter, in_next_call, exit, stats);
  }
  /// Codes come in pairs: even the enter event, odd the exit event.
  static size_t exit_of(EventCode enter) { return static_cast<size_t>(enter) | 1u; }
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
  /// Some exit event uses up such an enter event. Today's exit events are complete: beside an enter event that today's
  /// captures still hold they leave it where it is.
  bool is_waited_for(EventCode enter) const;
  void leave_call(EnterStore::Slot& enter, bool in_next_call, EventCode exit, SourceStats& stats);
  static bool returns(const WireParams& generic_enter);
  void miss_enter(EnterStore::Slot* wrong, EventCode exit, int64_t tid, SourceStats& stats);
  Bytes container_json(const Bytes* params);

  EnterStore enters_;
  EventSet ignored_;
  // What this section does with enter events: a call's loss shows only where both halves are recorded.
  std::array<bool, kEventCount> stored_{};  ///< by enter code: has been stored
  std::array<bool, kEventCount> taken_{};  ///< by enter code: an exit event has taken it
  Arena texts_;                      ///< made for the events of the batch
  std::array<Bytes, limits::kEventParams> aside_;  // scratch of one event; a member because clearing it costs more than its use
};

}  // namespace fvm
