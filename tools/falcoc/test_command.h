// SPDX-License-Identifier: Apache-2.0
//
// `falcoc test`: rule tests from the command line; files and exit codes. What tests are is tools/testing.
#pragma once

#include "tools/falcoc/options.h"

namespace falcoc::tool {

/// Returns the exit code.
int run_test_command(const Options& options);

}  // namespace falcoc::tool
