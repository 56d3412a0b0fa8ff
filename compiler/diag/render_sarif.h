// SPDX-License-Identifier: Apache-2.0
//
// All diagnostics of a run as one SARIF 2.1.0 document, for code scanning services and editors. Columns count
// characters
// (`columnKind: unicodeCodePoints`); notes with a place are related locations, repairs are `fixes`.
#pragma once

#include <string>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/source/source_manager.h"

namespace falcoc {

/// `version` is the program's. Severities are those of the diagnostics given.
std::string render_sarif(const SourceManager& sources, const std::vector<Diagnostic>& diagnostics,
                         std::string_view version);

}  // namespace falcoc
