// SPDX-License-Identifier: Apache-2.0
//
// Borrowed bytes and unaligned little-endian reads. No project knowledge.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace fvm {

static_assert(std::endian::native == std::endian::little, "images and captures are little-endian; so is every supported host");

using Bytes = std::span<const uint8_t>;

/// Reads a T at `p`, which need not be aligned; the caller has checked the bounds.
template <typename T>
T load(const uint8_t* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

inline std::string_view as_text(Bytes b) { return {reinterpret_cast<const char*>(b.data()), b.size()}; }
inline Bytes as_bytes(std::string_view s) { return {reinterpret_cast<const uint8_t*>(s.data()), s.size()}; }

/// Bytes up to the first NUL.
inline std::string_view until_nul(Bytes b) {
  const void* nul = b.empty() ? nullptr : std::memchr(b.data(), 0, b.size());
  return as_text(nul ? b.first(static_cast<size_t>(static_cast<const uint8_t*>(nul) - b.data())) : b);
}

}  // namespace fvm
