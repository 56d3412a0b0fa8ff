// SPDX-License-Identifier: Apache-2.0
//
// Rule priorities, most severe first; position = number stored in images = syslog severity.
#pragma once

#include <string_view>

namespace fvm {

inline constexpr std::string_view kPriorityNames[] = {"Emergency", "Alert",  "Critical",      "Error",
                                                      "Warning",   "Notice", "Informational", "Debug"};

}  // namespace fvm
