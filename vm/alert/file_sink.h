// SPDX-License-Identifier: Apache-2.0
//
// FileSink: alert lines to a file or to standard output, flushed line by line unless buffered.
#pragma once

#include <cstdio>
#include <string>

#include "vm/alert/alert.h"

namespace fvm {

class FileSink final : public AlertSink {
 public:
  /// Does not own `file`.
  FileSink(std::FILE* file, bool buffered) : file_(file), buffered_(buffered) {}
  bool write(std::string_view line) override;

 private:
  std::FILE* file_;
  bool buffered_;
};

}  // namespace fvm
