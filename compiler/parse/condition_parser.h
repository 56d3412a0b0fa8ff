// SPDX-License-Identifier: Apache-2.0
//
// From condition text to its syntax tree. The only user of ANTLR; nothing of it shows here and no exception leaves.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/ast/ast.h"

namespace falcoc {

/// The first mistake of a text. `range` is what a person should look at, `reference_offset` where the reference
/// engine's parser would have stopped.
struct SyntaxError {
  enum class Kind : uint8_t { Syntax, TooDeep, TooLong } kind = Kind::Syntax;
  std::string message;
  ast::TextRange range;
  size_t reference_offset = 0;
};

struct ParsedCondition {
  ast::Condition condition;  ///< meaningful without error
  std::optional<SyntaxError> error;
};
ParsedCondition parse_condition(std::string_view text);

/// The longest transformer call at the start of `text`, for outputs. nullopt: there is none.
struct ParsedCall {
  ast::Condition holder;  ///< only operands
  ast::OperandId call = ast::OperandId::None;
  size_t length = 0;  ///< bytes of `text` it takes
};
std::optional<ParsedCall> parse_call_prefix(std::string_view text);

/// The bytes that a quoted string stands for, quotes included in `quoted`. On a bad escape false, and where it is in
/// `error_at`.
bool unquote(std::string_view quoted, std::string& out, size_t& error_at);

}  // namespace falcoc
