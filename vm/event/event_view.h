// SPDX-License-Identifier: Apache-2.0
//
// RawEvent: one event record in `.scap` wire format, current generation (old captures are upgraded before this point).
// EventView: the same after the decoder has checked its length table; gives access to parameters by number.
// Both borrow; they die with the batch they came in. See decoder.h for the check, events.def for layouts.
#pragma once

#include <array>
#include <cstdint>

#include "vm/abi/limits.h"
#include "vm/abi/tables.h"
#include "vm/base/bytes.h"

namespace fvm {

struct RawEvent {
  uint64_t ts_ns = 0;
  int64_t tid = -1;
  EventCode code{};
  uint16_t cpu = 0;
  uint32_t nparams = 0;
  bool large_lens = false;   ///< the length table has 4-byte entries (EF_LARGE_PAYLOAD), otherwise 2-byte
  bool state_only = false;   ///< recorded for state tracking only: applied to state, never shown to rules or output
  Bytes lens;                ///< nparams entries, unaligned
  Bytes data;                ///< parameters, back to back; at least the sum of the lengths
  uint64_t offset = 0;       ///< byte offset of the block in the (uncompressed) stream, for messages
};

class EventView {
 public:
  uint64_t ts_ns = 0;
  int64_t tid = -1;
  uint64_t num = 0;          ///< evt.num: running number from 1, hidden events included; set by the caller of the decoder
  EventCode code{};
  uint16_t cpu = 0;
  uint16_t nparams = 0;      ///< as recorded; at most kEventParams
  bool state_only = false;   ///< see RawEvent

  const EventInfo& info() const { return event_info(code); }
  bool is_exit() const { return (static_cast<unsigned>(code) & 1u) != 0; }
  /// Bytes of parameter `i`; empty when the event has fewer. A recorded length of 0 is an absent value.
  Bytes param(size_t i) const {
    return i < nparams ? Bytes{data_ + starts_[i], starts_[i + 1] - starts_[i]} : Bytes{};
  }
  bool has(size_t i) const { return i < nparams && starts_[i + 1] != starts_[i]; }
  std::string_view text(size_t i) const { return until_nul(param(i)); }
  /// Integer of the recorded width, sign-extended; `otherwise` when absent or not 1, 2, 4 or 8 bytes wide.
  int64_t integer(size_t i, int64_t otherwise = 0) const {
    const Bytes b = param(i);
    switch (b.size()) {
      case 1: return load<int8_t>(b.data());
      case 2: return load<int16_t>(b.data());
      case 4: return load<int32_t>(b.data());
      case 8: return load<int64_t>(b.data());
      default: return otherwise;
    }
  }
  uint64_t uinteger(size_t i, uint64_t otherwise = 0) const {
    const Bytes b = param(i);
    switch (b.size()) {
      case 1: return load<uint8_t>(b.data());
      case 2: return load<uint16_t>(b.data());
      case 4: return load<uint32_t>(b.data());
      case 8: return load<uint64_t>(b.data());
      default: return otherwise;
    }
  }

 private:
  friend class Decoder;
  const uint8_t* data_ = nullptr;
  std::array<uint32_t, limits::kEventParams + 1> starts_{};
};

}  // namespace fvm
