// SPDX-License-Identifier: Apache-2.0
//
// From one rules file to the Collection: decides what each item is, decodes and validates it, applies append, override and the
// enabled-only form. Does not look into conditions and outputs.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/source/source_manager.h"
#include "compiler/yaml/collection.h"
#include "compiler/yaml/yaml_pieces.h"

namespace falcoc {

struct LoadOptions {
  std::vector<std::string> extra_sources;  ///< event sources besides `syscall`
  /// Whether a field of an exception exists (with argument, or a transformer call around it). Empty: everything does.
  std::function<bool(std::string_view field)> known_field;
  Recall<YamlPiece>* recall = nullptr;  ///< what was read before, if that is of use
};

/// Reads the items of a file behind what the collection already holds. Goes on after a bad item to report more than one
/// mistake; the reference stops at the first error, so only what precedes it compares. false: errors were emitted.
bool load_rules(const SourceManager& sources, uint32_t file, const LoadOptions& options, Collection& collection, Diagnostics& diags);

}  // namespace falcoc
