// SPDX-License-Identifier: Apache-2.0
//
// EventView: one event in the current layout. Nothing of it is copied: a parameter is found when somebody asks for it, in the
// record, or, for events of old captures, in the record of the call's enter event (ParamSource). Most parameters of most
// events nobody asks for. Borrows; dies with the batch it came in. Length tables have been checked (decoder.h).
#pragma once

#include <cstdint>

#include "vm/abi/limits.h"
#include "vm/abi/tables.h"
#include "vm/base/bytes.h"

namespace fvm {

/// Where a parameter that an old event lacks comes from, or one that has moved.
struct ParamSource {
  enum class Place : uint8_t { Record, Enter, Fixed, ContainerJson } place = Place::Fixed;
  uint8_t index = 0;        ///< Record, Enter: of the parameter there
  uint8_t most_bytes = 0;   ///< Record, Enter: a longer value keeps its low bytes; 0 = any length
  uint8_t fixed_bytes = 0;  ///< Fixed, and Enter without one: length of the value
  bool ones = false;        ///< the fixed value is all ones, not zeros: ids of users and groups
};

/// A checked table of u16 lengths with the values behind it.
struct ParamTable {
  const uint8_t* lens = nullptr;
  uint32_t count = 0;

  /// Lengths and values together.
  size_t bytes() const {
    size_t sum = count * sizeof(uint16_t);
    for (size_t k = 0; k < count; ++k) sum += load<uint16_t>(lens + k * sizeof(uint16_t));
    return sum;
  }
  /// `i` < count.
  Bytes at(size_t i) const {
    const uint8_t* value = lens + count * sizeof(uint16_t);
    for (size_t k = 0; k < i; ++k) value += load<uint16_t>(lens + k * sizeof(uint16_t));
    return {value, load<uint16_t>(lens + i * sizeof(uint16_t))};
  }
};

class EventView {
 public:
  uint64_t ts_ns = 0;
  int64_t tid = -1;
  uint64_t num = 0;          ///< evt.num: running number from 1, hidden events included; set by the consumer
  uint64_t offset = 0;       ///< byte offset of the block in the (uncompressed) stream, for messages
  EventCode code{};
  uint16_t cpu = 0;
  uint16_t nparams = 0;      ///< as recorded; at most kEventParams
  uint32_t more = 0;         ///< unread events directly behind this one that are given out as a number only
  bool unread = false;       ///< nobody wants its parameters: they are not there, and have not been checked
  bool state_only = false;   ///< recorded for state tracking only: applied to state, never shown to rules or output

  /// Borrows `count` <= kEventParams parameters that have been located.
  void set_params(const Bytes* params, size_t count) {
    located_ = params;
    nparams = static_cast<uint16_t>(count);
  }
  /// Borrows a record. The first `kept` parameters are the record's own; `sources` say where the others are, up to `count` in
  /// all. `enter` is empty when there is no enter event.
  void set_params(const ParamTable& record, size_t kept, const ParamTable& enter, const ParamSource* sources, size_t count) {
    located_ = nullptr;
    record_ = record;
    enter_ = enter;
    sources_ = sources;
    kept_ = static_cast<uint16_t>(kept);
    nparams = static_cast<uint16_t>(count);
  }

  /// Whether the parameters are those of the record, in its order; then they lie in record().
  bool is_as_recorded() const { return located_ == nullptr && kept_ == nparams && record_.count == nparams; }
  const ParamTable& record() const { return record_; }
  /// Of set_params(const Bytes*, ...): how many are borrowed.
  size_t located_params() const { return located_ != nullptr ? nparams : 0; }

  const EventInfo& info() const { return event_info(code); }
  bool is_exit() const { return (static_cast<unsigned>(code) & 1u) != 0; }
  /// Bytes of parameter `i`; empty when the event has fewer. A recorded length of 0 is an absent value.
  Bytes param(size_t i) const {
    if (i >= nparams) return {};
    if (located_ != nullptr) return located_[i];
    if (i < kept_) return record_.at(i);
    const ParamSource& source = sources_[i - kept_];
    if (source.place != ParamSource::Place::Enter || source.index >= enter_.count) return other_param(source);
    const Bytes value = enter_.at(source.index);
    return source.most_bytes != 0 && value.size() > source.most_bytes ? value.first(source.most_bytes) : value;
  }
  bool has(size_t i) const { return !param(i).empty(); }
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
  /// Neither in its place in the record nor in the enter event.
  Bytes other_param(const ParamSource& source) const;

  const Bytes* located_ = nullptr;
  ParamTable record_, enter_;
  const ParamSource* sources_ = nullptr;  ///< of the parameters behind the kept ones
  uint16_t kept_ = 0;
};

}  // namespace fvm
