// SPDX-License-Identifier: Apache-2.0
#include "vm/alert/file_sink.h"

namespace fvm {

bool FileSink::write(std::string_view line) {
  const bool ok = std::fwrite(line.data(), 1, line.size(), file_) == line.size() && std::fputc('\n', file_) != EOF;
  return ok && (buffered_ || std::fflush(file_) == 0);
}

}  // namespace fvm
