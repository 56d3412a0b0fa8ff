// SPDX-License-Identifier: Apache-2.0
//
// Counts calls of the global operator new in the program it is linked into (allocations.cc replaces the operators).
#pragma once

#include <cstdint>

namespace bench {

struct Allocations {
  uint64_t count = 0;
  uint64_t bytes = 0;
};

Allocations allocations();

}  // namespace bench
