// SPDX-License-Identifier: Apache-2.0
//
// EventRun: the quick way through runs of ordinary event blocks, which is nearly all of a capture: version 2, this
// machine's byte order, few short parameters. What an event needs is looked up once by code and parameter count, with
// the interest already applied. Anything else it leaves where it is, for the reader's general way, which does the same
// with any block; tests hold the two to each other. Knows plans and the layout of event blocks; not metadata, not
// state.
#pragma once

#include <cstdint>
#include <vector>

#include "capture/blocks.h"
#include "capture/upgrade_plan.h"
#include "capture/upgrader.h"
#include "vm/event/event_set.h"

namespace fvm {

class EventRun {
 public:
  explicit EventRun(Upgrader& upgrader) : upgrader_(upgrader) { set_interest(Interest::in_all()); }

  /// See EventSource::set_interest().
  void set_interest(const Interest& interest);

  /// Blocks in memory. take() moves `at` and `offset` behind what it took.
  struct Window {
    const uint8_t* at;
    const uint8_t* end;
    uint64_t offset;  ///< of `at` in the stream
  };
  /// Fills up to `room` events at `out` from blocks of `type` and says how many. Stops in front of the first block that
  /// is something else, incomplete or unusual.
  size_t take(Window& window, uint32_t type, bool has_flags, EventView* out, size_t room, SourceStats& stats);
  /// Adds what take() has counted by step, which is less work for each block.
  void settle(SourceStats& stats);

 private:
  enum class Action : uint8_t {
    Drop,      ///< gives nothing out, and nobody misses it
    Count,     ///< given out as a number
    Note,      ///< given out unread
    Leave,     ///< to the general way
    Store,     ///< kept for its exit event
    Pass,      ///< given out as it is
    Upgrade,   ///< given out with the plan's parameters
    Complete,  ///< the same; some are the enter event's
  };
  /// What an event that is not read says of the call that its thread was in before.
  enum class Leaves : uint8_t { Nothing, ByNextCall, ByExit };
  /// Aligned so that a number becomes an address by a shift.
  struct alignas(32) Step {
    struct What {
      Action action = Action::Leave;
      Leaves leaves = Leaves::Nothing;
    } what;
    uint8_t kept = 0;
    uint8_t count = 0;  ///< parameters of the result
    bool upgrades = false;
    bool is_ordinary = false;  ///< no metadata
    EventCode code{};          ///< of the result
    EventCode partner{};       ///< the exit event whose enter event is used up, or of no use any more
    const ParamSource* sources = nullptr;
    uint64_t blocks = 0;  ///< since the last settle()
  };
  static_assert(sizeof(Step) == 32);
  static constexpr uint32_t kFewParams = 7;
  static constexpr uint32_t kCountBits = 3, kCodeBits = 9;
  static_assert(kEventCount <= 1u << kCodeBits && kFewParams < 1u << kCountBits);
  /// Code and number of parameters, which lie next to each other in an event's header, to the number of their step.
  static size_t step_number(size_t code, size_t count) { return code << kCountBits | count; }

  static Step step_for(EventCode code, uint32_t count, const Interest& interest);
  template <bool HasFlags>
  size_t take_all(Window& window, uint32_t type, EventView* out, size_t room, SourceStats& stats);

  Upgrader& upgrader_;
  std::vector<Step> steps_;  ///< by step_number()
};

}  // namespace fvm
