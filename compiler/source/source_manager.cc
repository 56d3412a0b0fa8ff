// SPDX-License-Identifier: Apache-2.0
#include "compiler/source/source_manager.h"

#include <algorithm>

#include "vm/base/check.h"

namespace falcoc {

uint32_t SourceManager::add(std::string name, std::string text) {
  FALCO_CHECK(text.size() < UINT32_MAX && files_.size() < UINT32_MAX);
  File file{std::move(name), std::move(text), {0}};
  for (size_t i = 0; i < file.text.size(); ++i)
    if (file.text[i] == '\n') file.line_starts.push_back(static_cast<uint32_t>(i + 1));
  files_.push_back(std::move(file));
  return static_cast<uint32_t>(files_.size() - 1);
}

std::string_view SourceManager::text(SourceRange range) const {
  if (!range.known() || range.file >= files_.size()) return {};
  const std::string_view all = text(range.file);
  const size_t begin = std::min<size_t>(range.begin, all.size());
  const size_t end = std::clamp<size_t>(range.end, begin, all.size());
  return all.substr(begin, end - begin);
}

LineColumn SourceManager::locate(uint32_t file, uint32_t offset) const {
  const File& f = files_[file];
  offset = std::min<uint32_t>(offset, static_cast<uint32_t>(f.text.size()));
  const auto after = std::upper_bound(f.line_starts.begin(), f.line_starts.end(), offset);
  const auto line = static_cast<uint32_t>(after - f.line_starts.begin());
  uint32_t column = 1;
  for (uint32_t i = f.line_starts[line - 1]; i < offset; ++i)
    if ((static_cast<unsigned char>(f.text[i]) & 0xC0) != 0x80) ++column;
  return {line, column};
}

uint32_t SourceManager::line_begin(uint32_t file, uint32_t line) const {
  const File& f = files_[file];
  FALCO_CHECK(line >= 1 && line <= f.line_starts.size());
  return f.line_starts[line - 1];
}

std::string_view SourceManager::line_text(uint32_t file, uint32_t line) const {
  const uint32_t begin = line_begin(file, line);
  const std::string_view rest = text(file).substr(begin);
  std::string_view found = rest.substr(0, rest.find('\n'));
  if (found.ends_with('\r')) found.remove_suffix(1);
  return found;
}

}  // namespace falcoc
