// SPDX-License-Identifier: Apache-2.0
//
// ItemReader: one mapping of a rules file, its keys looked up and its values decoded by the rules of the language (null, empty and
// wrong shapes are errors; booleans and numbers as the reference reads them). Knows nothing of what the keys mean.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/source/source_manager.h"
#include "compiler/yaml/collection.h"
#include "compiler/yaml/raw_document.h"
#include "compiler/yaml/rule_items.h"

namespace falcoc {

/// What reading the items of one document needs.
struct LoadContext {
  const SourceManager& sources;
  const RawDocument& document;
  const LoadOptions& options;
  Collection& collection;
  Diagnostics& diags;
};

enum class Need : uint8_t { Optional, Required };

class ItemReader {
 public:
  /// `node` is a mapping. `what` names it in messages: "this rule".
  ItemReader(const LoadContext& context, uint32_t node, std::string_view what) : context_(context), node_(node), what_(what) {}

  const LoadContext& context() const { return context_; }
  SourceRange range() const { return range_of(context_.sources, context_.document, node_); }
  NodeMark mark() const { return context_.document[node_].mark; }

  /// Value node of a key (the first one when the key occurs twice).
  std::optional<uint32_t> find(std::string_view key) const;
  bool has(std::string_view key) const { return find(key).has_value(); }
  RawNode::Kind kind(std::string_view key) const;
  /// Where the key itself stands; the item when it is absent.
  SourceRange key_range(std::string_view key) const;

  // Each returns false after emitting an error; an absent optional key leaves `out` as it is.
  bool text(std::string_view key, Need need, ScalarText& out) const;
  bool string(std::string_view key, Need need, std::string& out) const;
  bool boolean(std::string_view key, Need need, bool& out) const;
  bool unsigned32(std::string_view key, Need need, uint32_t& out) const;
  /// A sequence of non-null scalars.
  bool scalars(std::string_view key, Need need, std::vector<ScalarText>& out) const;

  bool missing(std::string_view key) const;
  /// Warns about keys outside `known`, and about keys that occur twice.
  void warn_unknown_keys(std::span<const std::string_view> known) const;

 private:
  std::optional<size_t> find_index(std::string_view key) const;

  const LoadContext& context_;
  uint32_t node_;
  std::string_view what_;
};

/// `0x…`, leading-zero octal and decimal below 2^32.
std::optional<uint32_t> parse_unsigned32(std::string_view text);
std::optional<bool> parse_boolean(std::string_view text);
/// Three dot-separated numbers at the start of the text.
std::optional<EngineVersion> parse_version(std::string_view text);

}  // namespace falcoc
