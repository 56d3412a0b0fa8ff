// SPDX-License-Identifier: Apache-2.0
//
// Macros, lists and rules by name: where they are defined and where they are used, over the files of a folder. Names
// are looked up as the language does it: one name for each kind, later items change earlier ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/lsp/workspace.h"

namespace lsp {

struct Symbol {
  falcoc::ItemKind kind{};
  std::string name;
  Span range;  ///< the letters that were pointed at
};

struct Place {
  size_t file = 0;  ///< index into the files
  Span range;
  bool declares = false;  ///< the name of an item, not a use
};

/// nullopt: nothing there that a rules file can define.
std::optional<Symbol> symbol_at(const std::vector<RulesFile>& files, size_t file, size_t offset);

/// Names of items and uses, in order of files and text.
std::vector<Place> places_of(const std::vector<RulesFile>& files, falcoc::ItemKind kind, std::string_view name);

/// The item that defines the name; one that only adds to it when there is no other. `file` is where that stands.
struct Definition {
  size_t file = 0;
  const Item* item = nullptr;
};
std::optional<Definition> definition_of(const std::vector<RulesFile>& files, falcoc::ItemKind kind,
                                        std::string_view name);

/// Why the name can't be given to an item of this kind; empty: it can.
std::string refuse_name(const std::vector<RulesFile>& files, falcoc::ItemKind kind, std::string_view name);

}  // namespace lsp
