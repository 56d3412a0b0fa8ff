// SPDX-License-Identifier: Apache-2.0
//
// Everything that compiles rules and then does one thing with the result: check and compile, cost, list, dump.
#pragma once

#include "tools/falcoc/options.h"

namespace falcoc::tool {

int run_rules_command(const Options& options);

}  // namespace falcoc::tool
