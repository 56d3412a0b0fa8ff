// SPDX-License-Identifier: Apache-2.0
//
// NUL-separated lists as events and process lists carry them (args, env, cgroups). The last NUL ends the list, a
// missing one is tolerated; empty items in between count.
#pragma once

#include <string_view>

#include "vm/abi/limits.h"

namespace fvm {

/// Calls f(item) per item; f returns false to stop.
template <typename F>
void for_each_item(std::string_view list, F&& f) {
  list = list.substr(0, limits::kStoredListBytes);
  while (!list.empty()) {
    const size_t nul = list.find('\0');
    if (!f(list.substr(0, nul))) return;
    if (nul == std::string_view::npos) return;
    list.remove_prefix(nul + 1);
  }
}

}  // namespace fvm
