// SPDX-License-Identifier: Apache-2.0
//
// StepStore: what is left to do at each node of a decision graph, packed and in memory that grows without being copied:
// new memory costs more than packing does. Does not know what steps mean.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "vm/base/bytes.h"

namespace fvm {

/// What is left of an instruction: where it leads when its predicate holds and when not; both the same for others.
struct Step {
  uint32_t pc, holds, fails;
};

class StepStore {
 public:
  /// For programs of at most so many instructions.
  explicit StepStore(size_t longest) : is_narrow_(longest <= UINT16_MAX) {}

  /// Equal steps, equal bytes. Valid until the next call.
  Bytes pack(std::span<const Step> steps);
  /// Valid until the next call.
  std::span<const Step> unpack(Bytes packed);
  /// The same bytes, valid until clear().
  Bytes keep(Bytes packed);
  /// Of all that is kept.
  size_t bytes() const { return bytes_; }
  void clear();

 private:
  static constexpr size_t kChunk = 32768;  ///< bytes

  bool is_narrow_;  ///< two bytes for a number, else four
  std::vector<uint16_t> packed_;
  std::vector<Step> unpacked_;
  std::vector<std::unique_ptr<uint8_t[]>> chunks_;
  std::span<uint8_t> room_;  ///< in the last one
  size_t bytes_ = 0;
};

}  // namespace fvm
