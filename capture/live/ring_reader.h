// SPDX-License-Identifier: Apache-2.0
//
// RingReader: the consumer's half of one CPU's ring (capture/kmod/falco_probe_abi.h). Finds complete records in order,
// where they lie, and gives the room back. Does not know events, devices or other CPUs. The module alone writes the
// data and the producer's page; a ring that contradicts itself is reported, never followed.
#pragma once

#include <cstdint>

#include "capture/kmod/falco_probe_abi.h"
#include "vm/base/bytes.h"

namespace fvm {

/// One CPU's mapped regions, borrowed. `data` are `bytes` of ring twice in a row; `bytes` is a power of two.
struct RingMemory {
  const falco_probe_producer* producer = nullptr;
  falco_probe_consumer* consumer = nullptr;
  const uint8_t* data = nullptr;
  uint64_t bytes = 0;
};

class RingReader {
 public:
  /// Begins where the consumer's position stands.
  explicit RingReader(const RingMemory& memory);

  struct Record {
    Bytes event;               ///< as in a capture, from its timestamp on
    uint32_t lost_before = 0;  ///< events lost on this CPU in front of it
  };
  enum class Look : uint8_t { Record, Empty, Broken };
  /// Looks at the next complete record without taking it. Empty: none yet. Broken: the ring makes no sense.
  Look peek(Record& out);
  /// Takes the record that peek() showed. Its memory stays until release().
  void take() { position_ = next_; }
  /// Gives the room of everything taken back to the producer.
  void release();

 private:
  RingMemory memory_;
  uint64_t position_ = 0;  ///< of the next record
  uint64_t next_ = 0;      ///< behind the record that peek() showed
};

}  // namespace fvm
