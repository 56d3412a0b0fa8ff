// SPDX-License-Identifier: Apache-2.0
//
// OutputFile: a file that grows by whole pieces, plain or gzip. A plain one ends behind a whole piece at any time, also
// when this program is killed or the disk is full. Knows nothing about blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vm/base/result.h"

namespace fvm {

class OutputFile {
 public:
  virtual ~OutputFile() = default;
  /// Creates the file or empties it; one whose name ends in .gz is compressed. The error is text for people.
  static Result<std::unique_ptr<OutputFile>, std::string> open(const std::string& path);

  /// Adds a piece. It may wait in memory; nothing is kept after an error.
  void append(std::string_view piece);
  /// Gives the system what waits.
  void flush();
  /// The same, and the end of compressed data. Nothing can be added afterwards.
  void finish();
  /// What went wrong first; empty: nothing. From then on the file stays as it is.
  const std::string& error() const { return error_; }

 protected:
  explicit OutputFile(std::string path) : path_(std::move(path)) { waiting_.reserve(kWaitingBytes); }
  virtual void write(std::string_view pieces) = 0;
  virtual void end() = 0;
  void fail(int number);
  const std::string& path() const { return path_; }

 private:
  static constexpr size_t kWaitingBytes = 1u << 18;

  std::string path_;
  std::string waiting_;
  std::string error_;
  bool finished_ = false;
};

}  // namespace fvm
