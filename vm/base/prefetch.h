// SPDX-License-Identifier: Apache-2.0
//
// Starts loading memory that will be wanted soon. No project knowledge.
#pragma once

#include <cstddef>

namespace fvm {

/// The cache line at `p`, which need not be a valid address.
inline void prefetch(const void* p) {
  __builtin_prefetch(p);
  // To the compiler a prefetch has no effect: g++ 12 drops functions that do nothing else.
  asm volatile("" : : "r"(p));
}

/// Every line of an object of `bytes` bytes.
inline void prefetch_object(const void* object, size_t bytes) {
  constexpr size_t kLineBytes = 64;
  for (size_t at = 0; at < bytes; at += kLineBytes) prefetch(static_cast<const char*>(object) + at);
}

}  // namespace fvm
