// SPDX-License-Identifier: Apache-2.0
//
// Names and switches of the passes.
#include "compiler/opt/passes.h"

#include <algorithm>
#include <iterator>

namespace falcoc {
namespace {

constexpr std::string_view kNames[] = {
#define FALCO_PASS(Sym, name) name,
    FALCO_PASSES(FALCO_PASS)
#undef FALCO_PASS
};

}  // namespace

PassSet::PassSet(const std::vector<std::string>& off) {
  for (size_t i = 0; i < std::size(kNames); ++i)
    if (std::ranges::find(off, kNames[i]) != off.end()) bits_ &= ~(1u << i);
}

std::vector<std::string_view> pass_names() { return {std::begin(kNames), std::end(kNames)}; }

}  // namespace falcoc
