// SPDX-License-Identifier: Apache-2.0
//
// ANTLR's parse tree becomes our syntax tree. Throws SyntaxFailure on a bad escape in a string. Private to
// compiler/parse.
#pragma once

#include <string_view>

#include "compiler/ast/ast.h"
#include "compiler/parse/first_error.h"

namespace falcoc::parse {

ast::NodeId build_tree(Grammar::ConditionContext* tree, std::string_view text, ast::Condition& out);
ast::OperandId build_call(Grammar::CallContext* tree, std::string_view text, ast::Condition& out);

}  // namespace falcoc::parse
