// SPDX-License-Identifier: Apache-2.0
//
// InputStream: a window of contiguous bytes that slides over a ByteSource. Records are parsed in place; data() and what
// was borrowed from it stay valid until the next fill(). Memory: one buffer, which grows only to the largest record
// asked for.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "capture/byte_source.h"

namespace fvm {

class InputStream {
 public:
  /// Looks at the first bytes to tell plain from gzip.
  explicit InputStream(std::unique_ptr<ByteSource> source);

  const uint8_t* data() const { return buffer_.get() + begin_; }
  size_t available() const { return end_ - begin_; }
  uint64_t offset() const { return offset_; }  ///< of data() in the uncompressed stream
  void consume(size_t n) {
    begin_ += n;
    offset_ += n;
  }
  /// Reads until `want` bytes are available; false if the stream ends or fails before. Moves the window.
  bool fill(size_t want);
  /// Steps over `n` bytes, reading them if need be; false if the stream ends before.
  bool skip(uint64_t n);

  /// Why the source stopped, unless it simply ended.
  const std::optional<SourceError>& error() const { return error_; }
  uint64_t position() const { return source_->position(); }
  uint64_t size() const { return source_->size(); }

 private:
  bool read_some();
  void reserve(size_t want);

  std::unique_ptr<ByteSource> source_;
  std::unique_ptr<uint8_t[]> buffer_;
  size_t capacity_ = 0;
  size_t begin_ = 0, end_ = 0;
  uint64_t offset_ = 0;
  bool ended_ = false;
  std::optional<SourceError> error_;
};

}  // namespace fvm
