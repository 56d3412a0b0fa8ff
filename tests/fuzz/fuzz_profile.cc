// SPDX-License-Identifier: Apache-2.0
//
// A profile of rules, as `falcoc cost --profile` reads it: refused with words, or numbers that can be worked with.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "compiler/cost/measured.h"
#include "vm/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto run = falcoc::read_profile({reinterpret_cast<const char*>(data), size});
  if (!run) {
    FALCO_CHECK(!run.error().empty());
    return 0;
  }
  for (const auto& [name, rule] : run->rules) FALCO_CHECK(!std::isnan(falcoc::weighted_cost({}, rule)));
  return 0;
}
