// SPDX-License-Identifier: Apache-2.0
//
// TermBuilder: fields, transformer calls and literals of a syntax tree become typed Terms. Used for both sides of
// checks and for tokens of outputs. Knows nothing of operators, macros or rules.
#pragma once

#include <optional>
#include <string>

#include "compiler/ast/ast.h"
#include "compiler/diag/diagnostics.h"
#include "compiler/sema/checked_rules.h"
#include "compiler/source/mapped_text.h"

namespace falcoc {

class TermBuilder {
 public:
  /// Ranges are looked up in `text` behind its first `offset` bytes.
  TermBuilder(CheckedRules& out, const MappedText& text, Diagnostics& diags, size_t offset = 0)
      : out_(out), text_(text), diags_(diags), offset_(offset) {}

  /// nullopt: an error was emitted.
  std::optional<TermId> build(const ast::Condition& condition, ast::OperandId operand);
  TermId add_field(FieldRef field, SourceRange range);

  SourceRange map(ast::TextRange range) const { return text_.map(range.begin + offset_, range.end + offset_); }
  /// The error was about an unknown field, which skip-if-unknown-filter tolerates.
  bool unknown_field() const { return unknown_field_; }

 private:
  std::optional<TermId> field(const ast::Operand& operand);
  std::optional<TermId> call(const ast::Condition& condition, const ast::Operand& operand, size_t depth);
  std::optional<TermId> list(const ast::Condition& condition, const ast::Operand& operand, size_t depth);
  std::optional<TermId> any(const ast::Condition& condition, ast::OperandId operand, size_t depth);
  bool type_call(Term& call, const ast::Operand& operand);
  bool refuse(const ast::Operand& operand, std::string_view what);
  TermId add(Term term);

  CheckedRules& out_;
  const MappedText& text_;
  Diagnostics& diags_;
  size_t offset_;
  bool unknown_field_ = false;
};

}  // namespace falcoc
