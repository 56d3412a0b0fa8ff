// SPDX-License-Identifier: Apache-2.0
//
// MacroTable: every macro of the collection, expanded, parsed once and resolved by reference. Visibility, cycles and
// explosions are settled here, so the rest may follow references without looking back. Knows nothing of fields or
// types.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diag/diagnostics.h"
#include "compiler/parse/condition_parser.h"
#include "compiler/source/recall.h"
#include "compiler/yaml/collection.h"

namespace falcoc {

/// A parsed condition with the text it came from.
struct ParsedUnit {
  MappedText text;
  std::shared_ptr<const ParsedCondition> parsed;
  NodeMark mark;                 ///< of the condition's YAML node
  std::vector<uint32_t> macros;  ///< distinct macros it names, in order of first use
  size_t depth = 0;              ///< levels of the tree with macros in place
  size_t nodes = 0;              ///< nodes with macros in place; saturates

  const ast::Condition& ast() const { return parsed->condition; }
};

class MacroTable {
 public:
  /// Errors: syntax of any macro, then references of macros. `recall`, which may be null, is kept.
  MacroTable(const Collection& collection, ListUse& lists, Recall<ParsedCondition>* recall, Diagnostics& diags);

  size_t size() const { return units_.size(); }
  const MacroDecl& decl(size_t i) const { return collection_.macros[i]; }
  const ParsedUnit& unit(size_t i) const { return units_[i]; }
  /// False: an error about it, or about a macro it names, was emitted.
  bool usable(size_t i) const { return usable_[i]; }
  std::optional<uint32_t> find(std::string_view name) const;

  /// Parses a condition and fills in `macros`, `depth` and `nodes`. False: an error was emitted, or a macro is not
  /// usable.
  bool parse(ParsedUnit& unit, Diagnostics& diags) const;
  bool resolve(ParsedUnit& unit, NodeMark item_mark, Diagnostics& diags) const;

  /// `roots` and all macros below them, each once.
  std::vector<uint32_t> closure(const std::vector<uint32_t>& roots) const;
  /// Marks macros as used by rules or macros.
  void use(const std::vector<uint32_t>& macros);
  void report_unused(Diagnostics& diags) const;

 private:
  bool measure(ParsedUnit& unit, Diagnostics& diags) const;
  bool undefined(const ParsedUnit& unit, const ast::Node& node, NodeMark item_mark, std::optional<uint32_t> visibility,
                 Diagnostics& diags) const;
  void resolve_all(Diagnostics& diags);

  const Collection& collection_;
  Recall<ParsedCondition>* recall_;
  std::vector<ParsedUnit> units_;
  std::vector<char> usable_;
  std::vector<char> used_;
};

/// Deepest tree that later phases, which follow it recursively, have to expect.
inline constexpr size_t kTreeDepth = 1000;

}  // namespace falcoc
