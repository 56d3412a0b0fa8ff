// SPDX-License-Identifier: Apache-2.0
//
// The only door to the YAML library: file text in, RawDocuments out. Its exceptions, recursion and alias expansion end here.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/source/source_manager.h"
#include "compiler/yaml/raw_document.h"

namespace falcoc {

/// All documents of one file but empty ones, in order. nullopt: an error was emitted; nothing of the file counts then.
std::optional<std::vector<RawDocument>> read_yaml(const SourceManager& sources, uint32_t file, Diagnostics& diags);

/// Its two halves, for yaml_pieces.h. Whether the bytes may be given to the library at all; false: an error was emitted.
bool check_yaml_bytes(std::string_view text, uint32_t file, Diagnostics& diags);
/// What the library makes of checked bytes; `file` is only what places name.
std::optional<std::vector<RawDocument>> parse_yaml(std::string_view text, uint32_t file, Diagnostics& diags);

}  // namespace falcoc
