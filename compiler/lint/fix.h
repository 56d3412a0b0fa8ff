// SPDX-License-Identifier: Apache-2.0
//
// Repairs put into texts: the edits of diagnostics, applied where they don't meet. Knows no lint and writes no file.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/source/source_manager.h"

namespace falcoc {

struct FixedTexts {
  std::map<uint32_t, std::string> texts;  ///< by file id; only files that changed
  size_t applied = 0;  ///< repairs; a repair whose edits meet those of another one waits for the next run
};

/// Applies the repairs of `diagnostics` in their order.
FixedTexts apply_fixes(const SourceManager& sources, const std::vector<const Diagnostic*>& diagnostics);

}  // namespace falcoc
