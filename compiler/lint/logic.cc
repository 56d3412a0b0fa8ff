// SPDX-License-Identifier: Apache-2.0
//
// Lints about conditions that can't mean what they say. What follows from what is the business of facts.h.
#include <algorithm>
#include <map>
#include <unordered_set>

#include "compiler/lint/context.h"

namespace falcoc {
namespace {

using fvm::CmpOp;
using fvm::FieldId;

bool has_switch(const LintContext& context, ExprId id) {
  const Expr& e = context.expr(id);
  if (e.kind == Expr::Kind::Check) return context.predicates.is_switch(e);
  return std::any_of(e.children.begin(), e.children.end(), [&](ExprId child) { return has_switch(context, child); });
}

/// Reports the nodes that `kind` has of each rule.
template <typename D>
void report_all(LintContext& context, std::vector<ExprId> RuleTruth::*kind) {
  for (const RuleTruth& truth : context.truths())
    for (const ExprId id : truth.*kind) context.diags.emit<D>(context.expr(id).range, context.shown(id));
}

/// Whether an event of the set has a parameter of this name, or that many.
bool has_argument(const EventSet& events, const FieldRef& field) {
  for (size_t code = 0; code < fvm::kEventCount; ++code) {
    if (!events[code]) continue;
    const auto params = fvm::kEvents[code].params();
    if (field.arg == fvm::FieldArg::Index) {
      if (field.index >= 0 && static_cast<size_t>(field.index) < params.size()) return true;
    } else if (std::any_of(params.begin(), params.end(),
                           [&](const fvm::ParamInfo& p) { return p.name == field.key; })) {
      return true;
    }
  }
  return false;
}

/// Whether an event of the set is about a descriptor. Some events leave that of the one before in place.
bool has_descriptor(const EventSet& events) {
  for (size_t code = 0; code < fvm::kEventCount; ++code) {
    constexpr uint32_t kFlags = FALCO_EF_CREATES_FD | FALCO_EF_DESTROYS_FD | FALCO_EF_USES_FD | FALCO_EF_SKIPPARSERESET;
    if (events[code] && fvm::kEvents[code].has(kFlags)) return true;
  }
  return false;
}

/// Whether the field can have a value on some event of the set.
bool can_exist(const EventSet& events, const FieldRef& field) {
  if (field.id == FieldId::EvtArg || field.id == FieldId::EvtRawarg) return has_argument(events, field);
  return fvm::field_info(field.id).field_class != fvm::FieldClass::Fd || has_descriptor(events);
}

/// Lower-case `and` or `or` at nesting depth 0 of a condition's text; quotes hide.
bool has_word_on_top(std::string_view text, std::string_view word) {
  int depth = 0;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
      continue;
    }
    if (c == '"' || c == '\'') quote = c;
    if (c == '(') ++depth;
    if (c == ')') --depth;
    const bool starts = depth == 0 && text.substr(i).starts_with(word) &&
                        (i == 0 || std::string_view(" \n\t\r)").find(text[i - 1]) != std::string_view::npos);
    const size_t end = i + word.size();
    if (starts && end < text.size() && std::string_view(" \n\t\r(").find(text[end]) != std::string_view::npos)
      return true;
  }
  return false;
}

void check_joints(LintContext& context, const ScalarText& condition) {
  for (const uint32_t joint : condition.joints) {
    const std::string_view all = condition.text.view();
    const std::string_view more = all.substr(joint);
    const size_t first = more.find_first_not_of(" \n\t\r");
    if (first == std::string_view::npos) continue;
    for (const auto& [word, other, how] :
         {std::array<std::string_view, 3>{"and", "or", "tighter"}, {"or", "and", "less tightly"}}) {
      const std::string_view tail = more.substr(first);
      const bool starts = tail.starts_with(word) && tail.size() > word.size() &&
                          std::string_view(" \n\t\r(").find(tail[word.size()]) != std::string_view::npos;
      if (!starts || !has_word_on_top(all.substr(0, joint), other)) continue;
      const size_t at = joint + first;
      context.diags.emit<diag::AppendPrecedence>(condition.text.map(at, at + word.size()), word, how, other)
          .note("it is appended to this condition", condition.text.map(0, 1));
    }
  }
}

}  // namespace

void lint_NeverTrue(LintContext& context) {
  for (size_t i = 0; i < context.rules.rules.size(); ++i) {
    const CheckedRule& rule = context.rules.rules[i];
    if (rule.source != "syscall") continue;
    const bool no_events = rule.events.none() && !has_switch(context, rule.condition);
    const RuleTruth& truth = context.truths()[i];
    if (!truth.never && !no_events) continue;
    Diagnostic& d = context.diags.emit<diag::NeverTrue>(rule.condition_range, rule.name);
    if (truth.never && truth.culprit != ExprId::None) {
      d.note(fmt::format("`{}` excludes what stands in front of it", context.shown(truth.culprit)),
             context.expr(truth.culprit).range);
    }
    if (no_events) d.note("no event type satisfies it");
  }
}

void lint_DeadAlternative(LintContext& context) { report_all<diag::DeadAlternative>(context, &RuleTruth::dead); }
void lint_RedundantTerm(LintContext& context) { report_all<diag::RedundantTerm>(context, &RuleTruth::redundant); }
void lint_AlwaysTrue(LintContext& context) { report_all<diag::AlwaysTrue>(context, &RuleTruth::always); }

void lint_ImpossibleField(LintContext& context) {
  std::map<LintContext::Item, std::vector<const Term*>> terms;
  for (const Term& term : context.rules.terms)
    if (term.kind == Term::Kind::Field && term.range.known()) terms[context.item_of(term.range)].push_back(&term);
  // Macros may serve several rules; only what stands in the rule itself is about its events alone.
  for (const CheckedRule& rule : context.rules.rules) {
    if (rule.source != "syscall" || rule.events.none() || !rule.condition_range.known()) continue;
    std::unordered_set<std::string> said;
    for (const Term* own : terms[context.item_of(rule.condition_range)]) {
      const Term& term = *own;
      if (can_exist(rule.events, term.field)) continue;
      std::string name(context.text(term.range));
      if (name.starts_with('%')) name.erase(0, 1);
      if (!said.insert(name).second) continue;
      context.diags.emit<diag::ImpossibleField>(term.range, rule.name, name);
    }
  }
}

void lint_MissingValue(LintContext& context) {
  context.each_check([&](ExprId, const Expr& e) {
    // Names of users, processes and descriptors that are not known do have the text `<NA>`.
    const fvm::FieldInfo* field = context.field(e);
    if (field == nullptr) return;
    if (field->field_class != fvm::FieldClass::Container && field->field_class != fvm::FieldClass::K8s) return;
    for (const ConstId c : e.constants) {
      const Constant& constant = context.rules.constant(c);
      if (constant.text != "<NA>" && constant.text != "N/A") continue;
      context.diags.emit<diag::MissingValue>(constant.range, constant.text)
          .help(fmt::format("`{} exists` is true when there is a value", term_text(context.rules, e.lhs)));
      break;
    }
  });
}

void lint_HostContainerId(LintContext& context) {
  context.each_check([&](ExprId id, const Expr& e) {
    if (!context.compares_field(e, FieldId::ContainerId)) return;
    const bool not_empty = e.op == CmpOp::Ne && e.modifier == Modifier::None && e.constants.size() == 1 &&
                           context.rules.constant(e.constants[0]).text.empty();
    if (e.op == CmpOp::Exists || not_empty)
      context.diags.emit<diag::HostContainerId>(e.range, context.shown(id))
          .help("`container.id != host` is true in containers");
  });
}

void lint_AppendPrecedence(LintContext& context) {
  for (const MacroDecl& macro : context.collection.macros) check_joints(context, macro.condition);
  for (const RuleDecl& rule : context.collection.rules) check_joints(context, rule.condition);
}

void lint_LooksLikeList(LintContext& context) {
  constexpr std::string_view kEndings[] = {"_binaries", "_lists",    "_list",   "_dirs",      "_directories",
                                           "_procs",    "_programs", "_images", "_processes", "_file_names"};
  constexpr size_t kShortest = 8;
  std::vector<std::string_view> names;
  for (const ListDecl& list : context.collection.lists) names.push_back(list.name);
  std::unordered_set<uint64_t> said;
  context.each_check([&](ExprId, const Expr& e) {
    if (e.op != CmpOp::In && e.op != CmpOp::Intersects && e.op != CmpOp::PMatch && e.modifier == Modifier::None) return;
    for (const ConstId c : e.constants) {
      const Constant& constant = context.rules.constant(c);
      const std::string_view word = constant.text;
      if (word.size() < kShortest || word.find('_') == std::string_view::npos || context.text(constant.range) != word)
        continue;
      if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string_view::npos) continue;
      const std::string_view near = nearest_name(word, names);
      const bool close = !near.empty() && near.find('_') != std::string_view::npos && near.front() == word.front() &&
                         near.size() + 2 >= word.size() && word.size() + 2 >= near.size();
      const bool ending = std::any_of(std::begin(kEndings), std::end(kEndings),
                                      [&](std::string_view end) { return word.ends_with(end); });
      if (!close && !ending) continue;
      if (!said.insert(static_cast<uint64_t>(constant.range.file) << 32 | constant.range.begin).second) continue;
      Diagnostic& d = context.diags.emit<diag::LooksLikeList>(constant.range, word);
      if (close) d.suggest(constant.range, std::string(near));
    }
  });
}

namespace {

/// Calls `take(exception, truth)` for each exception of each rule, with what the condition says about it.
template <typename Take>
void each_exception(LintContext& context, Take take) {
  for (const CheckedRule& rule : context.rules.rules) {
    const RuleDecl* decl = context.collection.find_rule(rule.name);
    if (decl == nullptr) continue;
    std::vector<const ExceptionDecl*> used;
    for (const ExceptionDecl& exception : decl->exceptions)
      if (!exception.values.empty()) used.push_back(&exception);
    const Expr& top = context.expr(rule.condition);
    if (used.empty() || top.kind != Expr::Kind::And || top.children.size() <= used.size()) continue;
    const size_t own = top.children.size() - used.size();
    Facts facts(context.predicates);
    for (size_t i = 0; i < own; ++i) facts.assume(top.children[i], true);
    if (facts.contradictory()) continue;
    for (size_t i = 0; i < used.size(); ++i) {
      const Expr& negated = context.expr(top.children[own + i]);
      if (negated.kind == Expr::Kind::Not) take(rule, *used[i], facts.decide(negated.children[0]));
    }
  }
}

}  // namespace

void lint_ExceptionNeverApplies(LintContext& context) {
  each_exception(context, [&](const CheckedRule& rule, const ExceptionDecl& exception, std::optional<bool> truth) {
    if (truth == false)
      context.diags.emit<diag::ExceptionNeverApplies>(exception.name_range, exception.name, rule.name);
  });
}

void lint_ExceptionSwallowsRule(LintContext& context) {
  each_exception(context, [&](const CheckedRule& rule, const ExceptionDecl& exception, std::optional<bool> truth) {
    if (truth == true) context.diags.emit<diag::ExceptionSwallowsRule>(exception.name_range, exception.name, rule.name);
  });
}

}  // namespace falcoc
