// SPDX-License-Identifier: Apache-2.0
//
// `falcoc docs`: the reference pages as files.
#pragma once

#include "tools/falcoc/options.h"

namespace falcoc::tool {

int run_docs_command(const Options& options);

}  // namespace falcoc::tool
