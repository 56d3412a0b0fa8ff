// SPDX-License-Identifier: Apache-2.0
//
// How RE2 reads patterns here; for regex.cc and regex_filter.cc, the only files that know RE2.
#pragma once

#include <re2/re2.h>

#include <cstdint>

namespace fvm::ops {

inline RE2::Options regex_options() {
  constexpr int64_t kMaxMemBytes = 8 << 20;  // RE2's own default, stated because patterns come from outside
  RE2::Options options(RE2::POSIX);          // POSIX-egrep syntax, leftmost-longest, UTF-8
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemBytes);
  return options;
}

}  // namespace fvm::ops
