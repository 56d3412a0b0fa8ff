// SPDX-License-Identifier: Apache-2.0
//
// Drives the generated lexer and parser: tokens first, with nesting bounded on them (the generated parser recurses once per
// level), then the parse tree, then the syntax tree. The grammar needs one token of look-ahead everywhere, so there is no
// prediction to fall back from. The first mistake ends the parse; syntax_message() says what was expected there.
#include "compiler/parse/condition_parser.h"

#include <algorithm>
#include <memory>

#include "FalcoConditionLexer.h"
#include "FalcoConditionParser.h"
#include "compiler/parse/byte_stream.h"
#include "vm/abi/limits.h"

namespace falcoc {

namespace {

using falco_grammar::FalcoConditionLexer;
using Grammar = falco_grammar::FalcoConditionParser;
using antlr4::Token;
using ast::Node;
using ast::NodeId;
using ast::Operand;
using ast::OperandId;
using ast::TextRange;

/// The reference counts parser levels and refuses to reach this one: 198 parentheses around a check just fit.
constexpr size_t kLevels = 5 * (fvm::limits::kConditionNesting + 2);
constexpr size_t kFirstLevel = 4;

TextRange range_of(const Token* token) {
  return {static_cast<uint32_t>(token->getStartIndex()), static_cast<uint32_t>(token->getStopIndex() + 1)};
}

SyntaxError syntax_error(std::string message, TextRange range, size_t reference_offset) {
  return {SyntaxError::Kind::Syntax, std::move(message), range, reference_offset};
}

/// Levels a token adds for what it encloses.
size_t level_cost(size_t type) {
  switch (type) {
    case Grammar::LPAREN: return 5;
    case Grammar::NOT_OPEN: return 4;
    case Grammar::AND_OPEN: return 3;
    case Grammar::OR_OPEN: return 2;
    case Grammar::CALL_OPEN: return 2;
    default: return 0;
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
      case Grammar::FIELD_OPEN: return level_ + 1 < kLevels;
      default: return true;
    }
  }

 private:
  size_t level_ = kFirstLevel;
  std::vector<size_t> costs_;
};

struct SyntaxFailure {
  SyntaxError error;
};

std::string quoted_text(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string_view word_at(std::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size() && end - begin < 40 && std::string_view(" \t\r\n\b(),").find(text[end]) == std::string_view::npos) ++end;
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
      while (lhs_end > lhs && std::string_view(" \t\r\n\b").find(text[lhs_end - 1]) != std::string_view::npos) --lhs_end;
      return "expected an operator after " + quoted_text(text.substr(lhs, lhs_end - lhs)) + ", found " + found;
    }
    return "expected an operator, found " + found;
  }
  if (expected.contains(static_cast<ssize_t>(Grammar::NOT_OPEN)) || expected.contains(static_cast<ssize_t>(Grammar::LPAREN))) {
    return "expected a field, a macro name or `(`, found " + found;
  }
  if (expected.contains(static_cast<ssize_t>(Grammar::MODIFIER))) {
    if (at_quote) return "the string is not closed";
    if (!at_end && text[begin] == '(') return "expected one value, found `(`; use `in` to compare with a list";
    return "expected a value, found " + found;
  }
  if (expected.contains(static_cast<ssize_t>(Grammar::INDEX_TEXT))) return "expected the argument directly after `[`, found " + found;
  if (expected.contains(static_cast<ssize_t>(Grammar::INDEX_CLOSE))) return "expected `]` after the argument, found " + found;
  if (expected.contains(static_cast<ssize_t>(Grammar::LIST_CLOSE))) {
    if (at_quote) return "the string is not closed";
    return "expected `,` or `)` in the list, found " + found;
  }
  if (expected.contains(static_cast<ssize_t>(Grammar::BARE))) {
    return at_quote ? std::string("the string is not closed") : "expected a value in the list, found " + found;
  }
  if (expected.contains(static_cast<ssize_t>(Grammar::HEX)) && expected.contains(static_cast<ssize_t>(Grammar::VAL_OPEN))) {
    return "expected a number, found " + found;
  }
  if (expected.contains(static_cast<ssize_t>(Grammar::VAL_OPEN))) return "expected a list in parentheses, found " + found;
  if (expected.contains(static_cast<ssize_t>(Grammar::HEX))) {
    if (at_quote) return "the string is not closed";
    return "expected a field, a string, a number, a list or a transformer as argument, found " + found;
  }
  if (expected.contains(static_cast<ssize_t>(Grammar::CALL_CLOSE))) return "expected `,` or `)` after the argument, found " + found;
  if (expected.contains(static_cast<ssize_t>(Grammar::FIELD))) return "expected a field in `val()`, found " + found;
  if (expected.contains(static_cast<ssize_t>(Grammar::RPAREN))) {
    return at_end ? std::string("a `(` is not closed") : "expected `and`, `or` or `)` after the check, found " + found;
  }
  if (type == Grammar::RPAREN) return "`)` without `(`";
  return "expected `and`, `or` or the end after the check, found " + found;
}

/// No recovery: the first mistake is thrown to run_parser().
class FirstErrorStrategy final : public antlr4::DefaultErrorStrategy {
 public:
  explicit FirstErrorStrategy(std::string_view text) : text_(text) {}

  void reportError(antlr4::Parser*, const antlr4::RecognitionException&) override {}
  void recover(antlr4::Parser* parser, std::exception_ptr) override { fail(parser); }
  Token* recoverInline(antlr4::Parser* parser) override { fail(parser); }
  void sync(antlr4::Parser*) override {}

 private:
  [[noreturn]] void fail(antlr4::Parser* parser) {
    const Token* token = parser->getCurrentToken();
    const size_t type = token->getType();
    TextRange range{static_cast<uint32_t>(text_.size()), static_cast<uint32_t>(text_.size())};
    if (type != Token::EOF) {
      range.begin = static_cast<uint32_t>(token->getStartIndex());
      range.end = range.begin + static_cast<uint32_t>(word_at(text_, range.begin).size());
    }
    size_t reference = range.begin;
    if (type == Grammar::AND_GLUED || type == Grammar::OR_GLUED) reference = token->getStopIndex() + 1;
    throw SyntaxFailure{syntax_error(syntax_message(parser, text_), range, reference)};
  }
  std::string_view text_;
};

/// Parse tree -> syntax tree. Recursion is bounded by the nesting guard.
class AstBuilder {
 public:
  AstBuilder(std::string_view text, ast::Condition& out) : text_(text), out_(out) {}

  NodeId build(Grammar::ConditionContext* context) { return build_or(context->orExpr()); }

  OperandId build_call(Grammar::CallContext* context) {
    Operand call;
    call.kind = Operand::Kind::Call;
    const std::string name = context->CALL_OPEN()->getText();
    call.text = name.substr(0, name.size() - 1);
    for (auto* argument : context->argument()) call.args.push_back(build_argument(argument));
    if (context->INDEX_TEXT() != nullptr) set_index(call, context->INDEX_TEXT()->getSymbol());
    call.range = span(context);
    return add(std::move(call));
  }

 private:
  static TextRange span(antlr4::ParserRuleContext* context) {
    return {range_of(context->getStart()).begin, range_of(context->getStop()).end};
  }

  NodeId add(Node node) {
    out_.nodes.push_back(std::move(node));
    return static_cast<NodeId>(out_.nodes.size() - 1);
  }
  OperandId add(Operand operand) {
    out_.operands.push_back(std::move(operand));
    return static_cast<OperandId>(out_.operands.size() - 1);
  }

  template <typename Children>
  NodeId chain(Node::Kind kind, antlr4::ParserRuleContext* context, const Children& build_children) {
    Node node;
    node.kind = kind;
    build_children(node.children);
    if (node.children.size() == 1) return node.children.front();
    node.range = span(context);
    return add(std::move(node));
  }

  // The children of a chain are either sub-rules or, after `or(` / `and(`, groups; both come in order of text.
  NodeId build_or(Grammar::OrExprContext* context) {
    return chain(Node::Kind::Or, context, [&](std::vector<NodeId>& children) {
      for (auto* child : context->children) {
        if (auto* part = dynamic_cast<Grammar::AndExprContext*>(child)) children.push_back(build_and(part));
        if (auto* group = dynamic_cast<Grammar::OrExprContext*>(child)) children.push_back(build_or(group));
      }
    });
  }

  NodeId build_and(Grammar::AndExprContext* context) {
    return chain(Node::Kind::And, context, [&](std::vector<NodeId>& children) {
      for (auto* child : context->children) {
        if (auto* part = dynamic_cast<Grammar::NotExprContext*>(child)) children.push_back(build_not(part));
        if (auto* group = dynamic_cast<Grammar::OrExprContext*>(child)) children.push_back(build_or(group));
      }
    });
  }

  NodeId negate(NodeId child, antlr4::ParserRuleContext* context) {
    Node node;
    node.kind = Node::Kind::Not;
    node.children = {child};
    node.range = span(context);
    return add(std::move(node));
  }

  NodeId build_not(Grammar::NotExprContext* context) {
    NodeId id = context->check() != nullptr ? build_check(context->check()) : build_or(context->orExpr());
    if (context->NOT_OPEN() != nullptr) id = negate(id, context);
    return context->NOT().size() % 2 == 0 ? id : negate(id, context);
  }

  NodeId build_check(Grammar::CheckContext* context) {
    if (auto* group = dynamic_cast<Grammar::GroupContext*>(context)) return build_or(group->orExpr());
    Node node;
    if (auto* macro = dynamic_cast<Grammar::MacroNameContext*>(context)) {
      node.kind = Node::Kind::Macro;
      node.name = macro->IDENT()->getText();
      node.range = node.name_range = range_of(macro->IDENT()->getSymbol());
      return add(std::move(node));
    }
    if (auto* test = dynamic_cast<Grammar::FieldTestContext*>(context)) {
      node.lhs = build_field(test->field());
      build_test(node, test->test());
    } else if (auto* call = dynamic_cast<Grammar::CallTestContext*>(context)) {
      node.lhs = build_call(call->call());
      build_test(node, call->test());
    }
    node.range = span(context);
    while (node.range.end > node.range.begin && is_blank(text_[node.range.end - 1])) --node.range.end;
    return add(std::move(node));
  }

  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\b'; }

  void set_operator(Node& node, const Token* token) {
    node.name_range = range_of(token);
    while (is_blank(text_[node.name_range.end - 1])) --node.name_range.end;
    node.name = text_.substr(node.name_range.begin, node.name_range.end - node.name_range.begin);
  }

  void build_test(Node& node, Grammar::TestContext* context) {
    if (auto* exists = dynamic_cast<Grammar::ExistsTestContext*>(context)) {
      set_operator(node, exists->EXISTS()->getSymbol());
    } else if (auto* order = dynamic_cast<Grammar::OrderTestContext*>(context)) {
      set_operator(node, order->ORDER_OP()->getSymbol());
      auto* operand = order->numberOperand();
      if (operand->reference() != nullptr) {
        build_reference(node, operand->reference());
      } else {
        node.values.push_back(add_literal(Operand::Kind::Number, operand->getStart()));
      }
    } else if (auto* compare = dynamic_cast<Grammar::StringTestContext*>(context)) {
      set_operator(node, compare->getStart());
      build_operand(node, compare->operand());
    } else if (auto* list = dynamic_cast<Grammar::ListTestContext*>(context)) {
      set_operator(node, list->LIST_OP()->getSymbol());
      auto* operand = list->listOperand();
      if (operand->reference() != nullptr) {
        build_reference(node, operand->reference());
      } else {
        build_list(node, operand->listValue());
      }
    }
  }

  void build_operand(Node& node, Grammar::OperandContext* context) {
    if (context->reference() != nullptr) {
      build_reference(node, context->reference());
    } else if (context->MODIFIER() == nullptr) {
      node.values.push_back(add_literal(Operand::Kind::Text, context->getStart()));
    } else if (context->listValue() != nullptr) {
      switch (context->getStart()->getText().front()) {
        case 'o': node.modifier = Modifier::OneOf; break;
        case 'a': node.modifier = context->getStart()->getText()[1] == 'n' ? Modifier::AnyOf : Modifier::AllOf; break;
      }
      build_list(node, context->listValue());
    } else {  // `x = oneof and ...`: an ordinary word
      Operand word;
      word.range = range_of(context->getStart());
      while (is_blank(text_[word.range.end - 1])) --word.range.end;
      word.text = text_.substr(word.range.begin, word.range.end - word.range.begin);
      node.values.push_back(add(std::move(word)));
    }
  }

  void build_list(Node& node, Grammar::ListValueContext* context) {
    if (context->IDENT() != nullptr) {
      node.values.push_back(add_literal(Operand::Kind::Text, context->IDENT()->getSymbol()));
      return;
    }
    node.is_list = true;
    if (context->values() == nullptr) return;
    for (auto* value : context->values()->value()) node.values.push_back(add_literal(Operand::Kind::Text, value->getStart()));
  }

  void build_reference(Node& node, Grammar::ReferenceContext* context) {
    if (context->call() != nullptr) {
      node.reference = build_call(context->call());
    } else {
      node.in_val = true;
      node.reference = build_field(context->field());
    }
  }

  OperandId build_field(Grammar::FieldContext* context) {
    Operand field;
    field.kind = Operand::Kind::Field;
    field.range = span(context);
    if (context->FIELD() != nullptr) {
      field.text = context->FIELD()->getText();
    } else {
      field.text = context->FIELD_OPEN()->getText();
      field.text.pop_back();
      set_index(field, context->INDEX_TEXT()->getSymbol());
    }
    return add(std::move(field));
  }

  OperandId build_argument(Grammar::ArgumentContext* context) {
    if (context->call() != nullptr) return build_call(context->call());
    if (context->field() != nullptr) return build_field(context->field());
    if (context->LIST_OPEN() == nullptr) return add_scalar(context->getStart());
    Operand list;
    list.kind = Operand::Kind::List;
    list.range = span(context);
    if (context->elements() != nullptr) {
      for (auto* element : context->elements()->element()) {
        if (element->call() != nullptr) {
          list.args.push_back(build_call(element->call()));
        } else if (element->field() != nullptr) {
          list.args.push_back(build_field(element->field()));
        } else {
          list.args.push_back(add_scalar(element->getStart()));
        }
      }
    }
    return add(std::move(list));
  }

  OperandId add_scalar(const Token* token) {
    return add_literal(token->getType() == Grammar::STRING ? Operand::Kind::Text : Operand::Kind::Number, token);
  }

  OperandId add_literal(Operand::Kind kind, const Token* token) {
    Operand literal;
    literal.kind = kind;
    literal.range = range_of(token);
    literal.text = unquoted(token);
    return add(std::move(literal));
  }

  void set_index(Operand& operand, const Token* token) {
    operand.has_index = true;
    operand.index = unquoted(token);
  }

  std::string unquoted(const Token* token) {
    const TextRange range = range_of(token);
    const std::string_view written = text_.substr(range.begin, range.end - range.begin);
    if (written.front() != '"' && written.front() != '\'') return std::string(written);
    std::string value;
    size_t error_at = 0;
    if (!unquote(written, value, error_at)) {
      const uint32_t at = range.begin + static_cast<uint32_t>(error_at);
      throw SyntaxFailure{syntax_error("bad escape " + quoted_text(text_.substr(at, 2)) + " in a string", {at, at + 2}, range.end)};
    }
    return value;
  }

  std::string_view text_;
  ast::Condition& out_;
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
    parser.setErrorHandler(std::make_shared<FirstErrorStrategy>(text));
    Grammar::ConditionContext* tree = parser.condition();
    result.condition.root = AstBuilder(text, result.condition).build(tree);
  } catch (const SyntaxFailure& failure) {
    result.error = failure.error;
  } catch (const std::exception& e) {
    result.error = syntax_error(std::string("the condition can not be parsed: ") + e.what(), {0, 0}, 0);
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
      if (tokens.size() == 1 && (type != Grammar::CALL_OPEN || tokens.back()->getStartIndex() != 0)) return std::nullopt;
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
    parser.setErrorHandler(std::make_shared<FirstErrorStrategy>(text));
    result.call = AstBuilder(text, result.holder).build_call(parser.call());
    return result;
  } catch (const SyntaxFailure&) {
    return std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace falcoc
