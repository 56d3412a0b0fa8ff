// SPDX-License-Identifier: Apache-2.0
//
// Reading a rules file again after a small change: each item of the sequence at its top is given to the YAML library
// alone, and what it made of an item is kept by the item's text. A file that can't be taken apart this way is read as a
// whole, so the result is that of read_yaml(), always.
#pragma once

#include <optional>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/source/recall.h"
#include "compiler/source/source_manager.h"
#include "compiler/yaml/raw_document.h"

namespace falcoc {

/// The text of one item, read as a file of its own.
struct YamlPiece {
  std::optional<RawDocument> document;  ///< a sequence; nullopt: the text means nothing alone
  size_t nodes = 0;                     ///< of the document, those of the item
};

std::optional<std::vector<RawDocument>> read_yaml_pieces(const SourceManager& sources, uint32_t file,
                                                         Recall<YamlPiece>& recall, Diagnostics& diags);

}  // namespace falcoc
