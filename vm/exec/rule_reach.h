// SPDX-License-Identifier: Apache-2.0
//
// RuleReach: which events a rule decides, and what of an event its condition looks at; read off the code of an image,
// so it holds for what runs, not for what was written. Answers what a rule may have missed when events are lost. Cold.
// Does not know events, state or counters.
#pragma once

#include <bitset>
#include <cstdint>
#include <vector>

#include "vm/image/image_view.h"

namespace fvm {

/// What a field takes its value from besides the event's own record; or'ed.
namespace need {
inline constexpr uint8_t kArguments = 1;   ///< parameters, also those that came with the enter event
inline constexpr uint8_t kThread = 2;      ///< the record of the event's thread
inline constexpr uint8_t kDescriptor = 4;  ///< the record of the descriptor that the call is about
inline constexpr uint8_t kContainer = 8;   ///< container metadata
inline constexpr uint8_t kAll = 15;
}  // namespace need

uint8_t needs_of(FieldId field);

struct RuleReach {
  std::bitset<kEventCount> events;  ///< codes whose program can report the rule
  uint8_t needs = 0;                ///< of all fields that can decide whether it does; never too little
};

/// One entry per rule of a verified image. A test counts for a rule when its outcome can decide about it; tests of
/// other rules in the same program do not.
std::vector<RuleReach> rule_reach(const ImageView& image);

}  // namespace fvm
