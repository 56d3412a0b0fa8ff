// SPDX-License-Identifier: Apache-2.0
//
// load_files() for those who can't wait: it compiles after some of the loads only. What is wrong with one of the other
// loads alone isn't found; everything else is as in compile.h.
#pragma once

#include <optional>
#include <vector>

#include "compiler/driver/compile.h"

namespace falcoc {

/// Compiles after the files `check_after` and after the last of `files`. nullopt iff an error was emitted.
std::optional<LoadedRules> load_files_checking(const SourceManager& sources, const std::vector<uint32_t>& files,
                                               const std::vector<uint32_t>& check_after, const CompileOptions& options,
                                               Diagnostics& diags);

}  // namespace falcoc
