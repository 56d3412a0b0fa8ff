// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics for programs: one JSON object each, on one line.
//   {"id":"FC2003","slug":"unknown-field","severity":"error","message":"…","file":"…","line":12,"column":20,"end_line":12,
//    "end_column":28,"reference_code":"LOAD_ERR_COMPILE_CONDITION","notes":[…],"suggestion":{…},
//    "fix":{"title":"…","edits":[{"replacement":"…",…}]}}
// Places are absent when unknown; malformed UTF-8 becomes U+FFFD.
#pragma once

#include <string>

#include "compiler/diag/diagnostics.h"
#include "compiler/source/source_manager.h"

namespace falcoc {

std::string render_json(const SourceManager& sources, const Diagnostic& diagnostic);

}  // namespace falcoc
