// SPDX-License-Identifier: Apache-2.0
#include "vm/ops/regex.h"

#include "vm/ops/compare.h"
#include "vm/ops/regex_options.h"

namespace fvm::ops {
namespace {

/// Bytes of the well-formed UTF-8 sequence at the start of `s`, or 0.
size_t sequence_length(std::string_view s) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(s[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  size_t length = 0;
  uint8_t low = 0x80;
  uint8_t high = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    if (lead == 0xe0) low = 0xa0;   // overlong
    if (lead == 0xed) high = 0x9f;  // surrogates
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    if (lead == 0xf0) low = 0x90;   // overlong
    if (lead == 0xf4) high = 0x8f;  // beyond U+10FFFF
  }
  if (length == 0 || s.size() < length || byte(1) < low || byte(1) > high) return 0;
  for (size_t i = 2; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  return length;
}

bool is_valid_utf8(std::string_view s) {
  if (is_ascii(s)) return true;
  while (!s.empty()) {
    const size_t length = sequence_length(s);
    if (length == 0) return false;
    s.remove_prefix(length);
  }
  return true;
}

/// Each byte that starts no well-formed sequence becomes U+FFFD.
std::string replace_invalid(std::string_view s) {
  std::string out;
  out.reserve(s.size() * 3);
  while (!s.empty()) {
    const size_t length = sequence_length(s);
    if (length == 0) out += "\xef\xbf\xbd";
    else out += s.substr(0, length);
    s.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace

struct Regex::Impl {
  explicit Impl(std::string_view pattern) : re(re2::StringPiece(pattern.data(), pattern.size()), regex_options()) {}
  RE2 re;
};

Regex::Regex(std::string_view pattern) : impl_(std::make_unique<Impl>(pattern)) {}
Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

bool Regex::valid() const { return impl_->re.ok(); }
std::string Regex::error() const { return impl_->re.error(); }
size_t Regex::program_size() const { return valid() ? static_cast<size_t>(impl_->re.ProgramSize()) : 0; }

bool Regex::matches(std::string_view text) const {
  if (!valid()) return false;
  if (is_valid_utf8(text)) return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), impl_->re);
  return RE2::FullMatch(replace_invalid(text), impl_->re);
}

}  // namespace fvm::ops
