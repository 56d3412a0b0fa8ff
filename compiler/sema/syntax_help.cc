// SPDX-License-Identifier: Apache-2.0
#include "compiler/sema/syntax_help.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/sema/operators.h"
#include "vm/abi/tables.h"

namespace falcoc {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\b";

struct OtherWord {
  std::string_view theirs, ours;
};
constexpr OtherWord kConnectives[] = {{"&&", "and"},  {"||", "or"},   {"!", "not"}, {"AND", "and"}, {"OR", "or"},
                                      {"NOT", "not"}, {"And", "and"}, {"Or", "or"}, {"Not", "not"}};
constexpr OtherWord kOtherOperators[] = {
    {"is", "="},          {"equals", "="},          {"eq", "="},         {"ne", "!="},
    {"matches", "regex"}, {"~", "regex"},           {"=~", "regex"},     {"like", "glob"},
    {"has", "contains"},  {"begins", "startswith"}, {"ends", "endswith"}};

template <size_t N>
std::string_view translated(const OtherWord (&table)[N], std::string_view word) {
  for (const OtherWord& row : table)
    if (row.theirs == word) return row.ours;
  return {};
}

std::string_view nearest_operator(std::string_view word) {
  std::vector<std::string_view> names;
  for (const OperatorInfo& info : kOperators) names.push_back(info.spelling);
  const std::string_view other = translated(kOtherOperators, word);
  return other.empty() ? nearest_name(word, names) : other;
}

/// The word that ends in front of `at`.
std::string_view word_before(std::string_view text, size_t at) {
  const std::string_view front = text.substr(0, at);
  const size_t last = front.find_last_not_of(kBlanks);
  if (last == std::string_view::npos) return {};
  const size_t blank = front.find_last_of(" \t\r\n\b(),", last);
  const size_t begin = blank == std::string_view::npos ? 0 : blank + 1;
  return front.substr(begin, last + 1 - begin);
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string no_transformer(std::string_view name) {
  std::vector<std::string_view> names;
  for (const fvm::TransformerInfo& info : fvm::kTransformers) names.push_back(info.name);
  const std::string_view near = nearest_name(name, names);
  return fmt::format("there is no transformer `{}`", name) +
         (near.empty() ? "" : fmt::format("; did you mean `{}`?", near));
}

}  // namespace

SyntaxHelp syntax_help(std::string_view condition, const SyntaxError& error) {
  if (error.kind != SyntaxError::Kind::Syntax || error.range.end > condition.size()) return {};
  const std::string_view word = condition.substr(error.range.begin, error.range.end - error.range.begin);
  if (word.empty()) return {};
  if (const std::string_view ours = translated(kConnectives, word); !ours.empty()) return {std::string(ours), {}};
  if (word[0] == '#') return {{}, "conditions have no comments; in a text of several lines `#` is part of it"};
  if (word[0] == ',') return {{}, "several values stand in parentheses: `proc.name in (bash, sh)`"};
  if (const size_t at = error.range.begin; word[0] == '(' && at > 0 && is_letter(condition[at - 1])) {
    const std::string_view name = word_before(condition, at);
    if (std::ranges::all_of(name, is_letter)) return {{}, no_transformer(name)};
  }
  if (error.message.starts_with("expected an operator")) return {std::string(nearest_operator(word)), {}};
  const bool after_check = error.message.starts_with("expected `and`, `or`");
  if (const std::string_view before = word_before(condition, error.range.begin); after_check && is_connective(before))
    return {{}, fmt::format("`{}` is taken for a macro here, since no check ends in front of it", before)};
  if (after_check && std::string_view("=!<>").find(word[0]) != std::string_view::npos) {
    const std::string_view name = word_before(condition, error.range.begin);
    const bool is_macro = !name.empty() && name.find_first_of(".'\"[]=") == std::string_view::npos;
    if (is_macro) return {{}, fmt::format("`{}` is taken for a macro; only fields can be compared", name)};
  }
  if (error.message.starts_with("expected a field") && (word[0] == '"' || word[0] == '\''))
    return {{}, "every check names its field; for several values write `proc.name in (bash, sh)`"};
  return {};
}

std::optional<size_t> open_parenthesis(std::string_view condition, const SyntaxError& error) {
  if (error.kind != SyntaxError::Kind::Syntax || error.message != "a `(` is not closed") return std::nullopt;
  std::vector<size_t> open;
  char quote = 0;
  for (size_t i = 0; i < condition.size(); ++i) {
    const char c = condition[i];
    if (quote != 0) {
      if (c == '\\') ++i;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(') {
      open.push_back(i);
    } else if (c == ')' && !open.empty()) {
      open.pop_back();
    }
  }
  return open.empty() ? std::nullopt : std::optional(open.back());
}

bool is_connective(std::string_view word) { return word == "and" || word == "or" || word == "not"; }

}  // namespace falcoc
