// SPDX-License-Identifier: Apache-2.0
//
// The only door to the YAML library: file text in, RawDocuments out. Its exceptions, recursion and alias expansion end here.
#pragma once

#include <optional>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/source/source_manager.h"
#include "compiler/yaml/raw_document.h"

namespace falcoc {

/// All documents of one file but empty ones, in order. nullopt: an error was emitted; nothing of the file counts then.
std::optional<std::vector<RawDocument>> read_yaml(const SourceManager& sources, uint32_t file, Diagnostics& diags);

}  // namespace falcoc
