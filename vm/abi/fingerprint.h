// SPDX-License-Identifier: Apache-2.0
//
// Fingerprints: a hash of the rows of each table, computed while compiling. Compiler and VM are built on different
// days; an image whose numbers were given by other rows is refused, never guessed at. Mismatch detection, not security.
// Documentation columns don't count.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vm/abi/image_format.h"

namespace fvm {

namespace detail {
constexpr uint64_t fnv1a(const char* text, size_t bytes, uint64_t hash) {
  for (size_t i = 0; i < bytes; ++i) {
    hash ^= static_cast<uint8_t>(text[i]);
    hash *= 0x100000001b3u;
  }
  return hash;
}
template <uint64_t Hash>
inline constexpr uint64_t kRowHash = Hash;
template <size_t N>
constexpr uint64_t table_hash(const uint64_t (&rows)[N]) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (uint64_t row : rows) {
    hash ^= row;
    hash *= 0x100000001b3u;
    hash ^= hash >> 29;
  }
  return hash;
}

// Each row is a constant expression of its own, so that no table meets a compiler's limit on constant evaluation.
#define FALCO_ROW_HASH(text) kRowHash<fnv1a(text, sizeof(text) - 1, 0xcbf29ce484222325u)>,

inline constexpr uint64_t kEventRows[] = {
#define FALCO_EVENT(...) FALCO_ROW_HASH(#__VA_ARGS__)
#include "vm/abi/events.def"
#undef FALCO_EVENT
};
inline constexpr uint64_t kFieldRows[] = {
#define FALCO_FIELD(id, Sym, name, cls, type, arg, flags, format, domain, quant, doc) \
  FALCO_ROW_HASH(#id name #type #arg #flags #format #domain #quant)
#include "vm/abi/fields.def"
#undef FALCO_FIELD
};
inline constexpr uint64_t kOpcodeRows[] = {
#define FALCO_OP(code, Sym, mnemonic, A, B, flow, doc) FALCO_ROW_HASH(#code #Sym #A #B #flow)
#include "vm/abi/opcodes.def"
#undef FALCO_OP
};
inline constexpr uint64_t kTypeRows[] = {
#define FALCO_TYPE(...) FALCO_ROW_HASH(#__VA_ARGS__)
#include "vm/abi/types.def"
#undef FALCO_TYPE
};
inline constexpr uint64_t kCmpOpRows[] = {
#define FALCO_CMP_OP(...) FALCO_ROW_HASH(#__VA_ARGS__)
#include "vm/abi/cmp_ops.def"
#undef FALCO_CMP_OP
};
inline constexpr uint64_t kTransformerRows[] = {
#define FALCO_TRANSFORMER(id, Sym, name, lo, hi, doc) FALCO_ROW_HASH(#id ", " #Sym ", " #name ", " #lo ", " #hi)
#include "vm/abi/transformers.def"
#undef FALCO_TRANSFORMER
};
#undef FALCO_ROW_HASH
}  // namespace detail

inline constexpr Fingerprints kFingerprints = {
    detail::table_hash(detail::kEventRows),  detail::table_hash(detail::kFieldRows),
    detail::table_hash(detail::kOpcodeRows), detail::table_hash(detail::kTypeRows),
    detail::table_hash(detail::kCmpOpRows),  detail::table_hash(detail::kTransformerRows),
};

}  // namespace fvm
