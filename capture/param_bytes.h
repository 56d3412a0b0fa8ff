// SPDX-License-Identifier: Apache-2.0
//
// Values as bytes of an event's parameter, for events that the writer makes itself.
#pragma once

#include <string>
#include <string_view>

namespace fvm::param_bytes {

template <typename T>
std::string number(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

inline std::string text(std::string_view s) { return std::string(s) + '\0'; }

}  // namespace fvm::param_bytes
