// SPDX-License-Identifier: Apache-2.0
//
// `falcoc diff`: what changed between two sets of rules, as text or JSON.
#pragma once

#include "tools/falcoc/options.h"

namespace falcoc::tool {

/// Returns 0 when both are the same, 1 when they differ, 2 for wrong usage or rules that
/// don't compile, 3 when a file failed.
int run_diff_command(const Options& options);

}  // namespace falcoc::tool
