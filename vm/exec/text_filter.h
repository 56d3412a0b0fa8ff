// SPDX-License-Identifier: Apache-2.0
//
// TextFilter: what a text must look like for a predicate to have a chance: length, first and last letters, pairs of
// neighbouring letters. A text is looked at once, then rules out most of many predicates in a few instructions each.
// May let a text through for nothing, never keeps one out that the predicate accepts.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "vm/abi/tables.h"
#include "vm/base/bytes.h"

namespace fvm {

/// Features of one text.
class TextFeatures {
 public:
  explicit TextFeatures(std::string_view text)
      : length_(length_bit(text.size())), head_(head(text)), tail_(tail(text)), unread_(text) {}

 private:
  friend class TextFilter;
  using Pairs = std::array<uint64_t, 2>;
  static constexpr size_t kMostPairs = 160;  ///< a longer text has most pairs; looking is not worth it

  TextFeatures() = default;
  /// Looked for when the first predicate asks.
  const Pairs& pairs() const {
    if (!unread_.empty()) {
      if (unread_.size() <= kMostPairs) {
        add_pairs(unread_);
      } else {
        pairs_ = {~uint64_t{0}, ~uint64_t{0}};
      }
      unread_ = {};
    }
    return pairs_;
  }
  void add_pairs(std::string_view text) const {
    for (size_t i = 1; i < text.size(); ++i) {
      const unsigned pair = static_cast<uint8_t>(text[i - 1]) * 37u + static_cast<uint8_t>(text[i]) * 11u;
      pairs_[pair / 64 % 2] |= uint64_t{1} << (pair % 64);
    }
  }
  static uint64_t length_bit(size_t length) { return uint64_t{1} << (length % 64); }
  /// Bytes beyond a short text are zero.
  static uint64_t head(std::string_view text) {
    uint64_t bytes = 0;
    if (text.empty()) return 0;
    if (!text.empty()) std::memcpy(&bytes, text.data(), text.size() < sizeof bytes ? text.size() : sizeof bytes);
    return bytes;
  }
  static uint64_t tail(std::string_view text) {
    if (text.size() >= sizeof(uint64_t)) return head(text.substr(text.size() - sizeof(uint64_t)));
    return text.empty() ? 0 : head(text) << 8 * (sizeof(uint64_t) - text.size());
  }

  uint64_t length_ = 0, head_ = 0, tail_ = 0;
  mutable Pairs pairs_{};
  mutable std::string_view unread_;  ///< text whose pairs are not in pairs_ yet
};
static_assert(std::endian::native == std::endian::little, "head and tail take the first byte for the lowest");

class TextFilter {
 public:
  /// Lets everything through.
  TextFilter() = default;

  /// Of a predicate without modifier over one text value. `constants` is any range of std::string_view.
  template <typename Texts>
  static TextFilter of(CmpOp op, const Texts& constants) {
    TextFilter filter;
    switch (op) {
      case CmpOp::In:
      case CmpOp::Intersects:
        filter.lengths_ = 0;
        for (const std::string_view text : constants) filter.lengths_ |= TextFeatures::length_bit(text.size());
        break;
      case CmpOp::Eq:
      case CmpOp::StartsWith:
      case CmpOp::EndsWith:
      case CmpOp::Contains:
      case CmpOp::Glob:
        for (const std::string_view text : constants) filter.need(op, text);
        break;
      default:
        break;
    }
    return filter;
  }

  bool lets_through(const TextFeatures& text) const {
    if ((lengths_ & text.length_) == 0) return false;
    if ((((text.head_ ^ head_) & head_mask_) | ((text.tail_ ^ tail_) & tail_mask_)) != 0) return false;
    if ((needs_.pairs_[0] | needs_.pairs_[1]) == 0) return true;
    const TextFeatures::Pairs& pairs = text.pairs();
    return ((needs_.pairs_[0] & ~pairs[0]) | (needs_.pairs_[1] & ~pairs[1])) == 0;
  }

 private:
  void need(CmpOp op, std::string_view text) {
    if (op == CmpOp::Glob) {
      need_literals(text);
      return;
    }
    needs_.add_pairs(text);
    const size_t bits = 8 * (text.size() < sizeof(uint64_t) ? text.size() : sizeof(uint64_t));
    if (op == CmpOp::Eq) lengths_ = TextFeatures::length_bit(text.size());
    if (bits == 0) return;
    if (op == CmpOp::Eq || op == CmpOp::StartsWith) {
      head_ = TextFeatures::head(text);
      head_mask_ = ~uint64_t{0} >> (64 - bits);
    }
    if (op == CmpOp::Eq || op == CmpOp::EndsWith) {
      tail_ = TextFeatures::tail(text);
      tail_mask_ = ~uint64_t{0} << (64 - bits);
    }
  }
  /// The literal runs of a pattern; none of one with classes or escapes.
  void need_literals(std::string_view pattern) {
    if (pattern.find_first_of("[\\") != std::string_view::npos) return;
    while (!pattern.empty()) {
      const size_t end = pattern.find_first_of("*?");
      needs_.add_pairs(pattern.substr(0, end));
      if (end == std::string_view::npos) return;
      pattern.remove_prefix(end + 1);
    }
  }

  uint64_t lengths_ = ~uint64_t{0};
  uint64_t head_ = 0, head_mask_ = 0, tail_ = 0, tail_mask_ = 0;
  TextFeatures needs_;
};

}  // namespace fvm
