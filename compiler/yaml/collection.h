// SPDX-License-Identifier: Apache-2.0
//
// Collection: the lists, macros and rules of all files loaded so far, in order of first definition, with append, override and
// enabled-only items already applied. Built by rule_items.h, read by sema. Texts are MappedText, so every byte leads back to its
// file. Knows nothing of the condition grammar; expand_condition() does the textual part of the language: list names and
// exceptions become text before anything is parsed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/source/mapped_text.h"
#include "compiler/source/priority.h"
#include "compiler/source/source_range.h"

namespace falcoc {

/// 0-based position of a YAML node as the reference's YAML library counts: for block scalars that of the `|` or `>`.
struct NodeMark {
  uint32_t line = 0;
  uint32_t column = 0;
  uint32_t offset = 0;
};

/// A scalar of the rules file: decoded text with its map, where it stands, and its mark.
struct ScalarText {
  MappedText text;
  SourceRange range;
  NodeMark mark;
  std::vector<uint32_t> joints = {};  ///< conditions: where in the text what was appended begins
};

/// An item of a list: Collection::lists[list].items[item].
struct ListItemRef {
  uint32_t list = 0;
  uint32_t item = 0;
};

struct ListDecl {
  std::string name;
  SourceRange range;                  ///< the item
  SourceRange name_range;
  std::vector<ScalarText> items;      ///< as written, appended ones behind
  std::vector<ListItemRef> expanded;  ///< with the items of lists in place of their names; what conditions get
  std::vector<uint32_t> inner;        ///< lists whose names are among the items
  uint32_t first = 0;                 ///< number of the item that defined it first
  uint32_t visibility = 0;            ///< number of the latest item that changed it
  bool used_by_list = false;          ///< another list holds its name and sees it
};

struct MacroDecl {
  std::string name;
  SourceRange range;
  SourceRange name_range;
  NodeMark mark;          ///< of the item; undefined-macro errors are reported relative to it
  ScalarText condition;   ///< range and mark: of the definition, also after an append
  uint32_t first = 0;       ///< a macro sees the macros whose `first` is less than its own `visibility`
  uint32_t visibility = 0;
};

/// One entry of `exceptions`. `fields` was a scalar: single, every value is a scalar. Otherwise every value is a tuple.
struct ExceptionDecl {
  /// A scalar, or a sequence of them (a tuple member that is a sequence, or a whole tuple).
  struct Value {
    bool is_sequence = false;
    ScalarText scalar;           ///< !is_sequence
    std::vector<Value> members;  ///< is_sequence
    SourceRange range;
  };
  std::string name;
  SourceRange range;
  SourceRange name_range;
  bool single = false;
  std::vector<ScalarText> fields;  ///< one when single
  std::vector<ScalarText> comps;   ///< as many as fields; trimmed, defaults filled in
  std::vector<Value> values;
};

struct RuleDecl {
  std::string name;
  SourceRange range;
  SourceRange name_range;
  NodeMark mark;
  ScalarText condition;  ///< as written (with appended text), before exceptions and lists
  ScalarText output;     ///< trimmed
  std::string desc;
  Priority priority = Priority::Debug;
  std::string source = "syscall";
  bool source_known = true;  ///< false: collected, never compiled
  bool enabled = true;
  std::vector<std::string> tags;  ///< sorted, unique
  std::vector<ExceptionDecl> exceptions;
  bool warn_evttypes = true;
  bool skip_if_unknown_filter = false;
  bool capture = false;
  uint32_t capture_duration_ms = 0;
  uint32_t first = 0;
  uint32_t visibility = 0;
};

/// A definition that took the place of another one in the same file.
struct Replacement {
  std::string_view kind;  ///< "rule", "macro" or "list"
  std::string name;
  SourceRange range;    ///< of the name
  SourceRange earlier;  ///< that of the one it replaced
};

struct PluginRequirement {
  struct Plugin {
    std::string name;
    std::string version;
  };
  std::vector<Plugin> any_of;  ///< the named plugin, then its alternatives
  SourceRange range;
};

/// Three numbers; compared in order.
struct EngineVersion {
  uint32_t major = 0, minor = 0, patch = 0;
  auto operator<=>(const EngineVersion&) const = default;  // NOLINT(modernize-use-nullptr): a false alarm on <=>
};
/// The language version this compiler implements.
inline constexpr EngineVersion kEngineVersion{0, 63, 0};

class Collection {
 public:
  std::vector<ListDecl> lists;    ///< in order of first definition, as are all three
  std::vector<MacroDecl> macros;
  std::vector<RuleDecl> rules;
  std::vector<PluginRequirement> plugins;
  std::unordered_set<std::string> broken;  ///< "kind name" of items with errors, so that their users don't add to the noise
  std::vector<Replacement> replacements;
  EngineVersion required_engine;
  uint32_t next_number = 0;       ///< counts define and append items of all kinds

  ListDecl* find_list(std::string_view name);
  MacroDecl* find_macro(std::string_view name);
  RuleDecl* find_rule(std::string_view name);
  const ListDecl* find_list(std::string_view name) const;
  const MacroDecl* find_macro(std::string_view name) const;
  const RuleDecl* find_rule(std::string_view name) const;

  ListDecl& add_list(const std::string& name);
  MacroDecl& add_macro(const std::string& name);
  RuleDecl& add_rule(const std::string& name);

  const ScalarText& item(ListItemRef ref) const { return lists[ref.list].items[ref.item]; }

  /// To be told of each definition whose name has one, with the places of both.
  void note_replacement(std::string_view kind, const std::string& name, SourceRange earlier, SourceRange range) {
    if (earlier.file == range.file) replacements.push_back({kind, name, range, earlier});
  }

  /// Fills ListDecl::expanded and used_by_list of every list; errors: cycles, explosions. Called once per load.
  bool expand_lists(Diagnostics& diags);

 private:
  std::unordered_map<std::string, uint32_t> list_index_, macro_index_, rule_index_;
};

/// Which lists some condition used; index as in Collection::lists. One for all conditions of a load.
struct ListUse {
  std::vector<bool> used;
  size_t expanded_bytes = 0;  ///< of all texts expanded so far; bounded
  explicit ListUse(const Collection& collection) : used(collection.lists.size(), false) {}
};

/// Text to parse: list names replaced. nullopt: an error was emitted.
std::optional<MappedText> expand_condition(const Collection& collection, const MacroDecl& macro, ListUse& use, Diagnostics& diags);
/// The same with the rule's exceptions assembled around the condition first.
std::optional<MappedText> expand_condition(const Collection& collection, const RuleDecl& rule, ListUse& use, Diagnostics& diags);
/// List names replaced in any text.
std::optional<MappedText> expand_lists_in(const Collection& collection, const MappedText& text, ListUse& use, Diagnostics& diags);
/// Shape of exception values against fields (the first thing the reference checks when it compiles a rule).
bool check_exception_shapes(const RuleDecl& rule, Diagnostics& diags);

/// Where the reference would report `offset` of the expanded text of a condition whose YAML node stands at `mark`.
ReferencePosition reference_position(NodeMark mark, std::string_view expanded, size_t offset);

}  // namespace falcoc
