// SPDX-License-Identifier: Apache-2.0
//
// FALCO_CHECK: our own mistakes stop the program, in every build. FALCO_DCHECK: the same in debug builds only.
#pragma once

#include <cstdlib>

namespace fvm::detail {
[[noreturn]] inline void check_failed() { std::abort(); }
}  // namespace fvm::detail

#define FALCO_CHECK(condition) \
  do {                         \
    if (!(condition)) [[unlikely]] ::fvm::detail::check_failed(); \
  } while (false)

#ifdef NDEBUG
#define FALCO_DCHECK(condition) \
  do {                          \
  } while (false)
#else
#define FALCO_DCHECK(condition) FALCO_CHECK(condition)
#endif
