// SPDX-License-Identifier: Apache-2.0
//
// The buffer is as large as the second-level cache likes: what read() or inflate() wrote is still near when it is
// parsed.
#include "capture/input_stream.h"

#include <algorithm>
#include <cstring>

#include "capture/gzip_source.h"
#include "capture/read_ahead.h"

namespace fvm {

namespace {
constexpr size_t kBufferBytes = 256 * 1024;
constexpr uint64_t kWorthAThread = 64 * 1024;  ///< compressed bytes; fewer are inflated before a thread has done much
}  // namespace

InputStream::InputStream(std::unique_ptr<ByteSource> source, InflateThread thread) : source_(std::move(source)) {
  reserve(kBufferBytes);
  if (!fill(sizeof kGzipMagic)) return;
  if (std::memcmp(data(), kGzipMagic, sizeof kGzipMagic) != 0) {
    mapped_ = source_->map();
    if (!mapped_) return;
    window_ = mapped_->bytes().data();
    begin_ = 0;
    end_ = mapped_->bytes().size();
    buffer_.reset();
    capacity_ = 0;
    return;
  }
  // The buffer now holds compressed bytes: hand them on and start with an empty window.
  source_ = gzip_source(std::move(source_), {data(), available()});
  if (thread == InflateThread::Always || (thread == InflateThread::WhenWorthIt && source_->size() >= kWorthAThread)) {
    source_ = read_ahead(std::move(source_));
  }
  begin_ = end_ = 0;
}

bool InputStream::fill(size_t want) {
  if (available() >= want) return true;
  if (before_move_) before_move_();
  if (mapped_) leave_mapping();
  reserve(want);
  if (begin_ > 0) {
    std::memmove(buffer_.get(), data(), available());
    end_ -= begin_;
    begin_ = 0;
  }
  while (available() < want) {
    if (!read_some()) return false;
  }
  return true;
}

bool InputStream::skip(uint64_t n) {
  while (n > available()) {
    n -= available();
    consume(available());
    if (before_move_) before_move_();
    if (mapped_) leave_mapping();
    begin_ = end_ = 0;
    if (!read_some()) return false;
  }
  consume(static_cast<size_t>(n));
  return true;
}

bool InputStream::read_some() {
  if (ended_) return false;
  Result<size_t, SourceError> n = source_->read(buffer_.get() + end_, capacity_ - end_);
  if (!n) {
    error_ = n.error();
    ended_ = true;
    return false;
  }
  if (*n == 0) ended_ = true;
  end_ += *n;
  return *n > 0;
}

void InputStream::reserve(size_t want) {
  if (want <= capacity_) return;
  const size_t capacity = std::max(want, kBufferBytes);
  std::unique_ptr<uint8_t[]> larger(new uint8_t[capacity]);  // not zeroed: it is written before it is read
  if (available() > 0) std::memcpy(larger.get(), data(), available());
  end_ -= begin_;
  begin_ = 0;
  buffer_ = std::move(larger);
  window_ = buffer_.get();
  capacity_ = capacity;
}

/// The mapping ends inside of something, or at the end: what is left goes to a buffer, and reading goes on behind it, for the
/// file may have grown.
void InputStream::leave_mapping() {
  const size_t left = available();
  const size_t capacity = std::max(left, kBufferBytes);
  buffer_.reset(new uint8_t[capacity]);
  if (left > 0) std::memcpy(buffer_.get(), data(), left);
  mapped_->check_size();
  lost_from_ = lost_from();
  mapped_.reset();
  window_ = buffer_.get();
  capacity_ = capacity;
  begin_ = 0;
  end_ = left;
}

}  // namespace fvm
