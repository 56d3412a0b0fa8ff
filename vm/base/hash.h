// SPDX-License-Identifier: Apache-2.0
//
// XXH3 hashes of bytes. The only file that names xxHash; inlined, so users link nothing. No project knowledge.
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cstdint>
#include <initializer_list>

#include "vm/base/bytes.h"

namespace fvm {

inline uint64_t hash64(Bytes bytes, uint64_t seed = 0) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}
inline uint64_t hash64(std::string_view text, uint64_t seed = 0) { return hash64(as_bytes(text), seed); }

/// For tables whose keys are hashes already.
struct IdentityHash {
  size_t operator()(uint64_t hash) const { return hash; }
};

/// XXH3-128 of the pieces one after the other, in canonical (big-endian) form.
inline std::array<uint8_t, 16> hash128(std::initializer_list<Bytes> pieces) {
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  for (Bytes piece : pieces) XXH3_128bits_update(&state, piece.data(), piece.size());
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
  std::array<uint8_t, 16> out{};
  for (size_t i = 0; i < out.size(); ++i) out[i] = canonical.digest[i];
  return out;
}

}  // namespace fvm
