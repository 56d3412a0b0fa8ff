// SPDX-License-Identifier: Apache-2.0
#include "tools/lsp/hover.h"

#include <fmt/format.h>

#include <set>
#include <utility>
#include <vector>

#include "tools/lsp/docs.h"
#include "tools/lsp/symbols.h"

namespace lsp {
namespace {

using falcoc::ItemKind;

constexpr size_t kMostItems = 100;   ///< of a list that are shown
constexpr size_t kMostText = 2000;   ///< of a condition
constexpr size_t kMostNesting = 50;  ///< lists in lists

/// Runs of blanks as one.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank) out += c;
    if (blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  if (out.size() <= kMostText) return out;
  out.resize(kMostText);
  while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0x80) != 0) out.pop_back();  // no half letters
  return out + "…";
}

/// Every item of the name, for what it defines and what is added.
template <typename Take>
void each_item(const std::vector<RulesFile>& files, ItemKind kind, std::string_view name, std::string_view key,
               Take take) {
  for (const RulesFile& file : files) {
    for (const Item& item : file.structure.items) {
      const KeyEntry* entry = item.kind == kind && item.name == name ? item.find(key) : nullptr;
      if (entry != nullptr) take(file, item, *entry);
    }
  }
}

class ListExpansion {
 public:
  explicit ListExpansion(const std::vector<RulesFile>& files) : files_(files) {}

  void add(std::string_view name, size_t depth) {
    if (depth == kMostNesting || !seen_.insert(std::string(name)).second) return;
    // A later definition takes the place of what was there.
    std::vector<std::pair<const RulesFile*, const KeyEntry*>> parts;
    each_item(files_, ItemKind::List, name, "items", [&](const RulesFile& file, const Item& item, const KeyEntry& entry) {
      if (!item.adds) parts.clear();
      parts.emplace_back(&file, &entry);
    });
    for (const auto& [file, entry] : parts) {
      for (const Word& word : read_list_words(file->text, entry->value)) {
        if (word.kind == WordKind::ListWord && definition_of(files_, ItemKind::List, word.text)) {
          add(word.text, depth + 1);
        } else if (++count_ <= kMostItems) {
          text_ += fmt::format("{}{}", text_.empty() ? "" : ", ", word.text);
        }
      }
    }
  }
  std::string text() const {
    return count_ <= kMostItems ? text_ : fmt::format("{}, … {} more", text_, count_ - kMostItems);
  }
  size_t count() const { return count_; }

 private:
  const std::vector<RulesFile>& files_;
  std::set<std::string> seen_;
  std::string text_;
  size_t count_ = 0;
};

std::string base_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

std::string symbol_doc(const std::vector<RulesFile>& files, const Symbol& symbol) {
  const std::optional<Definition> definition = definition_of(files, symbol.kind, symbol.name);
  if (!definition) return {};
  const std::string where = base_name(files[definition->file].name);
  if (symbol.kind == ItemKind::List) {
    ListExpansion expansion(files);
    expansion.add(symbol.name, 0);
    return fmt::format("list `{}` of {}, {} items\n\n```\n{}\n```", symbol.name, where, expansion.count(),
                       expansion.text());
  }
  std::string parts;
  const std::string_view key = symbol.kind == ItemKind::Macro ? "condition" : "desc";
  each_item(files, symbol.kind, symbol.name, key, [&](const RulesFile& file, const Item& item, const KeyEntry& entry) {
    // A later definition takes the place of what was there.
    if (!item.adds) parts.clear();
    parts +=
        one_line(std::string_view(file.text).substr(entry.value.begin, entry.value.end - entry.value.begin)) + "\n";
  });
  if (symbol.kind == ItemKind::Rule) return fmt::format("rule `{}` of {}\n\n{}", symbol.name, where, parts);
  return fmt::format("macro `{}` of {}\n\n```\n{}```", symbol.name, where, parts);
}

bool field_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/// A field where text mentions one: outputs and exceptions.
std::optional<Hover> mentioned_field(std::string_view text, size_t offset) {
  Span range{offset, offset};
  while (range.begin > 0 && field_letter(text[range.begin - 1])) --range.begin;
  while (range.end < text.size() && field_letter(text[range.end])) ++range.end;
  while (range.end > range.begin && text[range.end - 1] == '.') --range.end;
  std::string doc = field_doc(text.substr(range.begin, range.end - range.begin));
  if (doc.empty()) return std::nullopt;
  return Hover{std::move(doc), range};
}

std::string word_doc(const Word& word) {
  switch (word.kind) {
    case WordKind::Field:
      return field_doc(word.text);
    case WordKind::Call:
      return transformer_doc(word.text);
    case WordKind::Operator:
      return operator_doc(word.text);
    case WordKind::Value:
    case WordKind::ListWord:
      return word.field == "evt.type" || word.field == "syscall.type" ? event_doc(word.text) : std::string();
    case WordKind::Connective:
    case WordKind::Macro:
    case WordKind::Quoted:
      break;
  }
  return {};
}

}  // namespace

std::optional<Hover> hover(const std::vector<RulesFile>& files, size_t file, size_t offset) {
  const std::string_view text = files[file].text;
  const Item* item = files[file].structure.item_at(offset);
  if (item == nullptr) return std::nullopt;
  if (const std::optional<Symbol> symbol = symbol_at(files, file, offset)) {
    std::string doc = symbol_doc(files, *symbol);
    if (!doc.empty()) return Hover{std::move(doc), symbol->range};
  }
  for (const KeyEntry& entry : item->keys) {
    if (entry.key.holds(offset) && item->kind) {
      const falcoc::ItemKey* key = falcoc::find_item_key(*item->kind, entry.name);
      if (key == nullptr) return std::nullopt;
      return Hover{fmt::format("`{}`\n\n{}", key->name, key->doc), entry.key};
    }
    if (!entry.value.holds(offset)) continue;
    if (entry.name == "output" || entry.name == "exceptions") return mentioned_field(text, offset);
  }
  for (const Word& word : words_of(text, *item)) {
    std::string doc = word.range.holds(offset) ? word_doc(word) : std::string();
    if (!doc.empty()) return Hover{std::move(doc), word.range};
  }
  return std::nullopt;
}

}  // namespace lsp
