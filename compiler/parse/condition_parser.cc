// SPDX-License-Identifier: Apache-2.0
//
// Drives the generated lexer and parser: tokens first, with nesting bounded on them (the generated parser recurses once
// per level), then the parse tree, then the syntax tree. The grammar needs one token of look-ahead everywhere, so there
// is no prediction to fall back from. The first mistake ends the parse; see first_error.h and tree_builder.h.
#include "compiler/parse/condition_parser.h"

#include <memory>
#include <vector>

#include "FalcoConditionLexer.h"
#include "compiler/parse/byte_stream.h"
#include "compiler/parse/first_error.h"
#include "compiler/parse/tree_builder.h"
#include "vm/abi/limits.h"

namespace falcoc {

namespace {

using antlr4::Token;
using ast::TextRange;
using falco_grammar::FalcoConditionLexer;
using parse::Grammar;
using parse::range_of;
using parse::SyntaxFailure;

/// The reference counts parser levels and refuses to reach this one: 198 parentheses around a check just fit.
constexpr size_t kLevels = 5 * (fvm::limits::kConditionNesting + 2);
constexpr size_t kFirstLevel = 4;

/// Levels a token adds for what it encloses.
size_t level_cost(size_t type) {
  switch (type) {
    case Grammar::LPAREN:
      return 5;
    case Grammar::NOT_OPEN:
      return 4;
    case Grammar::AND_OPEN:
      return 3;
    case Grammar::OR_OPEN:
      return 2;
    case Grammar::CALL_OPEN:
      return 2;
    default:
      return 0;
  }
}

/// Counts levels token by token.
class NestingGuard {
 public:
  /// False: too deep.
  bool accept(size_t type) {
    switch (type) {
      case Grammar::LPAREN:
      case Grammar::NOT_OPEN:
      case Grammar::AND_OPEN:
      case Grammar::OR_OPEN:
      case Grammar::CALL_OPEN:
      case Grammar::VAL_OPEN:
      case Grammar::LIST_OPEN:
        costs_.push_back(level_cost(type));
        level_ += costs_.back();
        return level_ < kLevels;
      case Grammar::RPAREN:
      case Grammar::LIST_CLOSE:
      case Grammar::CALL_CLOSE:
      case Grammar::CALL_CLOSE_INDEX:
        if (!costs_.empty()) {
          level_ -= costs_.back();
          costs_.pop_back();
        }
        return true;
      case Grammar::FIELD:
      case Grammar::FIELD_OPEN:
        return level_ + 1 < kLevels;
      default:
        return true;
    }
  }

 private:
  size_t level_ = kFirstLevel;
  std::vector<size_t> costs_;
};

/// All tokens up to the end, the first unexpected byte or the nesting limit.
std::vector<std::unique_ptr<Token>> scan(antlr4::Lexer& lexer, bool& too_deep) {
  std::vector<std::unique_ptr<Token>> tokens;
  NestingGuard guard;
  for (;;) {
    tokens.push_back(lexer.nextToken());
    const size_t type = tokens.back()->getType();
    if (type == Token::EOF || type == Grammar::UNEXPECTED) return tokens;
    if (!guard.accept(type)) {
      too_deep = true;
      return tokens;
    }
  }
}

}  // namespace

ParsedCondition parse_condition(std::string_view text) {
  ParsedCondition result;
  if (text.size() > fvm::limits::kConditionBytes) {
    result.error = SyntaxError{SyntaxError::Kind::TooLong, {}, {0, 0}, 0};
    return result;
  }
  try {
    ByteStream stream(text);
    FalcoConditionLexer lexer(&stream);
    lexer.removeErrorListeners();
    bool too_deep = false;
    auto tokens = scan(lexer, too_deep);
    if (too_deep) {
      const TextRange range = range_of(tokens.back().get());
      result.error = SyntaxError{SyntaxError::Kind::TooDeep, {}, range, range.end};
      return result;
    }
    antlr4::ListTokenSource source(std::move(tokens));
    antlr4::CommonTokenStream stream_of_tokens(&source);
    Grammar parser(&stream_of_tokens);
    parser.removeErrorListeners();
    parser.setErrorHandler(std::make_shared<parse::FirstErrorStrategy>(text));
    Grammar::ConditionContext* tree = parser.condition();
    result.condition.root = parse::build_tree(tree, text, result.condition);
  } catch (const SyntaxFailure& failure) {
    result.error = failure.error;
  } catch (const std::exception& e) {
    result.error =
        SyntaxError{SyntaxError::Kind::Syntax, std::string("the condition can not be parsed: ") + e.what(), {0, 0}, 0};
  }
  return result;
}

std::optional<ParsedCall> parse_call_prefix(std::string_view text) {
  try {
    ByteStream stream(text);
    FalcoConditionLexer lexer(&stream);
    lexer.removeErrorListeners();
    lexer.pushMode(FalcoConditionLexer::CALL);
    // Only the tokens of the call itself: the mode stack is back where it began when the call is closed.
    std::vector<std::unique_ptr<Token>> tokens;
    NestingGuard guard;
    size_t depth = 0;
    for (;;) {
      tokens.push_back(lexer.nextToken());
      const size_t type = tokens.back()->getType();
      if (tokens.size() == 1 && (type != Grammar::CALL_OPEN || tokens.back()->getStartIndex() != 0))
        return std::nullopt;
      if (type == Token::EOF || type == Grammar::UNEXPECTED || !guard.accept(type)) return std::nullopt;
      if (type == Grammar::CALL_OPEN || type == Grammar::LIST_OPEN) ++depth;
      if (type == Grammar::CALL_CLOSE && --depth == 0) break;
      if (type == Grammar::CALL_CLOSE_INDEX) {
        if (--depth != 0) continue;
        for (int i = 0; i < 2; ++i) {
          tokens.push_back(lexer.nextToken());
          if (tokens.back()->getType() == Token::EOF) return std::nullopt;
        }
        break;
      }
    }
    ParsedCall result;
    result.length = tokens.back()->getStopIndex() + 1;
    antlr4::ListTokenSource source(std::move(tokens));
    antlr4::CommonTokenStream stream_of_tokens(&source);
    Grammar parser(&stream_of_tokens);
    parser.removeErrorListeners();
    parser.setErrorHandler(std::make_shared<parse::FirstErrorStrategy>(text));
    result.call = parse::build_call(parser.call(), text, result.holder);
    return result;
  } catch (const SyntaxFailure&) {
    return std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace falcoc
