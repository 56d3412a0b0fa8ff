// SPDX-License-Identifier: Apache-2.0
//
// TextBuilder: text of unknown length, grown inside an event's Arena. The result stays valid until the arena is reset; an
// abandoned smaller buffer is forgotten with it. No heap beyond the arena's. Knows how numbers and addresses are written
// (Format of tables.h), nothing of fields or events.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "vm/base/arena.h"
#include "vm/ops/value.h"

namespace fvm {

class TextBuilder {
 public:
  explicit TextBuilder(Arena& arena) : arena_(arena) {}

  TextBuilder& add(std::string_view text) {
    if (text.empty()) return *this;
    reserve(text.size());
    std::memcpy(data_ + size_, text.data(), text.size());
    size_ += text.size();
    return *this;
  }
  TextBuilder& add(char c) {
    reserve(1);
    data_[size_++] = c;
    return *this;
  }
  TextBuilder& add_int(int64_t value);
  TextBuilder& add_uint(uint64_t value);
  /// Decimal with at least `digits` digits, zero-padded.
  TextBuilder& add_padded(uint64_t value, unsigned digits);
  TextBuilder& add_hex_upper(uint64_t value);
  TextBuilder& add_hex_lower(uint64_t value);
  TextBuilder& add_octal(uint64_t value);
  /// `%.*g` or `%.1f`, as `format` says.
  TextBuilder& add_double(const char* format, double value);
  /// Dotted quad, or the shortest IPv6 text.
  TextBuilder& add_ip(const IpAddr& address);
  /// Bytes 0x20 to 0x7e as they are, others as a dot.
  TextBuilder& add_printable(Bytes bytes);

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void truncate(size_t size) {
    if (size < size_) size_ = size;
  }
  std::string_view view() const { return {data_, size_}; }

 private:
  void reserve(size_t more);

  Arena& arena_;
  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace fvm
