// SPDX-License-Identifier: Apache-2.0
//
// ConditionChecker: the syntax tree of one condition becomes typed Exprs. Macro names become the ExprId that the macro
// was checked to, so a macro's tree is there once whatever uses it. Stops at the first mistake of a condition.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/sema/checked_rules.h"
#include "compiler/sema/macros.h"
#include "compiler/sema/operators.h"
#include "compiler/sema/terms.h"

namespace falcoc {

/// A legal constant that was probably meant as something else.
struct ConstantDoubt {
  SourceRange range;
  std::string message;
};

class ConditionChecker {
 public:
  /// The checked macro; nullopt: it has an error.
  using MacroExpr = std::function<std::optional<ExprId>(std::string_view name)>;

  ConditionChecker(CheckedRules& out, const ParsedUnit& unit, const MacroExpr& macro_expr, Diagnostics& diags)
      : out_(out), unit_(unit), macro_expr_(macro_expr), diags_(diags), terms_(out, unit.text, diags) {}

  /// nullopt: an error was emitted for each wrong check, up to the first macro that has an error.
  std::optional<ExprId> run() { return node(unit_.ast().root); }

  std::vector<ConstantDoubt> doubts;
  /// The first error is about an unknown field or event type, which skip-if-unknown-filter tolerates.
  bool tolerable() const { return tolerable_; }
  /// Of each error: where the check starts, in the unit's text.
  const std::vector<size_t>& error_offsets() const { return error_offsets_; }

 private:
  std::optional<ExprId> node(ast::NodeId id);
  std::optional<ExprId> check(const ast::Node& node);
  std::optional<ExprId> checked(const ast::Node& node);
  bool legal_operator(const ast::Node& node, const OperatorInfo& info, const Term& lhs);
  bool legal_reference(const ast::Node& node, const OperatorInfo& info, TermId lhs, TermId rhs);
  bool constants(const ast::Node& node, const OperatorInfo& info, const Term& lhs, Expr& expr);
  void doubt(const ast::Operand& value, fvm::CmpOp op);
  SourceRange map(ast::TextRange range) const { return terms_.map(range); }
  ExprId add(Expr expr);

  CheckedRules& out_;
  const ParsedUnit& unit_;
  const MacroExpr& macro_expr_;
  Diagnostics& diags_;
  TermBuilder terms_;
  bool unknown_event_type_ = false;
  bool tolerable_ = false;
  bool macro_failed_ = false;
  std::vector<size_t> error_offsets_;
};

}  // namespace falcoc
