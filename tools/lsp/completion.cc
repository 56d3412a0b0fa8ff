// SPDX-License-Identifier: Apache-2.0
#include "tools/lsp/completion.h"

#include <algorithm>
#include <set>

#include "compiler/lint/usual_tags.h"
#include "compiler/sema/operators.h"
#include "compiler/source/priority.h"
#include "tools/lsp/docs.h"
#include "vm/abi/tables.h"

namespace lsp {
namespace {

using falcoc::ItemKind;

constexpr std::string_view kStopsWord = " \t\r\n()\"',[]{}%";

class Completer {
 public:
  Completer(const std::vector<RulesFile>& files, size_t file, size_t offset)
      : files_(files), text_(files[file].text), structure_(files[file].structure), offset_(offset) {
    begin_ = offset;
    while (begin_ > 0 && kStopsWord.find(text_[begin_ - 1]) == std::string_view::npos) --begin_;
    result_.replaced = {begin_, offset};
  }

  Completion complete() {
    const Item* item = structure_.item_at(offset_);
    if (at_key(item)) {
      keys(item);
    } else if (item != nullptr) {
      value(*item);
    }
    return std::move(result_);
  }

 private:
  void offer(std::string_view label, Offered kind, std::string doc = {}) {
    result_.offers.push_back({std::string(label), kind, std::move(doc)});
  }

  /// Only blanks and a dash in front of the word on its line, at the column of the item's other keys.
  bool at_key(const Item* item) const {
    const size_t line = begin_ == 0 ? 0 : text_.rfind('\n', begin_ - 1) + 1;
    const std::string_view front = text_.substr(line, begin_ - line);
    if (front.find_first_not_of(" -") != std::string_view::npos) return false;
    const size_t dash = front.find('-');
    if (item == nullptr || item->keys.empty()) return dash != std::string_view::npos || front.empty();
    const size_t key = item->keys.front().key.begin;
    const size_t key_line = key == 0 ? 0 : text_.rfind('\n', key - 1) + 1;
    const bool first_line = line == item->range.begin;
    return front.size() == key - key_line && (first_line || dash == std::string_view::npos);
  }

  void keys(const Item* item) {
    const bool names_kind = item == nullptr || !item->kind;
    for (const falcoc::ItemKey& key : falcoc::kItemKeys) {
      const bool first = falcoc::item_key_names(key.item).front() == key.name;
      const bool fits = names_kind ? first : key.item == *item->kind && item->find(key.name) == nullptr;
      if (fits) offer(key.name, Offered::Property, std::string(key.doc));
    }
  }

  void value(const Item& item) {
    const KeyEntry* entry = nullptr;
    for (const KeyEntry& key : item.keys)
      if (key.key.end < offset_) entry = &key;
    if (entry == nullptr) return;
    if (entry->name == "condition") return condition(*entry);
    if (entry->name == "items") return names(ItemKind::List);
    if (entry->name == "tags") return tags();
    if (entry->name == "exceptions") return exceptions();
    if (entry->name == "output" && begin_ > 0 && text_[begin_ - 1] == '%') return fields();
    if (entry->name == "priority") {
      for (const std::string_view name : falcoc::kPriorityNames) offer(name, Offered::Value);
    }
  }

  void condition(const KeyEntry& entry) {
    const size_t begin = std::min(entry.value.begin, begin_);
    // Words like `proc.name=` are one to people who don't type blanks, but the operator ends what may be replaced.
    const size_t symbol = text_.substr(begin_, offset_ - begin_).find_last_of("=<>!");
    if (symbol != std::string_view::npos) begin_ += symbol + 1;
    result_.replaced.begin = begin_;
    const ConditionWords before = read_condition(text_, {begin, begin_});
    const bool events = before.field == "evt.type" || before.field == "syscall.type";
    switch (before.expects) {
      case Expects::Check:
        offer("not", Offered::Keyword);
        names(ItemKind::Macro);
        fields();
        for (const fvm::TransformerInfo& t : fvm::kTransformers)
          offer(t.name, Offered::Function, transformer_doc(t.name));
        break;
      case Expects::Operator:
        for (const falcoc::OperatorInfo& row : falcoc::kOperators)
          offer(row.spelling, Offered::Operator, std::string(row.doc));
        break;
      case Expects::Connective:
        offer("and", Offered::Keyword);
        offer("or", Offered::Keyword);
        break;
      case Expects::ListWord:
      case Expects::Value:
        if (events)
          for (const std::string_view name : event_names()) offer(name, Offered::Event);
        if (before.expects == Expects::ListWord) names(ItemKind::List);
        break;
    }
  }

  void fields() {
    for (const fvm::FieldInfo& field : fvm::kFields)
      if (!field.has(FALCO_FF_HIDDEN) && !field.has(FALCO_FF_DEPRECATED))
        offer(field.name, Offered::Field, field_doc(field.name));
  }

  /// Fields, operators and lists can stand in most places of exceptions.
  void exceptions() {
    fields();
    for (const falcoc::OperatorInfo& row : falcoc::kOperators)
      offer(row.spelling, Offered::Operator, std::string(row.doc));
    names(ItemKind::List);
  }

  void names(ItemKind kind) {
    std::set<std::string_view> all;
    for (const RulesFile& file : files_)
      for (const Item& item : file.structure.items)
        if (item.kind == kind && !item.name.empty()) all.insert(item.name);
    for (const std::string_view name : all)
      offer(name, kind == ItemKind::Macro ? Offered::Function : Offered::Variable);
  }

  void tags() {
    std::set<std::string_view> all;
    for (const std::string_view tag : falcoc::kUsualTags)
      if (!tag.ends_with('*')) all.insert(tag);
    for (const RulesFile& file : files_) {
      for (const Item& item : file.structure.items) {
        const KeyEntry* entry = item.find("tags");
        if (entry == nullptr) continue;
        for (const Word& word : read_list_words(file.text, entry->value))
          if (word.range.begin != begin_ || word.range.end < offset_) all.insert(word.text);
      }
    }
    for (const std::string_view tag : all) offer(tag, Offered::Value);
  }

  const std::vector<RulesFile>& files_;
  std::string_view text_;
  const Structure& structure_;
  size_t offset_;
  size_t begin_ = 0;
  Completion result_;
};

}  // namespace

Completion complete(const std::vector<RulesFile>& files, size_t file, size_t offset) {
  return Completer(files, file, offset).complete();
}

}  // namespace lsp
