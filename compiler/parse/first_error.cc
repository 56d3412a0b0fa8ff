// SPDX-License-Identifier: Apache-2.0
//
// What to say is read off the set of tokens that the parser waits for.
#include "compiler/parse/first_error.h"

#include "compiler/ast/ast_print.h"

namespace falcoc::parse {

namespace {

using antlr4::Token;
using ast::TextRange;

std::string quoted_text(std::string_view text) { return "`" + ast::excerpt(text) + "`"; }

std::string_view word_at(std::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size() && end - begin < 40 &&
         std::string_view(" \t\r\n\b(),").find(text[end]) == std::string_view::npos)
    ++end;
  if (end == begin && end < text.size()) ++end;
  return text.substr(begin, end - begin);
}

/// What the parser waits for at its current token, in words.
std::string syntax_message(antlr4::Parser* parser, std::string_view text) {
  const Token* token = parser->getCurrentToken();
  const antlr4::misc::IntervalSet expected = parser->getExpectedTokens();
  const size_t type = token->getType();
  const bool at_end = type == Token::EOF;
  const size_t begin = at_end ? text.size() : token->getStartIndex();
  const std::string found = at_end ? std::string("the end") : quoted_text(word_at(text, begin));
  const bool at_quote = type == Grammar::UNEXPECTED && (text[begin] == '"' || text[begin] == '\'');

  if (type == Grammar::AND_GLUED || type == Grammar::OR_GLUED) {
    return std::string("expected a blank or `(` after ") + (type == Grammar::AND_GLUED ? "`and`" : "`or`");
  }
  if ((type == Grammar::AND || type == Grammar::AND_OPEN) && !expected.contains(static_cast<ssize_t>(type))) {
    return "`and` can not follow `or(`...`)`; write a blank between `or` and `(`";
  }
  if (expected.contains(static_cast<ssize_t>(Grammar::EXISTS))) {
    auto* parent = dynamic_cast<antlr4::ParserRuleContext*>(parser->getContext()->parent);
    if (parent != nullptr && parent->getStart() != nullptr && parser->getTokenStream()->index() > 0) {
      const size_t lhs = parent->getStart()->getStartIndex();
      size_t lhs_end = begin;
      while (lhs_end > lhs && std::string_view(" \t\r\n\b").find(text[lhs_end - 1]) != std::string_view::npos)
        --lhs_end;
      return "expected an operator after " + quoted_text(text.substr(lhs, lhs_end - lhs)) + ", found " + found;
    }
    return "expected an operator, found " + found;
  }
  if (expected.contains(static_cast<ssize_t>(Grammar::NOT_OPEN)) ||
      expected.contains(static_cast<ssize_t>(Grammar::LPAREN))) {
    return "expected a field, a macro name or `(`, found " + found;
  }
  if (expected.contains(static_cast<ssize_t>(Grammar::MODIFIER))) {
    if (at_quote) return "the string is not closed";
    if (!at_end && text[begin] == '(') return "expected one value, found `(`; use `in` to compare with a list";
    return "expected a value, found " + found;
  }
  if (expected.contains(static_cast<ssize_t>(Grammar::INDEX_TEXT)))
    return "expected the argument directly after `[`, found " + found;
  if (expected.contains(static_cast<ssize_t>(Grammar::INDEX_CLOSE)))
    return "expected `]` after the argument, found " + found;
  if (expected.contains(static_cast<ssize_t>(Grammar::LIST_CLOSE))) {
    if (at_quote) return "the string is not closed";
    return "expected `,` or `)` in the list, found " + found;
  }
  if (expected.contains(static_cast<ssize_t>(Grammar::BARE))) {
    return at_quote ? std::string("the string is not closed") : "expected a value in the list, found " + found;
  }
  if (expected.contains(static_cast<ssize_t>(Grammar::HEX)) &&
      expected.contains(static_cast<ssize_t>(Grammar::VAL_OPEN))) {
    return "expected a number, found " + found;
  }
  if (expected.contains(static_cast<ssize_t>(Grammar::VAL_OPEN)))
    return "expected a list in parentheses, found " + found;
  if (expected.contains(static_cast<ssize_t>(Grammar::HEX))) {
    if (at_quote) return "the string is not closed";
    return "expected a field, a string, a number, a list or a transformer as argument, found " + found;
  }
  if (expected.contains(static_cast<ssize_t>(Grammar::CALL_CLOSE)))
    return "expected `,` or `)` after the argument, found " + found;
  if (expected.contains(static_cast<ssize_t>(Grammar::FIELD))) return "expected a field in `val()`, found " + found;
  if (expected.contains(static_cast<ssize_t>(Grammar::RPAREN))) {
    return at_end ? std::string("a `(` is not closed") : "expected `and`, `or` or `)` after the check, found " + found;
  }
  if (type == Grammar::RPAREN) return "`)` without `(`";
  return "expected `and`, `or` or the end after the check, found " + found;
}

}  // namespace

void FirstErrorStrategy::fail(antlr4::Parser* parser) {
  const Token* token = parser->getCurrentToken();
  const size_t type = token->getType();
  TextRange range{static_cast<uint32_t>(text_.size()), static_cast<uint32_t>(text_.size())};
  if (type != Token::EOF) {
    range.begin = static_cast<uint32_t>(token->getStartIndex());
    range.end = range.begin + static_cast<uint32_t>(word_at(text_, range.begin).size());
  }
  size_t reference = range.begin;
  if (type == Grammar::AND_GLUED || type == Grammar::OR_GLUED) reference = token->getStopIndex() + 1;
  throw SyntaxFailure{{SyntaxError::Kind::Syntax, syntax_message(parser, text_), range, reference}};
}

}  // namespace falcoc::parse
