// SPDX-License-Identifier: Apache-2.0
//
// SourceManager: owns the texts of the rules files for the whole compilation, so string_views and SourceRanges into them stay
// valid. Turns byte offsets into lines and columns. Does not read files (driver/rules_files.h does) and knows no YAML.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/source/source_range.h"

namespace falcoc {

/// A place as people count: from 1, columns in characters (UTF-8 sequences; a malformed byte counts as one).
struct LineColumn {
  uint32_t line = 1;
  uint32_t column = 1;
};

class SourceManager {
 public:
  /// Takes over a text; `name` is what diagnostics print. Texts are at most 4 GB (limits::kSourceBytes in practice).
  uint32_t add(std::string name, std::string text);

  size_t size() const { return files_.size(); }
  std::string_view name(uint32_t file) const { return files_[file].name; }
  std::string_view text(uint32_t file) const { return files_[file].text; }
  std::string_view text(SourceRange range) const;

  LineColumn locate(uint32_t file, uint32_t offset) const;
  LineColumn locate(SourceRange range) const { return locate(range.file, range.begin); }
  /// Byte offset of the first byte of a line (from 1).
  uint32_t line_begin(uint32_t file, uint32_t line) const;
  /// The line (from 1) without its line end.
  std::string_view line_text(uint32_t file, uint32_t line) const;
  uint32_t line_count(uint32_t file) const { return static_cast<uint32_t>(files_[file].line_starts.size()); }

 private:
  struct File {
    std::string name;
    std::string text;
    std::vector<uint32_t> line_starts;
  };
  std::deque<File> files_;
};

}  // namespace falcoc
