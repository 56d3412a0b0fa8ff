// SPDX-License-Identifier: Apache-2.0
//
// How a profile in JSON says what it is. falco-vm writes it, falcoc reads it; docs/cost.md describes the keys.
#pragma once

#include <string_view>

namespace fvm {

inline constexpr std::string_view kProfileFormat = "falco-vm profile";
inline constexpr int kProfileVersion = 1;

}  // namespace fvm
