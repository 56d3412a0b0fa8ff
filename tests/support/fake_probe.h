// SPDX-License-Identifier: Apache-2.0
//
// FakeProbe: the kernel module in memory, for tests of live sources. Plays the producer's half of the rings and lets a
// test do what the real one never should.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capture/live/probe.h"
#include "tests/support/capture_builder.h"

namespace fvm::testing {

/// The bytes of one event, from its timestamp on.
std::string event_bytes(EventCode code, uint64_t ts_ns, int64_t tid, const std::vector<Param>& params);

/// What a test keeps hold of while the source owns the probe.
struct FakeKernel {
  static constexpr size_t kRingBytes = 4096;
  struct Cpu {
    falco_probe_producer producer{};
    falco_probe_consumer consumer{};
    std::vector<uint8_t> data = std::vector<uint8_t>(2 * kRingBytes);
    std::vector<falco_probe_counter> counters = std::vector<falco_probe_counter>(FALCO_PROBE_EVENTS);
  };
  std::vector<std::unique_ptr<Cpu>> cpus;
  size_t shown_cpus = 0;  ///< given out by new_rings()
  falco_probe_interest interest{};
  bool started = false, stopped = false;
  bool refuses_interest = false;
  uint64_t now_ns = 1'000'000'000;
  uint32_t waits = 0;

  Cpu& add_cpu();
  /// Reserves room for a record of `event_bytes`; false when there is none. Returns where in `at`.
  bool reserve(Cpu& cpu, size_t event_bytes, uint64_t& at);
  void commit(Cpu& cpu, uint64_t at, std::string_view event, uint32_t lost_before = 0, uint32_t flags = 0);
  /// Both.
  bool send(Cpu& cpu, std::string_view event, uint32_t lost_before = 0, uint32_t flags = 0);

 private:
  void write(Cpu& cpu, uint64_t at, const void* bytes, size_t count);
};

std::unique_ptr<Probe> fake_probe(std::shared_ptr<FakeKernel> kernel);

}  // namespace fvm::testing
