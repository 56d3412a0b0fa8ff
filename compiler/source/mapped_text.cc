// SPDX-License-Identifier: Apache-2.0
#include "compiler/source/mapped_text.h"

#include <algorithm>

#include "vm/base/check.h"

namespace falcoc {

namespace {

bool same_place(SourceRange a, SourceRange b) { return a.file == b.file && a.begin == b.begin && a.end == b.end; }

}  // namespace

void MappedText::add_segment(size_t begin, bool verbatim, SourceRange from, SourceRange site) {
  // Adjacent verbatim pieces of one file join, so text cut and put together again is as small as before.
  if (!segments_.empty()) {
    Segment& last = segments_.back();
    const bool same_kind = last.verbatim == verbatim && last.from.file == from.file && same_place(last.site, site);
    if (same_kind && verbatim && last.from.end == from.begin) {
      last.from.end = from.end;
      return;
    }
    if (same_kind && !verbatim && same_place(last.from, from)) return;
  }
  segments_.push_back({static_cast<uint32_t>(begin), verbatim, from, site});
}

void MappedText::append_verbatim(std::string_view text, SourceRange from) {
  FALCO_CHECK(!from.known() || from.end - from.begin == text.size());
  if (text.empty()) return;
  add_segment(text_.size(), from.known(), from, {});
  text_ += text;
}

void MappedText::append(std::string_view text, SourceRange from) {
  if (text.empty()) return;
  add_segment(text_.size(), false, from, {});
  text_ += text;
}

void MappedText::append(const MappedText& piece) { append(piece, 0, piece.size()); }

void MappedText::append(const MappedText& piece, size_t begin, size_t end) {
  if (begin >= end) return;
  FALCO_CHECK(end <= piece.size() && &piece != this);
  for (size_t i = piece.segment_at(begin); i < piece.segments_.size() && piece.segments_[i].begin < end; ++i) {
    const Segment& s = piece.segments_[i];
    const size_t segment_end = i + 1 < piece.segments_.size() ? piece.segments_[i + 1].begin : piece.size();
    const size_t from = std::max<size_t>(s.begin, begin);
    const size_t to = std::min(segment_end, end);
    SourceRange range = s.from;
    if (s.verbatim) {
      range.begin = s.from.begin + static_cast<uint32_t>(from - s.begin);
      range.end = range.begin + static_cast<uint32_t>(to - from);
    }
    add_segment(text_.size() + (from - begin), s.verbatim, range, s.site);
  }
  text_.append(piece.text_, begin, end - begin);
}

void MappedText::append_at(const MappedText& piece, SourceRange site) {
  if (piece.empty()) return;
  const size_t base = text_.size();
  for (const Segment& s : piece.segments_) add_segment(base + s.begin, s.verbatim, s.from, site);
  text_ += piece.text_;
}

MappedText MappedText::substr(size_t begin, size_t end) const {
  MappedText out;
  out.append(*this, begin, std::min(end, size()));
  return out;
}

MappedText MappedText::trimmed() const {
  constexpr std::string_view kBlanks = " \t\r\n\b";
  const size_t begin = text_.find_first_not_of(kBlanks);
  if (begin == std::string::npos) return {};
  return substr(begin, text_.find_last_not_of(kBlanks) + 1);
}

size_t MappedText::segment_at(size_t offset) const {
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), offset,
                                      [](size_t at, const Segment& s) { return at < s.begin; });
  return static_cast<size_t>(after - segments_.begin()) - 1;
}

SourceRange MappedText::map_byte(size_t offset) const {
  const Segment& s = segments_[segment_at(offset)];
  if (!s.verbatim) return s.from;
  const uint32_t at = s.from.begin + static_cast<uint32_t>(offset - s.begin);
  return {s.from.file, at, at + 1};
}

SourceRange MappedText::site(size_t offset) const {
  return offset < size() ? segments_[segment_at(offset)].site : SourceRange{};
}

SourceRange MappedText::map(size_t begin, size_t end) const {
  if (segments_.empty()) return {};
  begin = std::min(begin, size());
  end = std::clamp(end, begin, size());
  if (begin == end) {
    if (begin < size()) {
      SourceRange at = map_byte(begin);
      if (segments_[segment_at(begin)].verbatim) at.end = at.begin;
      return at;
    }
    SourceRange at = map_byte(size() - 1);
    at.begin = at.end;
    return at;
  }
  const size_t first = segment_at(begin);
  const size_t last = segment_at(end - 1);
  SourceRange hull;
  for (size_t i = first; i <= last; ++i) {
    const Segment& s = segments_[i];
    SourceRange range;
    if (s.site.known() && first != last) {
      range = s.site;
    } else if (s.verbatim) {
      const size_t segment_end = i + 1 < segments_.size() ? segments_[i + 1].begin : size();
      range = {s.from.file, s.from.begin + static_cast<uint32_t>(std::max<size_t>(begin, s.begin) - s.begin),
               s.from.begin + static_cast<uint32_t>(std::min(end, segment_end) - s.begin)};
    } else {
      range = s.from;
    }
    if (!hull.known()) {
      hull = range;
    } else if (range.file == hull.file) {
      hull.begin = std::min(hull.begin, range.begin);
      hull.end = std::max(hull.end, range.end);
    }
  }
  return hull;
}

}  // namespace falcoc
