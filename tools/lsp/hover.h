// SPDX-License-Identifier: Apache-2.0
//
// What is known about the word under the pointer: fields, operators, transformers and events from the tables, macros
// and lists from the files, keys of items. Text is Markdown.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/lsp/workspace.h"

namespace lsp {

struct Hover {
  std::string markdown;
  Span range;
};

std::optional<Hover> hover(const std::vector<RulesFile>& files, size_t file, size_t offset);

}  // namespace lsp
