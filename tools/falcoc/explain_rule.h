// SPDX-License-Identifier: Apache-2.0
//
// `falcoc explain RULE`: what a rule became: its condition with everything expanded and where each part was written,
// events, cost.
#pragma once

#include "tools/falcoc/options.h"

namespace falcoc::tool {

/// The rule Options::subject of the files Options::rules. Returns the exit code.
int explain_rule(const Options& options);

}  // namespace falcoc::tool
