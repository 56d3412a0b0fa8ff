// SPDX-License-Identifier: Apache-2.0
//
// What every lint is given: the rules, and answers that several lints ask for (where a node is used, in which item a
// place is, what stands there). Knows no lint.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "compiler/lint/facts.h"
#include "compiler/lint/lint.h"
#include "compiler/lint/truth.h"
#include "compiler/source/item_outline.h"

namespace falcoc {

struct LintContext {
  LintContext(const LintInput& input, const LintOptions& options, Diagnostics& diags);

  const SourceManager& sources;
  const std::vector<uint32_t>& files;
  const Collection& collection;
  const CheckedRules& rules;
  const LintOptions& options;
  Diagnostics& diags;
  PredicateTable predicates;

  const Expr& expr(ExprId id) const { return rules.expr(id); }
  const Term& term(TermId id) const { return rules.term(id); }
  /// The field of a plain left side; null for a transformer.
  const fvm::FieldInfo* field(const Expr& check) const;
  bool compares_field(const Expr& check, fvm::FieldId id) const;

  /// Some rule wants the node to hold (for `negated`: not to hold).
  bool wanted(ExprId id, bool negated = false) const {
    return (negated ? negative_ : positive_)[static_cast<size_t>(id)];
  }
  /// Calls `visit(check)` for every check, macros once.
  template <typename Visit>
  void each_check(Visit visit) const {
    for (size_t i = 0; i < rules.exprs.size(); ++i)
      if (rules.exprs[i].kind == Expr::Kind::Check) visit(static_cast<ExprId>(i), rules.exprs[i]);
  }

  /// A file, and an item of it; null in front of the first one.
  using Item = std::pair<uint32_t, const OutlineItem*>;
  Item item_of(SourceRange range) const { return {range.file, item_at(outlines_[range.file], range.begin)}; }
  /// Both places lie in the same item of the same file.
  bool same_item(SourceRange a, SourceRange b) const;
  /// The text at `range`, or empty when it is unknown.
  std::string_view text(SourceRange range) const { return range.known() ? sources.text(range) : std::string_view(); }
  /// By index of the rule; worked out when somebody asks first.
  const std::vector<RuleTruth>& truths();
  /// One line for messages: normal form, cut when long.
  std::string shown(ExprId id) const;
  /// Names of events that are in the set, each once, without those that no longer occur.
  std::vector<std::string_view> event_names(const EventSet& set) const;

 private:
  void mark(ExprId id, bool negated);

  std::vector<std::vector<OutlineItem>> outlines_;  ///< by file id
  std::vector<RuleTruth> truths_;
  bool truths_known_ = false;
  std::vector<bool> positive_, negative_;
};

/// The place of the constant as it stands in the file; unknown when it was written in another way than plainly or in
/// quotes.
struct WrittenConstant {
  SourceRange range;
  char quote = 0;
};
std::optional<WrittenConstant> written(const LintContext& context, const Constant& constant);

}  // namespace falcoc
