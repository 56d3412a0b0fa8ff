// SPDX-License-Identifier: Apache-2.0
//
// What stands where in a rules file, also in one that is half written: items, their keys and values, and the words of
// conditions and lists by what they can be at their place. Goes by lines and words; whether anything exists or fits is
// not known here. Files in flow style have no structure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/yaml/item_keys.h"

namespace lsp {

/// Byte offsets into the text.
struct Span {
  size_t begin = 0, end = 0;
  bool holds(size_t offset) const { return begin <= offset && offset <= end; }
};

struct KeyEntry {
  std::string name;
  Span key;
  Span value;  ///< without quotes around it and without the header of a block
};

struct Item {
  Span range;
  std::optional<falcoc::ItemKind> kind;  ///< nullopt: not written yet, or unknown
  std::string name;
  Span name_range;
  std::vector<KeyEntry> keys;
  bool adds = false;  ///< changes an earlier item of its name: `append`, `override`, or nothing but a switch

  const KeyEntry* find(std::string_view key) const;
};

struct Structure {
  std::vector<Item> items;
  /// The item whose lines hold the offset; null in front of the first.
  const Item* item_at(size_t offset) const;
};

Structure read_structure(std::string_view text);

enum class WordKind : uint8_t { Field, Call, Operator, Connective, Macro, Value, ListWord, Quoted };

struct Word {
  WordKind kind;
  Span range;
  std::string_view text;   ///< as written, without the argument of a field
  std::string_view field;  ///< Value, ListWord: left of the operator; empty when there is none
};

/// What may come next behind the words of a condition.
enum class Expects : uint8_t { Check, Operator, Value, ListWord, Connective };

struct ConditionWords {
  std::vector<Word> words;
  Expects expects = Expects::Check;
  std::string_view field;  ///< Value, ListWord: left of the operator
};

/// The words of text[range.begin, range.end).
ConditionWords read_condition(std::string_view text, Span range);
/// Words of a YAML list or of exceptions in that range; all are ListWord or Quoted.
std::vector<Word> read_list_words(std::string_view text, Span range);
/// The words of every place of `item` where names of macros and lists can stand.
std::vector<Word> words_of(std::string_view text, const Item& item);

}  // namespace lsp
