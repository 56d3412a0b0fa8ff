// SPDX-License-Identifier: Apache-2.0
//
// Decoder: RawEvent -> EventView. The only place that trusts a length table, after checking that every entry lies inside
// the record. Never fails the stream: a record that lies is refused and counted by the caller.
#pragma once

#include "vm/event/event_view.h"

namespace fvm {

enum class DecodeError : uint8_t { None, UnknownCode, TooManyParams, ShortLengthTable, ParamsBeyondRecord };

class Decoder {
 public:
  /// Fills `out` (borrowing from `raw`) and returns None, or returns why the record can't be used.
  /// More parameters than the event's row are accepted up to kEventParams (a newer producer); the extra ones are ignored.
  static DecodeError decode(const RawEvent& raw, EventView& out);
};

}  // namespace fvm
