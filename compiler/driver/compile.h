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
#include "compiler/yaml/collection.h"

namespace falcoc {

struct CompileOptions {
  SelectionOptions selection;
  std::vector<std::string> append_output;  ///< added to every rule's output
  std::vector<std::string> extra_sources;  ///< event sources besides `syscall`
  bool emit = true;                        ///< make image bytes
  bool strip = false;                      ///< without source map and digest of the sources
  std::vector<std::string> passes_off;
  /// Report what each load finds unused or doubtful, as the reference does, not only the last one.
  bool warnings_of_every_load = false;
};

struct LoadedRules {
  Collection collection;
  CheckedRules rules;
};

struct CompileResult {
  std::optional<LoadedRules> loaded;   ///< nullopt iff an error was emitted before selection
  SelectionSummary selection;
  std::optional<CompiledImage> image;  ///< when asked for, and nothing failed
};

/// Compiles the texts `files` (ids in `sources`), in this order.
CompileResult compile(const SourceManager& sources, const std::vector<uint32_t>& files, const CompileOptions& options,
                      Diagnostics& diags);

/// The first half: what the rule loader leaves after `files`, before selection. nullopt iff an error was emitted.
std::optional<LoadedRules> load_files(const SourceManager& sources, const std::vector<uint32_t>& files, const CompileOptions& options,
                                      Diagnostics& diags);

}  // namespace falcoc
