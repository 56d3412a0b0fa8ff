// SPDX-License-Identifier: Apache-2.0
//
// Number and address texts of TextBuilder.
#include "vm/field/text_builder.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace fvm {

void TextBuilder::reserve(size_t more) {
  if (capacity_ - size_ >= more) return;
  const size_t wanted = std::max({size_ + more, 2 * capacity_, size_t{64}});
  char* bigger = arena_.alloc(wanted);
  if (size_ != 0) std::memcpy(bigger, data_, size_);
  data_ = bigger;
  capacity_ = wanted;
}

TextBuilder& TextBuilder::add_int(int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return add({digits, static_cast<size_t>(end - digits)});
}

TextBuilder& TextBuilder::add_uint(uint64_t value) { return add_padded(value, 1); }

TextBuilder& TextBuilder::add_padded(uint64_t value, unsigned digits) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  const auto size = static_cast<size_t>(end - buffer);
  for (size_t i = size; i < digits; ++i) add('0');
  return add({buffer, size});
}

TextBuilder& TextBuilder::add_hex_lower(uint64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, 16).ptr;
  return add({digits, static_cast<size_t>(end - digits)});
}

TextBuilder& TextBuilder::add_hex_upper(uint64_t value) {
  const size_t start = size_;
  add_hex_lower(value);
  for (size_t i = start; i < size_; ++i)
    if (data_[i] >= 'a') data_[i] = static_cast<char>(data_[i] - 'a' + 'A');
  return *this;
}

TextBuilder& TextBuilder::add_octal(uint64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, 8).ptr;
  return add({digits, static_cast<size_t>(end - digits)});
}

TextBuilder& TextBuilder::add_double(const char* format, double value) {
  char text[400];  // the longest double in %.1f has 311 characters
  const int size = std::snprintf(text, sizeof text, format, value);
  return add({text, static_cast<size_t>(std::clamp<int>(size, 0, sizeof text - 1))});
}

TextBuilder& TextBuilder::add_ip(const IpAddr& address) {
  char text[INET6_ADDRSTRLEN];
  if (inet_ntop(address.family == 6 ? AF_INET6 : AF_INET, address.bytes.data(), text, sizeof text)) add(text);
  return *this;
}

TextBuilder& TextBuilder::add_printable(Bytes bytes) {
  if (bytes.empty()) return *this;
  reserve(bytes.size());
  for (const uint8_t b : bytes) data_[size_++] = b >= 0x20 && b <= 0x7e ? static_cast<char>(b) : '.';
  return *this;
}

}  // namespace fvm
