// SPDX-License-Identifier: Apache-2.0
//
// One run of a ruleset over a capture, with the place in the stream that each alert comes from.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/byte_source.h"
#include "vm/engine.h"

namespace fvm::hostile {

struct PlacedAlert {
  uint64_t offset = 0;  ///< of the event's block in the uncompressed stream
  size_t digest = 0;    ///< of the line; whole lines of a large capture would make forks slow
  bool operator==(const PlacedAlert&) const = default;
};

/// A run that can be looked at while it goes on.
struct Replay {
  bool opened = false;
  BatchStatus last = BatchStatus::Events;
  SourceError error;  ///< of opening, or of a run that failed
  std::vector<PlacedAlert> alerts;

  /// Runs to the end. `image`: the bytes of a compiled ruleset.
  void run(Bytes image, std::unique_ptr<ByteSource> capture);
};

/// All bytes of a file, unpacked when it is gzip. Ends the program when it can't.
std::vector<uint8_t> unpacked_file(const std::string& path);
std::vector<uint8_t> file_bytes(const std::string& path);
std::unique_ptr<ByteSource> bytes_of(const std::vector<uint8_t>& bytes);

}  // namespace fvm::hostile
