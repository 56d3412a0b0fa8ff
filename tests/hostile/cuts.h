// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "capture/blocks.h"
#include "vm/base/bytes.h"

namespace fvm::hostile {

struct CutResult {
  uint64_t passed = 0, failed = 0;
};

/// Cuts the capture (uncompressed, native byte order) in front of and inside of each `every`-th block, from block `phase` on.
CutResult run_cuts(Bytes image, const std::vector<uint8_t>& capture, uint64_t every, uint64_t phase);

/// Offset of the first event block; the size when there is none.
uint64_t first_event_block(const std::vector<uint8_t>& capture);

}  // namespace fvm::hostile
