// SPDX-License-Identifier: Apache-2.0
//
// MappedFile: a regular file as memory, so that a capture in the page cache is parsed where it lies. Only what is near the
// reader is resident. A file that becomes shorter while it is read does not end the program: the missing pages read as
// zeros and lost_from() says where they begin. Knows nothing about captures.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "vm/base/bytes.h"

namespace fvm {

class MappedFile {
 public:
  /// Null when the file can't be mapped: then it has to be read. `fd` must stay open.
  static std::unique_ptr<MappedFile> open(int fd, uint64_t size_bytes);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  Bytes bytes() const { return {data_, size_}; }
  /// The reader is at `offset`: brings in what comes next and lets go of what lies behind.
  void advance(size_t offset) {
    if (offset + kAheadBytes / 2 >= populated_ && populated_ < size_) populate(offset);
  }
  /// Offset from which on the file's bytes are gone; SIZE_MAX while none are.
  size_t lost_from() const { return lost_from_.load(std::memory_order_relaxed); }
  /// Looks whether the file has become shorter.
  void check_size();

 private:
  static constexpr size_t kAheadBytes = 4u << 20;

  MappedFile(int fd, uint8_t* data, size_t size) : fd_(fd), data_(data), size_(size) {}
  void populate(size_t offset);
  void lose(size_t from);
  friend struct BusErrors;

  int fd_;
  uint8_t* data_;
  size_t size_;
  size_t populated_ = 0;
  size_t released_ = 0;
  std::atomic<size_t> lost_from_{SIZE_MAX};
};

}  // namespace fvm
