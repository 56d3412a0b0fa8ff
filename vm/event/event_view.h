// SPDX-License-Identifier: Apache-2.0
//
// EventView: one event with its parameters located, in the current layout (old captures are upgraded before this point).
// Parameters may lie in different places: an upgraded exit event shows those of its enter event where they were recorded.
// Borrows; dies with the batch it came in. See decoder.h for who locates parameters, events.def for layouts.
#pragma once

#include <cstdint>

#include "vm/abi/limits.h"
#include "vm/abi/tables.h"
#include "vm/base/bytes.h"

namespace fvm {

class EventView {
 public:
  uint64_t ts_ns = 0;
  int64_t tid = -1;
  uint64_t num = 0;          ///< evt.num: running number from 1, hidden events included; set by the consumer
  uint64_t offset = 0;       ///< byte offset of the block in the (uncompressed) stream, for messages
  EventCode code{};
  uint16_t cpu = 0;
  uint16_t nparams = 0;      ///< as recorded; at most kEventParams
  bool state_only = false;   ///< recorded for state tracking only: applied to state, never shown to rules or output

  /// Borrows `count` <= kEventParams parameters.
  void set_params(const Bytes* params, size_t count) {
    params_ = params;
    nparams = static_cast<uint16_t>(count);
  }

  const EventInfo& info() const { return event_info(code); }
  bool is_exit() const { return (static_cast<unsigned>(code) & 1u) != 0; }
  /// Bytes of parameter `i`; empty when the event has fewer. A recorded length of 0 is an absent value.
  Bytes param(size_t i) const { return i < nparams ? params_[i] : Bytes{}; }
  bool has(size_t i) const { return i < nparams && !params_[i].empty(); }
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
  const Bytes* params_ = nullptr;
};

}  // namespace fvm
