// SPDX-License-Identifier: Apache-2.0
//
// `falcoc explain ID`: the long text of a diagnostic with an example.
#pragma once

#include <string>

namespace falcoc::tool {

/// Prints; returns the exit code.
int explain(const std::string& name);

}  // namespace falcoc::tool
