// SPDX-License-Identifier: Apache-2.0
//
// Upgrader: brings events of old captures to today's layouts, carrying arguments over from stored enter events
// (old_events.def). Events that are current cost one comparison. Results lie in a buffer of the batch; see
// start_batch(). Knows events.def and the steps; not blocks, not state.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <string>

#include "capture/enter_store.h"
#include "capture/upgrade_table.h"
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
  };

  Upgrader();

  /// Forgets the results of the last batch.
  void start_batch() { used_ = 0; }
  /// False: the batch must end, the next result might not fit.
  bool has_room() const { return kBufferBytes - used_ >= kLargestResult; }

  /// `event` is checked: its lengths lie inside its data. A result borrows from the event or from the batch's buffer.
  Outcome upgrade(RawEvent& event, SourceStats& stats) {
    const uint32_t pass = detail::kPassCounts[static_cast<size_t>(event.code)];
    if (event.nparams == pass) return Outcome::Current;
    return upgrade_slowly(event, pass == detail::kAnyCount, stats);
  }
  /// Another capture begins: enter events of the one before mean nothing.
  void forget_enters() {
    enters_.clear();
    stored_.reset();
    taken_.reset();
  }
  /// A thread has ended.
  void forget_enter(int64_t tid) { enters_.forget(tid); }

 private:
  using Params = std::array<Bytes, limits::kEventParams>;
  /// The event between steps.
  struct Work {
    EventCode code{};
    uint32_t count = 0;
    Params params;
  };

  // A result holds parameters of one event and of one enter event, each of at most kPlainEventBytes.
  static constexpr size_t kLargestResult = 3 * limits::kPlainEventBytes;
  static constexpr size_t kBufferBytes = 8 * limits::kPlainEventBytes;

  Outcome upgrade_slowly(RawEvent& event, bool surplus_only, SourceStats& stats);
  void apply(const UpgradeRule& rule, int64_t tid, SourceStats& stats);
  Bytes container_json();
  bool write(RawEvent& event);
  void store_enter(int64_t tid, SourceStats& stats);
  EnterStore::Slot* take_enter(int64_t tid, SourceStats& stats);

  EnterStore enters_;
  // What this section does with enter events: a call's loss shows only where both halves are recorded.
  std::bitset<kEventCount> stored_;  ///< by enter code: has been stored
  std::bitset<kEventCount> taken_;   ///< by enter code: an exit event has taken it
  std::unique_ptr<uint8_t[]> buffer_;
  size_t used_ = 0;
  Work work_;  // scratch of one event; a member because clearing it each time costs more than the upgrade
  Params rebuilt_;
  bool looked_for_enter_ = false;  ///< a rule has asked for the enter event of the event at hand
  std::string json_;
};

}  // namespace fvm
