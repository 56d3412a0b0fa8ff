// SPDX-License-Identifier: Apache-2.0
//
// MappedText: text that was put together (decoded YAML scalars, appended conditions, expanded lists, assembled exceptions) and
// still knows for each byte which bytes of which file caused it. So a syntax error in an expanded condition points at the rules
// file. A segment is either verbatim (byte i of the text is byte i of the file range) or a block whose bytes all map to the whole
// range. What was inserted for a name (a list's items) also knows the place of that name: an error inside one item points at the
// item, an error around it at the condition. Knows nothing of YAML or conditions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/source/source_range.h"

namespace falcoc {

class MappedText {
 public:
  MappedText() = default;
  /// Text whose every byte maps to `from`.
  MappedText(std::string_view text, SourceRange from) { append(text, from); }

  const std::string& text() const { return text_; }
  std::string_view view() const { return text_; }
  size_t size() const { return text_.size(); }
  bool empty() const { return text_.empty(); }

  /// Bytes that stand in the file as they are: from.begin + i is where byte i stands. `from` has text.size() bytes.
  void append_verbatim(std::string_view text, SourceRange from);
  /// Bytes that `from` as a whole caused.
  void append(std::string_view text, SourceRange from);
  void append(const MappedText& piece);
  /// Bytes [begin, end) of `piece`.
  void append(const MappedText& piece, size_t begin, size_t end);

  /// `piece` in place of what stands at `site`.
  void append_at(const MappedText& piece, SourceRange site);

  MappedText substr(size_t begin, size_t end) const;
  /// Without spaces, TAB, CR, LF and BS at both ends.
  MappedText trimmed() const;

  /// Smallest file range that covers the bytes [begin, end), seen from the sites of insertions when it is not inside one. When the bytes come from several files, the range of the first.
  /// begin == end gives the place in front of the byte (behind the last byte at the end of the text).
  SourceRange map(size_t begin, size_t end) const;
  /// Of the name that the byte was inserted for; unknown when it was not.
  SourceRange site(size_t offset) const;

 private:
  struct Segment {
    uint32_t begin;  ///< in text_; ends where the next one begins
    bool verbatim;
    SourceRange from;
    SourceRange site;    ///< known: inserted in place of what stands there
  };
  size_t segment_at(size_t offset) const;
  void add_segment(size_t begin, bool verbatim, SourceRange from, SourceRange site);
  SourceRange map_byte(size_t offset) const;

  std::string text_;
  std::vector<Segment> segments_;
};

}  // namespace falcoc
