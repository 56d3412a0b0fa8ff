// SPDX-License-Identifier: Apache-2.0
//
// What may be written at a place: keys where a key can stand, in conditions what the words in front ask for, fields
// behind `%` in outputs, tags, priorities, names of lists. Everything is offered that fits the place; editors narrow it
// by what was typed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/lsp/workspace.h"

namespace lsp {

/// Numbers are those of the protocol's CompletionItemKind.
enum class Offered : uint8_t {
  Function = 3,
  Field = 5,
  Variable = 6,
  Property = 10,
  Value = 12,
  Keyword = 14,
  Event = 23,
  Operator = 24
};

struct Offer {
  std::string label;
  Offered kind;
  std::string doc;  ///< Markdown, may be empty
};

struct Completion {
  Span replaced;  ///< what was typed of the word
  std::vector<Offer> offers;
};

Completion complete(const std::vector<RulesFile>& files, size_t file, size_t offset);

}  // namespace lsp
