// SPDX-License-Identifier: Apache-2.0
//
// The text of a condition as ANTLR reads it: one symbol per byte, so positions are byte offsets and bytes that are not
// UTF-8 are ordinary symbols. Borrows the text. Private to condition_parser.cc.
#pragma once

#include <antlr4-runtime.h>

#include <string>
#include <string_view>

namespace falcoc {

class ByteStream final : public antlr4::CharStream {
 public:
  explicit ByteStream(std::string_view text) : text_(text) {}

  void consume() override {
    if (position_ < text_.size()) ++position_;
  }
  size_t LA(ssize_t i) override {
    if (i == 0) return 0;
    const ssize_t at = static_cast<ssize_t>(position_) + (i > 0 ? i - 1 : i);
    if (at < 0 || at >= static_cast<ssize_t>(text_.size())) return antlr4::IntStream::EOF;
    return static_cast<unsigned char>(text_[static_cast<size_t>(at)]);
  }
  ssize_t mark() override { return -1; }
  void release(ssize_t) override {}
  size_t index() override { return position_; }
  void seek(size_t index) override { position_ = std::min(index, text_.size()); }
  size_t size() override { return text_.size(); }
  std::string getSourceName() const override { return "condition"; }
  std::string getText(const antlr4::misc::Interval& range) override {
    if (range.a < 0 || static_cast<size_t>(range.a) >= text_.size() || range.b < range.a) return {};
    return std::string(text_.substr(static_cast<size_t>(range.a), static_cast<size_t>(range.b - range.a) + 1));
  }
  std::string toString() const override { return std::string(text_); }

 private:
  std::string_view text_;
  size_t position_ = 0;
};

}  // namespace falcoc
