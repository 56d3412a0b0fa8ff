// SPDX-License-Identifier: Apache-2.0
//
// Where something stands in the rules files: file id and byte range. Turning it into line and column is SourceManager's
// business. A range may point into text produced by list expansion or exception assembly; then it already has been mapped
// back to the bytes of the file that caused it.
#pragma once

#include <cstdint>

namespace falcoc {

struct SourceRange {
  uint32_t file = UINT32_MAX;  ///< index into SourceManager; UINT32_MAX = nowhere
  uint32_t begin = 0;          ///< byte offset
  uint32_t end = 0;            ///< one past the last byte
  bool known() const { return file != UINT32_MAX; }
};

}  // namespace falcoc
