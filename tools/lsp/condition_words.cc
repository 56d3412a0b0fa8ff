// SPDX-License-Identifier: Apache-2.0
//
// The words of conditions and lists. The grammar's own lexer can't be used: it stops at the first word that doesn't
// fit, and while somebody types there is always one.
#include <algorithm>

#include "compiler/sema/operators.h"
#include "tools/lsp/structure.h"
#include "vm/abi/tables.h"

namespace lsp {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kEndsBareWord = " \t\r\n()\"'=,";
constexpr std::string_view kSymbols = "=!<>";
constexpr std::string_view kModifiers[] = {"oneof", "anyof", "allof"};

bool name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

bool is_transformer(std::string_view word) {
  return std::any_of(std::begin(fvm::kTransformers), std::end(fvm::kTransformers),
                     [&](const fvm::TransformerInfo& t) { return t.name == word; });
}

class ConditionReader {
 public:
  ConditionReader(std::string_view text, Span range) : text_(text.substr(0, range.end)), at_(range.begin) {}

  ConditionWords read() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (kBlanks.find(c) != std::string_view::npos) {
        ++at_;
      } else if (c == '"' || c == '\'') {
        quoted(c);
      } else if (c == '(' || c == ')' || c == ',') {
        punctuation(c);
      } else {
        word();
      }
    }
    out_.field = field_;
    return std::move(out_);
  }

 private:
  enum class Open : uint8_t { Group, CallLeft, CallRight, List };

  void add(WordKind kind, size_t end, Expects next) {
    const bool operand = kind == WordKind::Value || kind == WordKind::ListWord || kind == WordKind::Quoted;
    out_.words.push_back({kind, {at_, end}, text_.substr(at_, end - at_), operand ? field_ : std::string_view()});
    out_.expects = next;
    at_ = end;
  }

  bool in_list() const { return !open_.empty() && open_.back() == Open::List; }
  Expects behind_operand() const { return in_list() ? Expects::ListWord : Expects::Connective; }

  void quoted(char quote) {
    size_t end = at_ + 1;
    while (end < text_.size() && (text_[end] != quote || text_[end - 1] == '\\')) ++end;
    add(WordKind::Quoted, std::min(end + 1, text_.size()), behind_operand());
  }

  void punctuation(char c) {
    ++at_;
    if (c == '(') {
      const bool list = out_.expects == Expects::ListWord || out_.expects == Expects::Value;
      open_.push_back(list ? Open::List : Open::Group);
      if (list) out_.expects = Expects::ListWord;
    } else if (c == ')') {
      const Open closed = open_.empty() ? Open::Group : open_.back();
      if (!open_.empty()) open_.pop_back();
      out_.expects = closed == Open::CallLeft ? Expects::Operator : Expects::Connective;
    } else if (!open_.empty() && (open_.back() == Open::CallLeft || open_.back() == Open::CallRight)) {
      out_.expects = Expects::Check;
    }
  }

  size_t end_of(size_t from, std::string_view stops) const {
    return std::min(text_.find_first_of(stops, from), text_.size());
  }

  size_t end_of_name() const {
    size_t end = at_;
    while (end < text_.size() && name_letter(text_[end])) ++end;
    return end;
  }

  bool call(size_t end, Open side) {
    if (end >= text_.size() || text_[end] != '(' || !is_transformer(text_.substr(at_, end - at_))) return false;
    add(WordKind::Call, end, Expects::Check);
    ++at_;
    open_.push_back(side);
    return true;
  }

  void word() {
    switch (out_.expects) {
      case Expects::Check:
        return check();
      case Expects::Operator:
        return operation();
      case Expects::Value:
      case Expects::ListWord:
        return operand();
      case Expects::Connective:
        return connective();
    }
  }

  void check() {
    const size_t end = end_of_name();
    if (end == at_) {
      ++at_;
      return;
    }
    const std::string_view name = text_.substr(at_, end - at_);
    if (name == "not" || name == "and" || name == "or") return add(WordKind::Connective, end, Expects::Check);
    if (call(end, Open::CallLeft)) return;
    if (name.find('.') == std::string_view::npos) return add(WordKind::Macro, end, Expects::Connective);
    field_ = name;
    add(WordKind::Field, end, Expects::Operator);
    if (at_ < text_.size() && text_[at_] == '[') at_ = std::min(end_of(at_, "]\n") + 1, text_.size());
  }

  void operation() {
    size_t end = at_;
    if (kSymbols.find(text_[at_]) != std::string_view::npos) {
      while (end < text_.size() && kSymbols.find(text_[end]) != std::string_view::npos) ++end;
    } else {
      end = std::max(end_of_name(), at_ + 1);
    }
    const falcoc::OperatorInfo* info = falcoc::find_operator(text_.substr(at_, end - at_));
    Expects next = Expects::Value;
    if (info != nullptr && info->shape == falcoc::OperandShape::None) next = Expects::Connective;
    if (info != nullptr && info->shape == falcoc::OperandShape::List) next = Expects::ListWord;
    add(WordKind::Operator, end, next);
  }

  void operand() {
    const size_t end = std::max(end_of(at_, kEndsBareWord), at_ + 1);
    const std::string_view name = text_.substr(at_, end - at_);
    if (std::find(std::begin(kModifiers), std::end(kModifiers), name) != std::end(kModifiers))
      return add(WordKind::Operator, end, Expects::ListWord);
    if (call(end, Open::CallRight)) return;
    add(out_.expects == Expects::Value ? WordKind::Value : WordKind::ListWord, end, behind_operand());
  }

  void connective() {
    const size_t end = std::max(end_of_name(), at_ + 1);
    const std::string_view name = text_.substr(at_, end - at_);
    add(WordKind::Connective, end, name == "and" || name == "or" ? Expects::Check : Expects::Connective);
  }

  std::string_view text_;
  size_t at_;
  std::string_view field_;
  std::vector<Open> open_;
  ConditionWords out_;
};

}  // namespace

ConditionWords read_condition(std::string_view text, Span range) { return ConditionReader(text, range).read(); }

std::vector<Word> read_list_words(std::string_view text, Span range) {
  text = text.substr(0, range.end);
  std::vector<Word> words;
  const auto add = [&](WordKind kind, size_t begin, size_t end) {
    words.push_back({kind, {begin, end}, text.substr(begin, end - begin), {}});
  };
  for (size_t at = range.begin; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      const size_t end = std::min(text.find(c, at + 1), text.size() - 1) + 1;
      add(WordKind::Quoted, at, std::max(end, at + 1));
      at = std::max(end, at + 1);
    } else if (c == '#' && (at == range.begin || kBlanks.find(text[at - 1]) != std::string_view::npos)) {
      at = std::min(text.find('\n', at), text.size());
    } else if (std::string_view(" \t\r\n,[](){}").find(c) != std::string_view::npos) {
      ++at;
    } else {
      const size_t end = std::min(text.find_first_of(" \t\r\n,[](){}", at), text.size());
      const std::string_view word = text.substr(at, end - at);
      if (word == "name:") {  // of an exception
        at = std::min(text.find('\n', at), text.size());
        continue;
      }
      if (word != "-" && !word.ends_with(':')) add(WordKind::ListWord, at, end);
      at = end;
    }
  }
  return words;
}

std::vector<Word> words_of(std::string_view text, const Item& item) {
  std::vector<Word> words;
  for (const KeyEntry& entry : item.keys) {
    std::vector<Word> found;
    if (entry.name == "condition") found = read_condition(text, entry.value).words;
    if (entry.name == "items" || entry.name == "exceptions") found = read_list_words(text, entry.value);
    words.insert(words.end(), found.begin(), found.end());
  }
  return words;
}

}  // namespace lsp
