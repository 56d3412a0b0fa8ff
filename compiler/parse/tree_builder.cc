// SPDX-License-Identifier: Apache-2.0
//
// Recursion follows the parse tree, whose depth the nesting guard of condition_parser.cc bounds.
#include "compiler/parse/tree_builder.h"

#include <string>
#include <vector>

namespace falcoc::parse {

namespace {

using antlr4::Token;
using ast::Node;
using ast::NodeId;
using ast::Operand;
using ast::OperandId;
using ast::TextRange;

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
        case 'o':
          node.modifier = Modifier::OneOf;
          break;
        case 'a':
          node.modifier = context->getStart()->getText()[1] == 'n' ? Modifier::AnyOf : Modifier::AllOf;
          break;
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
    for (auto* value : context->values()->value())
      node.values.push_back(add_literal(Operand::Kind::Text, value->getStart()));
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
      throw SyntaxFailure{{SyntaxError::Kind::Syntax,
                           "bad escape `" + std::string(text_.substr(at, 2)) + "` in a string",
                           {at, at + 2},
                           range.end}};
    }
    return value;
  }

  std::string_view text_;
  ast::Condition& out_;
};

}  // namespace

NodeId build_tree(Grammar::ConditionContext* tree, std::string_view text, ast::Condition& out) {
  return AstBuilder(text, out).build(tree);
}

OperandId build_call(Grammar::CallContext* tree, std::string_view text, ast::Condition& out) {
  return AstBuilder(text, out).build_call(tree);
}

}  // namespace falcoc::parse
