// SPDX-License-Identifier: Apache-2.0
//
// Probe: what a live source needs of the kernel module. probe_device.h talks to the real one; tests have one in memory.
// Knows the contract (falco_probe_abi.h), no events, no state.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "capture/kmod/falco_probe_abi.h"
#include "capture/live/ring_reader.h"
#include "vm/source/event_source.h"

namespace fvm {

class Probe {
 public:
  struct Ring {
    uint32_t cpu = 0;
    RingMemory memory;
    std::span<const falco_probe_counter> counters;  ///< by event code
  };

  virtual ~Probe() = default;
  /// Takes effect at once. An error ends the source.
  virtual std::optional<SourceError> set_interest(const falco_probe_interest& interest) = 0;
  virtual std::optional<SourceError> start() = 0;
  /// Nothing is recorded any more; what is in the rings can still be read.
  virtual void stop() = 0;
  /// Rings that came up since the last call; all of them at first.
  virtual std::vector<Ring> new_rings() = 0;
  /// Waits until a ring is filled to the watermark, for so long at most, or until a signal comes.
  virtual void wait(uint32_t milliseconds) = 0;
  /// The clock of the events' timestamps.
  virtual uint64_t now_ns() const = 0;
};

}  // namespace fvm
