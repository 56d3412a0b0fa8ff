// SPDX-License-Identifier: Apache-2.0
#include "tools/lsp/symbols.h"

#include <algorithm>

namespace lsp {
namespace {

using falcoc::ItemKind;

/// Whether a word at its place can mean an item of this kind.
bool can_mean(const Word& word, ItemKind kind) {
  if (kind == ItemKind::Macro) return word.kind == WordKind::Macro;
  return kind == ItemKind::List && (word.kind == WordKind::ListWord || word.kind == WordKind::Value);
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Letters that mean something to YAML somewhere in a plain scalar.
bool safe_in_yaml(std::string_view name) {
  constexpr std::string_view kRisky = "\"'#:{}[],&*!|>%@`\\";
  return !name.empty() && name.front() != ' ' && name.back() != ' ' && name.front() != '-' && name.front() != '?' &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return static_cast<unsigned char>(c) >= ' ' && c != 0x7F && kRisky.find(c) == std::string_view::npos;
         });
}

}  // namespace

std::optional<Symbol> symbol_at(const std::vector<RulesFile>& files, size_t file, size_t offset) {
  const RulesFile& where = files[file];
  const Item* item = where.structure.item_at(offset);
  if (item == nullptr) return std::nullopt;
  const bool nameable = item->kind == ItemKind::Rule || item->kind == ItemKind::Macro || item->kind == ItemKind::List;
  if (nameable && !item->name.empty() && item->name_range.holds(offset))
    return Symbol{*item->kind, item->name, item->name_range};
  for (const Word& word : words_of(where.text, *item)) {
    if (!word.range.holds(offset)) continue;
    for (const ItemKind kind : {ItemKind::Macro, ItemKind::List}) {
      if (can_mean(word, kind) && definition_of(files, kind, word.text))
        return Symbol{kind, std::string(word.text), word.range};
    }
  }
  return std::nullopt;
}

std::vector<Place> places_of(const std::vector<RulesFile>& files, ItemKind kind, std::string_view name) {
  std::vector<Place> places;
  for (size_t i = 0; i < files.size(); ++i) {
    for (const Item& item : files[i].structure.items) {
      if (item.kind == kind && item.name == name) places.push_back({i, item.name_range, true});
      if (kind == ItemKind::Rule) continue;
      for (const Word& word : words_of(files[i].text, item)) {
        if (word.text == name && can_mean(word, kind)) places.push_back({i, word.range, false});
      }
    }
  }
  return places;
}

std::optional<Definition> definition_of(const std::vector<RulesFile>& files, ItemKind kind, std::string_view name) {
  std::optional<Definition> adding;
  for (size_t i = 0; i < files.size(); ++i) {
    for (const Item& item : files[i].structure.items) {
      if (item.kind != kind || item.name != name) continue;
      if (!item.adds) return Definition{i, &item};
      if (!adding) adding = Definition{i, &item};
    }
  }
  return adding;
}

std::string refuse_name(const std::vector<RulesFile>& files, ItemKind kind, std::string_view name) {
  if (!safe_in_yaml(name)) return "this name would have to be quoted in YAML; use letters, digits and `_`";
  if (kind == ItemKind::Macro) {
    const bool fits = is_letter(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
                        return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
                      });
    if (!fits) return "a macro's name is a letter, then letters, digits and `_`";
    if (name == "and" || name == "or" || name == "not") return "`and`, `or` and `not` are words of conditions";
  }
  if (kind == ItemKind::List && name.find_first_of(" ()=") != std::string_view::npos)
    return "a list's name has no blanks, parentheses or `=`";
  if (definition_of(files, kind, name)) return "there is one of that name already";
  return {};
}

}  // namespace lsp
