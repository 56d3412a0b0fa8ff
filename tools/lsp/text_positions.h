// SPDX-License-Identifier: Apache-2.0
//
// Places in a text as editors count them: lines from 0, columns in UTF-16 units. A malformed byte counts as one unit.
// Places outside the text are moved to the nearest one inside.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace lsp {

struct Position {
  uint32_t line = 0;
  uint32_t character = 0;
};

/// Borrows the text. Lines end with \n, \r\n or \r.
class TextPositions {
 public:
  explicit TextPositions(std::string_view text);

  Position at(size_t offset) const;
  size_t offset(Position position) const;

 private:
  std::string_view text_;
  std::vector<size_t> starts_;
};

}  // namespace lsp
