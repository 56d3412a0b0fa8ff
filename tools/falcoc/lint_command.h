// SPDX-License-Identifier: Apache-2.0
//
// `falcoc lint`: runs the lints on rules, and with --fix first writes the repairs they offer.
#pragma once

#include <string>

#include "tools/falcoc/options.h"

namespace falcoc::tool {

int run_lint_command(const Options& options);

/// The table of lints; as Markdown it is docs/lint.md.
std::string list_lints(listing::Format format);

}  // namespace falcoc::tool
