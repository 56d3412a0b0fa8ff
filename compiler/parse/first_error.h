// SPDX-License-Identifier: Apache-2.0
//
// What the files of this folder that see ANTLR share: the generated parser, token ranges, and the error strategy that
// ends a parse at the first mistake with a message a person can use. Private to compiler/parse.
#pragma once

#include <antlr4-runtime.h>

#include <string_view>

#include "FalcoConditionParser.h"
#include "compiler/parse/condition_parser.h"

namespace falcoc::parse {

using Grammar = falco_grammar::FalcoConditionParser;

inline ast::TextRange range_of(const antlr4::Token* token) {
  return {static_cast<uint32_t>(token->getStartIndex()), static_cast<uint32_t>(token->getStopIndex() + 1)};
}

/// Thrown inside the folder only.
struct SyntaxFailure {
  SyntaxError error;
};

/// No recovery: the first mistake is thrown.
class FirstErrorStrategy final : public antlr4::DefaultErrorStrategy {
 public:
  explicit FirstErrorStrategy(std::string_view text) : text_(text) {}

  void reportError(antlr4::Parser*, const antlr4::RecognitionException&) override {}
  void recover(antlr4::Parser* parser, std::exception_ptr) override { fail(parser); }
  antlr4::Token* recoverInline(antlr4::Parser* parser) override { fail(parser); }
  void sync(antlr4::Parser*) override {}

 private:
  [[noreturn]] void fail(antlr4::Parser* parser);
  std::string_view text_;
};

}  // namespace falcoc::parse
