// SPDX-License-Identifier: Apache-2.0
//
// FileWatch: whether a file has become another one, by asking for its inode, size and time of change now and then. Not
// what is in it.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

namespace fvm {

class FileWatch {
 public:
  /// What the file is now has been seen.
  explicit FileWatch(std::string path);

  /// Asks at most once a second of `now_ns`, which never goes back. True: the file has changed, and has stayed as it is
  /// for a second, so that whoever writes it should have finished. A file that is missing has not changed.
  bool has_changed(uint64_t now_ns);

 private:
  /// Device, inode, size, time of change in seconds and nanoseconds; zeros without a file.
  using Stamp = std::tuple<uint64_t, uint64_t, int64_t, int64_t, int64_t>;
  Stamp look() const;

  std::string path_;
  Stamp seen_, last_;
  uint64_t asked_ns_ = 0;
};

}  // namespace fvm
