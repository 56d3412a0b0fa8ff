// SPDX-License-Identifier: Apache-2.0
//
// ByteSource: where the bytes of a capture come from: a file, a pipe, memory, or another source through gzip. One
// virtual call per buffer. Knows nothing about blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "capture/mapped_file.h"
#include "vm/base/bytes.h"
#include "vm/base/result.h"
#include "vm/source/event_source.h"

namespace fvm {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Reads up to `capacity` > 0 bytes, at least one unless the end is reached (0). On an error nothing is read; bytes
  /// in front of a damage are given out before the error. Not called again after an end or an error.
  virtual Result<size_t, SourceError> read(uint8_t* to, size_t capacity) = 0;
  /// All bytes from the first one on as memory, also those already read; read() goes on behind them. Null: has to be read.
  virtual std::unique_ptr<MappedFile> map() { return nullptr; }
  /// Bytes taken from the outermost file so far, and its size; 0 = unknown.
  virtual uint64_t position() const = 0;
  virtual uint64_t size() const = 0;
};

/// A path, or "-" for the standard input. Directories and sockets are refused; opening a FIFO waits for its writer.
Result<std::unique_ptr<ByteSource>, SourceError> open_file(const std::string& path);
/// Borrows `bytes`.
std::unique_ptr<ByteSource> memory_source(Bytes bytes);

}  // namespace fvm
