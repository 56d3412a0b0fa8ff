// SPDX-License-Identifier: Apache-2.0
//
// ReadAhead: a source read by a thread of its own, a few buffers ahead, so that what it has to do for its bytes (inflating)
// happens beside what is done with them. Gives out the same bytes, then the same end or error, as the source itself.
#pragma once

#include <memory>

#include "capture/byte_source.h"

namespace fvm {

/// Reads `inner` ahead. Without room for a thread: gives `inner` back. Destruction waits for the read of `inner` that is going
/// on, so that should not be one that can wait for long.
std::unique_ptr<ByteSource> read_ahead(std::unique_ptr<ByteSource> inner);

}  // namespace fvm
