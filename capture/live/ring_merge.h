// SPDX-License-Identifier: Apache-2.0
//
// RingMerge: the records of all CPUs in the order of their timestamps. Each ring is in order by itself; a record of
// another CPU may still be on its way, so what is younger than a horizon waits. A record that comes later than that is
// given out all the same, and counted. Knows rings and the first field of an event, nothing else of events or devices.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "capture/live/ring_reader.h"

namespace fvm {

class RingMerge {
 public:
  struct Item {
    RingReader::Record record;
    uint64_t ts_ns = 0;
    uint32_t cpu = 0;
    bool is_late = false;  ///< younger ones were given out before
  };

  void add_ring(uint32_t cpu, const RingMemory& memory);

  /// Gives the room of all records taken so far back and looks for new ones in rings that had none.
  void refresh();
  /// The oldest record not younger than `horizon_ns`, taken. False: none. It stays valid until refresh().
  bool next(uint64_t horizon_ns, Item& out);
  /// Whether a record waits that is too young.
  bool has_waiting() const { return !heads_.empty(); }
  /// A ring contradicts itself: nothing of it can be read any more. Its CPU, or -1.
  int64_t broken_cpu() const { return broken_cpu_; }

 private:
  struct Lane {
    uint32_t cpu;
    RingReader reader;
    RingReader::Record record{};  ///< of its head
  };
  struct Head {
    uint64_t ts_ns;
    uint32_t lane;
    bool operator>(const Head& other) const { return ts_ns != other.ts_ns ? ts_ns > other.ts_ns : lane > other.lane; }
  };
  bool look(uint32_t lane, Head& out);
  void sink_first();

  std::vector<Lane> lanes_;
  std::vector<Head> heads_;        ///< a heap, oldest first: one for each lane with a record
  std::vector<uint32_t> waiting_;  ///< lanes without
  uint64_t youngest_given_ns_ = 0;
  int64_t broken_cpu_ = -1;
};

}  // namespace fvm
