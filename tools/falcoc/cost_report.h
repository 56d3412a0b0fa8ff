// SPDX-License-Identifier: Apache-2.0
//
// `falcoc cost`: what rules can cost, as text or JSON, and what is wrong with that.
#pragma once

#include <optional>
#include <string>

#include "compiler/driver/compile.h"
#include "tools/falcoc/options.h"

namespace falcoc::tool {

/// The report for `loaded`, which compiled. Rules above --max-cost are errors. nullopt: the profile can't be used.
std::optional<std::string> cost_report(const LoadedRules& loaded, const SourceManager& sources, const Options& options,
                                       Diagnostics& diags);

}  // namespace falcoc::tool
