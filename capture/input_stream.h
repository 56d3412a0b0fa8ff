// SPDX-License-Identifier: Apache-2.0
//
// InputStream: a window of contiguous bytes that slides over a ByteSource. Records are parsed in place; data() and what
// was borrowed from it stay valid until before_move() is called. Memory: one buffer, which grows only to the largest record
// asked for. The window over a plain file is the file itself, mapped.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "capture/byte_source.h"

namespace fvm {

/// Whether a thread of its own inflates a compressed source; makes no difference to what is read. Plain sources have none.
enum class InflateThread : uint8_t {
  WhenWorthIt,  ///< for more bytes than a thread costs, of known size: a pipe may let its reader wait for ever
  Never,
  Always,       ///< whatever the source
};

class InputStream {
 public:
  /// Looks at the first bytes to tell plain from gzip.
  explicit InputStream(std::unique_ptr<ByteSource> source, InflateThread thread = InflateThread::WhenWorthIt);

  /// `f` is called each time before bytes that were given out change their place or are overwritten.
  void before_move(std::function<void()> f) { before_move_ = std::move(f); }

  const uint8_t* data() const { return window_ + begin_; }
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
  /// To be called now and then while a window is consumed.
  void advance() {
    if (mapped_) mapped_->advance(begin_);
  }
  /// Offset from which on data() is not what the file held, because it became shorter.
  uint64_t lost_from() const {
    const size_t in_mapping = mapped_ ? mapped_->lost_from() : SIZE_MAX;
    return in_mapping == SIZE_MAX ? lost_from_ : in_mapping;
  }
  uint64_t position() const { return mapped_ ? offset_ : source_->position(); }
  uint64_t size() const { return source_->size(); }

 private:
  bool read_some();
  void reserve(size_t want);
  void leave_mapping();

  std::unique_ptr<ByteSource> source_;
  std::function<void()> before_move_;
  std::unique_ptr<MappedFile> mapped_;  ///< while it is the window
  std::unique_ptr<uint8_t[]> buffer_;
  const uint8_t* window_ = nullptr;
  size_t capacity_ = 0;
  size_t begin_ = 0, end_ = 0;
  uint64_t offset_ = 0;
  uint64_t lost_from_ = UINT64_MAX;  ///< of a mapping that has been left
  bool ended_ = false;
  std::optional<SourceError> error_;
};

}  // namespace fvm
