// SPDX-License-Identifier: Apache-2.0
//
// Captures of machines of the other byte order: an event block is copied and brought to this machine's order, so that
// the rest of the reader sees nothing of it. What is in the producer's order: every number, ports included. What is not: text,
// buffers and addresses. Facts: capture format reference, sections 2 and 12. Knows event layouts; not state.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>

#include "capture/blocks.h"
#include "vm/abi/tables.h"
#include "vm/base/arena.h"
#include "vm/base/bytes.h"

namespace fvm {

template <typename T>
T swap_bytes(T value) {
  uint8_t bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  std::reverse(bytes, bytes + sizeof value);
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

/// Version 1 of events stores no parameter count: it is the largest, up to `most`, for which the lengths add up to the payload.
/// Nothing when none do. `Swapped`: the lengths are in the other byte order.
template <bool Swapped>
std::optional<uint32_t> inferred_count(const uint8_t* lens, size_t payload_bytes, uint32_t most) {
  const auto length = [&](uint32_t i) {
    const uint16_t value = load<uint16_t>(lens + i * sizeof(uint16_t));
    return Swapped ? swap_bytes(value) : value;
  };
  for (uint32_t n = most;; --n) {
    size_t sum = n * sizeof(uint16_t);
    if (sum <= payload_bytes) {
      for (uint32_t i = 0; i < n; ++i) sum += length(i);
      if (sum < payload_bytes) return std::nullopt;
      if (sum == payload_bytes) return n;
    }
    if (n == 0) return std::nullopt;
  }
}

/// A copy in `arena` of a complete event block with all numbers swapped. Lengths that lie are left to the reader to find:
/// nothing beyond the block is touched, and of a block that makes no sense only the frame and header are swapped.
const uint8_t* swap_event_block(const uint8_t* block, uint32_t length_bytes, BlockInfo info, Arena& arena);

/// In place, the value of one parameter. A value whose length isn't its type's is swapped as the number it could be.
void swap_param(const ParamInfo& param, uint8_t* value, size_t bytes);

}  // namespace fvm
