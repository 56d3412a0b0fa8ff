// SPDX-License-Identifier: Apache-2.0
//
// The public entry of the compiler: rules files in, checked rules, a selection and image bytes out; everything wrong with them
// goes to Diagnostics. Files are loaded one after the other, and after each the whole collection must compile, as in the
// reference (rules language reference 1.1); only what the last load says about unused and doubtful things is kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/driver/selection.h"
#include "compiler/emit/emit.h"
#include "compiler/sema/checked_rules.h"
#include "compiler/source/source_manager.h"

namespace falcoc {

struct CompileOptions {
  SelectionOptions selection;
  std::vector<std::string> append_output;  ///< added to every rule's output
  std::vector<std::string> extra_sources;  ///< event sources besides `syscall`
  bool emit = true;                        ///< make image bytes
  bool strip = false;                      ///< without source map
  std::vector<std::string> passes_off;
};

struct CompileResult {
  std::optional<CheckedRules> rules;  ///< nullopt iff an error was emitted before selection
  SelectionSummary selection;
  std::optional<CompiledImage> image; ///< when asked for, and nothing failed
};

/// Compiles the texts `files` (ids in `sources`), in this order.
CompileResult compile(const SourceManager& sources, const std::vector<uint32_t>& files, const CompileOptions& options,
                      Diagnostics& diags);

/// The checked rules as the reference's rule loader would leave them after `files`, before selection.
std::optional<CheckedRules> load_rules(const SourceManager& sources, const std::vector<uint32_t>& files,
                                       const CompileOptions& options, Diagnostics& diags);

}  // namespace falcoc
