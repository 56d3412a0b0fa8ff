// SPDX-License-Identifier: Apache-2.0
#include "tools/lsp/text_positions.h"

#include <algorithm>

namespace lsp {
namespace {

/// Bytes of the character at the start of `text` (not empty), and its UTF-16 units.
struct Step {
  size_t bytes;
  uint32_t units;
};

Step step(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t bytes = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1;
  if (bytes > text.size()) return {1, 1};
  for (size_t i = 1; i < bytes; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return {1, 1};
  return {bytes, bytes == 4 ? 2u : 1u};
}

}  // namespace

TextPositions::TextPositions(std::string_view text) : text_(text), starts_{0} {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'))) starts_.push_back(i + 1);
  }
}

Position TextPositions::at(size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const auto line = static_cast<uint32_t>(after - starts_.begin() - 1);
  uint32_t units = 0;
  for (size_t i = starts_[line]; i < offset;) {
    const Step s = step(text_.substr(i));
    i += s.bytes;
    if (i > offset) break;
    units += s.units;
  }
  return {line, units};
}

size_t TextPositions::offset(Position position) const {
  if (position.line >= starts_.size()) return text_.size();
  const size_t begin = starts_[position.line];
  size_t end = position.line + 1 < starts_.size() ? starts_[position.line + 1] : text_.size();
  while (end > begin && (text_[end - 1] == '\n' || text_[end - 1] == '\r')) --end;
  size_t i = begin;
  for (uint32_t units = 0; i < end && units < position.character;) {
    const Step s = step(text_.substr(i));
    i += s.bytes;
    units += s.units;
  }
  return i;
}

}  // namespace lsp
