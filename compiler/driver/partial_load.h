// SPDX-License-Identifier: Apache-2.0
//
// load_files() for those who can't wait: it compiles after some of the loads only. What is wrong with one of the other
// loads alone isn't found; everything else is as in compile.h. With a Recollection, what did not change since the last
// call is not read and parsed again.
#pragma once

#include <optional>
#include <vector>

#include "compiler/driver/compile.h"
#include "compiler/parse/condition_parser.h"
#include "compiler/source/recall.h"
#include "compiler/yaml/yaml_pieces.h"

namespace falcoc {

/// What was worked out from texts in earlier calls. Call next_round() between what belongs to different moments.
struct Recollection {
  Recall<YamlPiece> pieces;
  Recall<ParsedCondition> conditions;
  void next_round() {
    pieces.next_round();
    conditions.next_round();
  }
};

/// Compiles after the files `check_after` and after the last of `files`. nullopt iff an error was emitted.
std::optional<LoadedRules> load_files_checking(const SourceManager& sources, const std::vector<uint32_t>& files,
                                               const std::vector<uint32_t>& check_after, const CompileOptions& options,
                                               Diagnostics& diags, Recollection* recollection = nullptr);

}  // namespace falcoc
