// SPDX-License-Identifier: Apache-2.0
//
// `falcoc fmt`: rules files in canonical form, in place, to standard output, or only compared.
#pragma once

#include "tools/falcoc/options.h"

namespace falcoc::tool {

int run_fmt_command(const Options& options);

}  // namespace falcoc::tool
