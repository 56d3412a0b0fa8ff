// SPDX-License-Identifier: Apache-2.0
//
// Which files a command line means, and their texts. A directory stands for its regular *.yaml and *.yml files in byte order,
// not recursively; a file of another name is ignored, with a warning when it was named itself. Only regular files are read, up to
// limits::kSourceBytes; a FIFO or device is refused before it is opened. `-` is standard input, whatever that is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/source/source_manager.h"

namespace falcoc {

/// What messages call standard input.
inline constexpr std::string_view kStandardInputName = "<stdin>";

/// Reads everything that `paths` name into `sources`; returns the file ids in load order. What can't be read is an FC9xxx error.
std::vector<uint32_t> read_rules_files(const std::vector<std::string>& paths, SourceManager& sources, Diagnostics& diags);

/// The text of one regular file of at most `max_bytes`; nothing else is opened. nullopt: an FC9xxx error was emitted.
std::optional<std::string> read_file(const std::string& path, size_t max_bytes, Diagnostics& diags);

/// Writes a file so that it is either the old or the new one, never half: temporary file beside it, then rename.
/// Only a regular file is ever replaced; a symbolic link stays and its target is written.
/// False: emitted CannotWrite.
bool write_file(const std::string& path, const std::vector<uint8_t>& bytes, Diagnostics& diags);

}  // namespace falcoc
