// SPDX-License-Identifier: Apache-2.0
//
// Upgrader: brings events of old captures to today's layouts, carrying arguments over from stored enter events
// (upgrade_plan.h). Nothing is rewritten: the parameters of an upgraded event are located where they were recorded, in the
// event or in its enter event. Knows events.def and the plans; not blocks, not state.
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>

#include "capture/enter_store.h"
#include "vm/base/arena.h"
#include "vm/event/decoder.h"
#include "vm/event/event_view.h"
#include "vm/source/event_source.h"

namespace fvm {

namespace detail {
/// Per code: the parameter count that needs no look, kAnyCount, or kNeverPass.
inline constexpr uint32_t kAnyCount = UINT32_MAX - 1;
inline constexpr uint32_t kNeverPass = UINT32_MAX;
constexpr std::array<uint32_t, kEventCount> pass_counts() {
  std::array<uint32_t, kEventCount> counts{};
  for (size_t i = 0; i < kEventCount; ++i) {
    const EventInfo& info = kEvents[i];
    const bool current = !info.has(FALCO_EF_UNUSED) && !info.has(FALCO_EF_OLD_VERSION);
    if (!current) {
      counts[i] = kNeverPass;
    } else if (!info.has(FALCO_EF_CONVERTER_MANAGED)) {
      counts[i] = kAnyCount;
    } else {
      counts[i] = info.dir == Dir::Exit ? info.param_count : kNeverPass;
    }
  }
  return counts;
}
inline constexpr std::array<uint32_t, kEventCount> kPassCounts = pass_counts();
}  // namespace detail

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

  /// Brings `event`, whose parameters are `wire`, up to date, and locates its parameters in `room`, which has space for
  /// kEventParams. They lie where they were read, which must stay as it is until keep_enters(), or until start_batch().
  Outcome upgrade(EventView& event, const WireParams& wire, Bytes* room, SourceStats& stats) {
    const uint32_t pass = detail::kPassCounts[static_cast<size_t>(event.code)];
    if (wire.count != pass && pass != detail::kAnyCount) return follow_plan(event, wire, room, stats);
    // Not managed: fewer parameters are fine, more come from a newer writer.
    const uint32_t wanted = std::min<uint32_t>(wire.count, event.info().param_count);
    if (!locate_params(wire, wanted, room)) return Outcome::Lies;
    event.set_params(room, wanted);
    return Outcome::Current;
  }
  /// Another capture begins: enter events of the one before mean nothing.
  void forget_enters() {
    enters_.clear();
    stored_.reset();
    taken_.reset();
  }
  uint64_t enters_evicted() const { return enters_.evicted(); }
  /// A thread has ended.
  void forget_enter(int64_t tid) { enters_.forget(tid); }

 private:
  Outcome follow_plan(EventView& event, const WireParams& wire, Bytes* room, SourceStats& stats);
  void store_enter(EventCode code, int64_t tid, const WireParams& wire, SourceStats& stats);
  EnterStore::Slot* take_enter(EventCode exit, int64_t tid, SourceStats& stats);
  Bytes container_json(const Bytes* params);

  EnterStore enters_;
  // What this section does with enter events: a call's loss shows only where both halves are recorded.
  std::bitset<kEventCount> stored_;  ///< by enter code: has been stored
  std::bitset<kEventCount> taken_;   ///< by enter code: an exit event has taken it
  Arena texts_;                      ///< made for the events of the batch
  // Scratch of one event; members because clearing them each time costs more than the upgrade.
  std::array<Bytes, limits::kEventParams> aside_, entered_;
};

}  // namespace fvm
