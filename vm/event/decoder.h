// SPDX-License-Identifier: Apache-2.0
//
// From an event record's length table to located parameters. The only place that trusts such a table, after checking
// that every entry lies inside the record. Knows the wire widths of the table, nothing about events' meaning.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vm/base/bytes.h"

namespace fvm {

/// The parameters of a record in wire form: `count` lengths, then the values back to back, nothing of it beyond `end`.
struct WireParams {
  const uint8_t* lens = nullptr;
  const uint8_t* end = nullptr;
  uint32_t count = 0;
  bool large_lens = false;  ///< entries of 4 bytes (EF_LARGE_PAYLOAD), otherwise of 2

  size_t payload_bytes() const { return static_cast<size_t>(end - lens); }
};

namespace detail {

/// Sums all lengths; puts the first `wanted` values into `out`. False when the record is too short.
template <typename Length>
bool locate(const WireParams& wire, size_t wanted, Bytes* out) {
  const uint64_t table_bytes = uint64_t{wire.count} * sizeof(Length);
  if (table_bytes > wire.payload_bytes()) return false;
  const uint8_t* value = wire.lens + table_bytes;
  size_t left = wire.payload_bytes() - static_cast<size_t>(table_bytes);
  for (size_t i = 0; i < wire.count; ++i) {
    const size_t bytes = load<Length>(wire.lens + i * sizeof(Length));
    if (bytes > left) return false;
    if (i < wanted) out[i] = {value, bytes};
    value += bytes;
    left -= bytes;
  }
  return true;
}

}  // namespace detail

/// Locates the first `wanted` parameters, at most as many as there are, in `out`. False: the table lies. All of the table is
/// checked.
inline bool locate_params(const WireParams& wire, size_t wanted, Bytes* out) {
  return wire.large_lens ? detail::locate<uint32_t>(wire, wanted, out) : detail::locate<uint16_t>(wire, wanted, out);
}

}  // namespace fvm
