// SPDX-License-Identifier: Apache-2.0
//
// All diagnostics of a run in the key shapes of `falco -V --json`, so that scripts made for it work:
//   {"falco_load_results": [{"name", "successful", "errors": [...], "warnings": [...]}]}
// with one object per file. Each error and warning has code, codedesc, message and context {locations, snippet}; what
// the reference does not report has our id as its code. Differences: there may be several errors, and no schema check.
#pragma once

#include <string>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/source/source_manager.h"

namespace falcoc {

/// Diagnostics without a place count for every file.
std::string render_falco_json(const SourceManager& sources, const std::vector<Diagnostic>& diagnostics);

}  // namespace falcoc
