// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics as workflow commands, which GitHub shows beside the changed lines:
//   ::error file=rules.yaml,line=12,col=20,endLine=12,endColumn=28,title=FC2003::unknown field `proc.nam`
#pragma once

#include <string>

#include "compiler/diag/diagnostics.h"
#include "compiler/source/source_manager.h"

namespace falcoc {

/// One line, with its line break. The severity is the diagnostic's own.
std::string render_github(const SourceManager& sources, const Diagnostic& diagnostic);

}  // namespace falcoc
