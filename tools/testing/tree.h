// SPDX-License-Identifier: Apache-2.0
//
// Tree: a piece of a test file as a value that can be laid over another one, filled in, changed and printed as YAML
// again. Each scalar remembers where it was written. Knows no keys and no events.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/source/source_manager.h"
#include "compiler/yaml/raw_document.h"

namespace falcoc::testing {

struct Tree {
  enum class Kind : uint8_t { Null, Scalar, List, Map } kind = Kind::Null;
  std::string text;         ///< Scalar
  SourceRange range;        ///< where it was written; unknown for what a program made
  std::vector<Tree> items;  ///< List: elements; Map: values
  std::vector<Tree> keys;   ///< Map: scalars, one per item

  static Tree scalar(std::string text);
  static Tree list(std::vector<Tree> items);
  static Tree map() {
    Tree t;
    t.kind = Kind::Map;
    return t;
  }

  bool is_scalar() const { return kind == Kind::Scalar; }
  bool is_list() const { return kind == Kind::List; }
  bool is_map() const { return kind == Kind::Map; }
  bool is_null() const { return kind == Kind::Null; }
  size_t size() const { return items.size(); }

  /// Value of a key; null when there is none.
  const Tree* find(std::string_view key) const;
  Tree* find(std::string_view key) { return const_cast<Tree*>(std::as_const(*this).find(key)); }
  /// Value of a key, made if it is missing; makes a map of whatever this is.
  Tree& at(std::string_view key);
  void erase(std::string_view key);
  bool operator==(const Tree& other) const;
};

Tree read_tree(const SourceManager& sources, const RawDocument& document, uint32_t node);

/// `over` on top of `base`: maps are merged key by key, anything else replaces. A null removes.
Tree laid_over(const Tree& base, const Tree& over);

/// Replaces `name` in all scalars, keys too.
void substitute(Tree& tree, std::string_view name, std::string_view value);

/// YAML in flow style on one line: `{name: cat, args: [a, "b c"]}`.
std::string flow_text(const Tree& tree);

}  // namespace falcoc::testing
