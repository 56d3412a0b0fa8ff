// SPDX-License-Identifier: Apache-2.0
//
// LiveSource: an EventSource over the kernel module's rings. First gives the sink what the machine looks like (the scan
// of /proc), then the events of all CPUs in the order of their timestamps, where they lie in the rings. An empty batch
// means that nothing came for a while. Loss is counted by the module and shown in stats(). Does not know ioctls
// (Probe), rules, or what the scan reads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "capture/live/probe.h"
#include "vm/source/event_source.h"

namespace fvm {

struct LiveOptions {
  uint64_t window_ns = 2'000'000;  ///< how long an event waits for older ones of other CPUs
  uint32_t wait_ms = 20;           ///< how long next_batch() waits for events at most
  /// Fills the sink with machine, users, threads and descriptors. Called once, after recording has begun.
  std::function<void(StateSink&)> scan;
};

/// Counters that only a live source has. Sums over all CPUs.
struct LiveStats {
  uint64_t cpus = 0;
  uint64_t seen = 0, masked = 0, sent = 0;
  uint64_t lost[FALCO_PROBE_LOSSES] = {};
  uint64_t unreadable_values = 0;  ///< user memory that was not resident
  uint64_t raced_values = 0;       ///< paths and addresses read from user memory, where another thread can change them
  uint64_t announced_lost = 0;     ///< losses that records in the rings told of
};

class LiveSource : public EventSource {
 public:
  /// Nothing more is recorded; next_batch() gives what is in the rings and then ends.
  virtual void stop() = 0;
  virtual LiveStats live_stats() const = 0;
};

std::unique_ptr<LiveSource> make_live_source(std::unique_ptr<Probe> probe, LiveOptions options);

}  // namespace fvm
