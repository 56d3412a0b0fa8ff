// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics for people: place, id, message, the source line with a caret, notes (with their own source lines), suggestions.
// A warning that was made an error says so beside its id. Control characters of the
// source never reach a terminal. Knows nothing of files beyond SourceManager.
#pragma once

#include <string>

#include "compiler/diag/diagnostics.h"
#include "compiler/source/source_manager.h"

namespace falcoc {

struct TextStyle {
  bool colour = false;
};

std::string render_text(const SourceManager& sources, const Diagnostic& diagnostic, TextStyle style);

/// Control characters, DEL and malformed UTF-8 as `\xHH`; TAB and line breaks as `\t`, `\n`.
std::string printable(std::string_view text);

}  // namespace falcoc
