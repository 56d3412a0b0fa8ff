// SPDX-License-Identifier: Apache-2.0
//
// The kernel module behind its device file, as a Probe: opens it, compares versions and fingerprints, maps the rings.
// The only place that knows its ioctls. Closing ends the recording and frees the rings.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "capture/live/probe.h"
#include "vm/base/result.h"

namespace fvm {

struct ProbeOptions {
  std::string device = FALCO_PROBE_DEVICE;
  uint32_t ring_bytes = 8u << 20;         ///< of each CPU; a power of two
  uint32_t watermark_bytes = 128u << 10;  ///< a ring so full wakes the reader before its time
  uint32_t reserved_bytes = 1u << 20;     ///< of each ring, for events that tell most (is_precious)
  uint32_t snaplen = 80;                  ///< bytes of data of reads and writes kept
};

/// Errors are for people and say what to do: module not loaded, no permission, another consumer, another version.
Result<std::unique_ptr<Probe>, SourceError> open_probe(const ProbeOptions& options);

}  // namespace fvm
