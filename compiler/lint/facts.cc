// SPDX-License-Identifier: Apache-2.0
#include "compiler/lint/facts.h"

#include <algorithm>

#include "compiler/sema/checked_print.h"
#include "vm/ops/compare.h"
#include "vm/ops/regex.h"

namespace falcoc {
namespace {

using fvm::CmpOp;
using fvm::FieldId;

bool is_list_op(CmpOp op) { return op == CmpOp::In || op == CmpOp::Intersects; }
bool is_order(CmpOp op) { return op == CmpOp::Lt || op == CmpOp::Le || op == CmpOp::Gt || op == CmpOp::Ge; }
/// A check that says which values a single-valued field may have.
bool names_values(const Expr& e) {
  return e.rhs == TermId::None && e.modifier == Modifier::None && (e.op == CmpOp::Eq || is_list_op(e.op)) &&
         !e.constants.empty();
}

uint32_t number_of(std::unordered_map<std::string, uint32_t>& numbers, const std::string& text) {
  return numbers.emplace(text, static_cast<uint32_t>(numbers.size())).first->second;
}

/// What a text must be like to satisfy `a`, if that is a statement about its beginning, end or inside.
std::string_view fixed_part(const CheckedRules& rules, const Expr& e, CmpOp op) {
  const bool plain = e.op == op && e.rhs == TermId::None && e.modifier == Modifier::None && e.constants.size() == 1;
  return plain ? std::string_view(rules.constant(e.constants[0]).text) : std::string_view();
}

}  // namespace

std::string term_text(const CheckedRules& rules, TermId id) {
  // The printed form says the type of each part behind a colon.
  const std::string typed = print_term(rules, id);
  std::string out;
  for (size_t i = 0; i < typed.size(); ++i) {
    const bool type = typed[i] == ':' && i + 1 < typed.size() && typed[i + 1] >= 'A' && typed[i + 1] <= 'Z';
    if (!type) {
      out += typed[i];
      continue;
    }
    while (i + 1 < typed.size() &&
           ((typed[i + 1] >= 'A' && typed[i + 1] <= 'Z') || (typed[i + 1] >= '0' && typed[i + 1] <= '9')))
      ++i;
    if (i + 1 < typed.size() && typed[i + 1] == '*') ++i;
  }
  return out;
}

PredicateTable::PredicateTable(const CheckedRules& rules)
    : rules_(rules), terms_(rules.terms.size()), checks_(rules.exprs.size(), UINT32_MAX) {
  std::unordered_map<std::string, uint32_t> terms, checks;
  for (size_t i = 0; i < terms_.size(); ++i) terms_[i] = number_of(terms, print_term(rules, static_cast<TermId>(i)));
  for (size_t i = 0; i < checks_.size(); ++i) {
    const Expr& e = rules.exprs[i];
    if (e.kind != Expr::Kind::Check) continue;
    std::string key = std::to_string(terms_[static_cast<size_t>(e.lhs)]) + ' ' +
                      std::to_string(static_cast<int>(e.op)) + ' ' + std::to_string(static_cast<int>(e.modifier));
    if (e.rhs != TermId::None) key += " t" + std::to_string(terms_[static_cast<size_t>(e.rhs)]);
    std::vector<std::string_view> spellings;
    for (const ConstId c : e.constants) spellings.push_back(rules.constant(c).spelling);
    if (is_list_op(e.op)) std::sort(spellings.begin(), spellings.end());
    for (const std::string_view s : spellings) key.append(" \1").append(s);
    checks_[i] = number_of(checks, key);
  }
  term_count_ = terms.size();
  check_count_ = checks.size();
}

bool PredicateTable::single_valued(TermId id) const {
  const Term& term = rules_.term(id);
  if (term.is_list) return false;
  if (term.kind != Term::Kind::Field) {
    return std::all_of(term.args.begin(), term.args.end(), [&](TermId arg) {
      const Term& a = rules_.term(arg);
      return a.kind == Term::Kind::String || single_valued(arg);
    });
  }
  switch (term.field.id) {
    case FieldId::EvtDeltatime:
    case FieldId::EvtDeltatimeS:
    case FieldId::EvtDeltatimeNs:
    case FieldId::UtilCnt:
    case FieldId::EvtRawarg:
    case FieldId::EvtAround:
      return false;
    default:
      break;
  }
  const fvm::Quant quant = fvm::field_info(term.field.id).quant;
  return quant == fvm::Quant::One || (quant == fvm::Quant::Ancestor && term.field.arg != fvm::FieldArg::None);
}

bool PredicateTable::is_switch(const Expr& check) const {
  const Term& lhs = rules_.term(check.lhs);
  if (lhs.kind == Term::Kind::Field && lhs.field.id == FieldId::EvtNum) return true;
  return check.op != CmpOp::Exists && check.rhs == TermId::None && check.constants.empty();
}

void Facts::assume(ExprId id, bool truth) {
  const Expr& e = table_->rules().expr(id);
  switch (e.kind) {
    case Expr::Kind::Always:
    case Expr::Kind::Never:
      if (truth != (e.kind == Expr::Kind::Always)) contradictory_ = true;
      return;
    case Expr::Kind::Not:
      return assume(e.children[0], !truth);
    case Expr::Kind::Check:
      return assume_check(id, truth);
    case Expr::Kind::And:
    case Expr::Kind::Or:
      break;
  }
  if (truth == (e.kind == Expr::Kind::And)) {
    for (const ExprId child : e.children) assume(child, truth);
    return;
  }
  others_[static_cast<uint32_t>(id)] = truth;
  opaque_ = true;
}

void Facts::assume_check(ExprId id, bool truth) {
  const Expr& e = table_->rules().expr(id);
  const auto decided = table_->is_switch(e) ? std::nullopt : decide_check(id);
  if (decided && *decided != truth) contradictory_ = true;
  checks_[table_->check(id)] = truth;
  if (!table_->single_valued(e.lhs) || e.rhs != TermId::None || table_->is_switch(e)) {
    opaque_ = opaque_ || !table_->is_switch(e);
    return;
  }
  Known& known = terms_[table_->term(e.lhs)];
  known.term = e.lhs;
  if (truth && names_values(e) && !known.values) {
    std::vector<ConstId> values;
    for (const ConstId c : e.constants)
      if (possible(known, table_->rules().constant(c))) values.push_back(c);
    known.values = std::move(values);
  } else if (known.values) {
    std::erase_if(*known.values, [&](ConstId c) { return satisfies(e, table_->rules().constant(c)) != truth; });
  }
  (truth ? known.holds : known.fails).push_back(id);
  if (known.values && known.values->empty()) contradictory_ = true;
}

std::optional<bool> Facts::decide(ExprId id) const {
  const Expr& e = table_->rules().expr(id);
  switch (e.kind) {
    case Expr::Kind::Always:
      return true;
    case Expr::Kind::Never:
      return false;
    case Expr::Kind::Check:
      return table_->is_switch(e) ? std::nullopt : decide_check(id);
    case Expr::Kind::Not: {
      const auto child = decide(e.children[0]);
      return child ? std::optional(!*child) : std::nullopt;
    }
    case Expr::Kind::And:
    case Expr::Kind::Or:
      break;
  }
  if (const auto found = others_.find(static_cast<uint32_t>(id)); found != others_.end()) return found->second;
  const bool deciding = e.kind == Expr::Kind::Or;
  bool all = true;
  for (const ExprId child : e.children) {
    const auto truth = decide(child);
    if (truth == deciding) return deciding;
    if (!truth) all = false;
  }
  return all ? std::optional(!deciding) : std::nullopt;
}

bool Facts::satisfies(const Expr& check, const Constant& value) const {
  const CheckedRules& rules = table_->rules();
  const auto one = [&](ConstId c) {
    const Constant& constant = rules.constant(c);
    if (check.op == CmpOp::Regex) return fvm::ops::Regex(constant.text).matches(value.text);
    return fvm::ops::compare(check.op, value.value(), constant.value());
  };
  if (check.op == CmpOp::Exists) return true;
  if (check.modifier == Modifier::AllOf) return std::all_of(check.constants.begin(), check.constants.end(), one);
  return std::any_of(check.constants.begin(), check.constants.end(), one);
}

bool Facts::possible(const Known& known, const Constant& value) const {
  const CheckedRules& rules = table_->rules();
  return std::all_of(known.holds.begin(), known.holds.end(),
                     [&](ExprId e) { return satisfies(rules.expr(e), value); }) &&
         std::none_of(known.fails.begin(), known.fails.end(),
                      [&](ExprId e) { return satisfies(rules.expr(e), value); });
}

std::optional<bool> Facts::decide_check(ExprId id) const {
  if (const auto found = checks_.find(table_->check(id)); found != checks_.end()) return found->second;
  const Expr& e = table_->rules().expr(id);
  if (!table_->single_valued(e.lhs) || e.rhs != TermId::None) return std::nullopt;
  const auto found = terms_.find(table_->term(e.lhs));
  if (found == terms_.end()) return std::nullopt;
  const Known& known = found->second;
  if (!known.values) return decide_by_terms(e, known);
  const auto holds = [&](ConstId c) { return satisfies(e, table_->rules().constant(c)); };
  if (std::all_of(known.values->begin(), known.values->end(), holds)) return true;
  if (std::none_of(known.values->begin(), known.values->end(), holds)) return false;
  return std::nullopt;
}

std::optional<bool> Facts::decide_by_terms(const Expr& e, const Known& known) const {
  const CheckedRules& rules = table_->rules();
  if (e.op == CmpOp::Exists) return known.holds.empty() ? std::nullopt : std::optional(true);
  if (names_values(e)) {
    const bool any = std::any_of(e.constants.begin(), e.constants.end(),
                                 [&](ConstId c) { return possible(known, rules.constant(c)); });
    return any ? std::nullopt : std::optional(false);
  }
  if (e.op == CmpOp::Ne && e.modifier == Modifier::None && !known.holds.empty()) {
    return possible(known, rules.constant(e.constants[0])) ? std::nullopt : std::optional(true);
  }
  if (is_order(e.op)) return decide_by_numbers(e, known);
  // A longer beginning implies a shorter one; two that don't begin alike exclude each other. The same from behind.
  if (const std::string_view b = fixed_part(rules, e, CmpOp::StartsWith); !b.empty()) {
    for (const ExprId h : known.holds) {
      const std::string_view a = fixed_part(rules, rules.expr(h), CmpOp::StartsWith);
      if (!a.empty() && a.starts_with(b)) return true;
      if (!a.empty() && !b.starts_with(a)) return false;
    }
    for (const ExprId f : known.fails) {
      const std::string_view a = fixed_part(rules, rules.expr(f), CmpOp::StartsWith);
      if (!a.empty() && b.starts_with(a)) return false;
    }
  }
  if (const std::string_view b = fixed_part(rules, e, CmpOp::EndsWith); !b.empty()) {
    for (const ExprId h : known.holds) {
      const std::string_view a = fixed_part(rules, rules.expr(h), CmpOp::EndsWith);
      if (!a.empty() && a.ends_with(b)) return true;
      if (!a.empty() && !b.ends_with(a)) return false;
    }
  }
  if (const std::string_view b = fixed_part(rules, e, CmpOp::Contains); !b.empty()) {
    for (const ExprId h : known.holds)
      for (const CmpOp op : {CmpOp::StartsWith, CmpOp::EndsWith, CmpOp::Contains})
        if (fixed_part(rules, rules.expr(h), op).find(b) != std::string_view::npos) return true;
    for (const ExprId f : known.fails) {
      const std::string_view a = fixed_part(rules, rules.expr(f), CmpOp::Contains);
      if (!a.empty() && b.find(a) != std::string_view::npos) return false;
    }
  }
  return std::nullopt;
}

/// Between two neighbours of all constants every integer satisfies the same checks, so those beside constants stand for all.
std::optional<bool> Facts::decide_by_numbers(const Expr& e, const Known& known) const {
  const CheckedRules& rules = table_->rules();
  std::vector<Constant> numbers;
  const auto add = [&](const Expr& check) {
    if (!is_order(check.op) && !is_list_op(check.op) && check.op != CmpOp::Eq && check.op != CmpOp::Ne)
      return check.op == CmpOp::Exists;
    for (const ConstId c : check.constants) {
      const Constant& constant = rules.constant(c);
      if (constant.kind != fvm::Kind::Int && constant.kind != fvm::Kind::Uint) return false;
      const bool is_signed = constant.kind == fvm::Kind::Int;
      const uint64_t least = is_signed ? uint64_t{1} << 63 : 0, most = is_signed ? ~least : UINT64_MAX;
      numbers.push_back(constant);
      if (constant.number != least) numbers.emplace_back(constant).number -= 1;
      if (constant.number != most) numbers.emplace_back(constant).number += 1;
    }
    return true;
  };
  const auto add_all = [&](const std::vector<ExprId>& ids) {
    return std::all_of(ids.begin(), ids.end(), [&](ExprId id) { return add(rules.expr(id)); });
  };
  if (!add(e) || !add_all(known.holds) || !add_all(known.fails)) return std::nullopt;
  bool any_true = false, any_false = false;
  for (const Constant& number : numbers)
    if (possible(known, number)) (satisfies(e, number) ? any_true : any_false) = true;
  if (!any_true && any_false) return false;
  // A missing value satisfies nothing, and what fails may fail because of that.
  return any_true && !any_false && !known.holds.empty() ? std::optional(true) : std::nullopt;
}

std::string Facts::example(bool& complete) const {
  const CheckedRules& rules = table_->rules();
  complete = !opaque_;
  std::vector<std::string> parts;
  for (const auto& [number, known] : terms_) {
    std::string value;
    if (known.values && !known.values->empty()) {
      value = rules.constant(known.values->front()).spelling;
    } else {
      for (const ExprId h : known.holds) {
        const Expr& e = rules.expr(h);
        for (const CmpOp op : {CmpOp::StartsWith, CmpOp::EndsWith, CmpOp::Contains}) {
          const std::string_view text = fixed_part(rules, e, op);
          if (!text.empty()) value = text;
        }
      }
      // A made-up value counts only when it fits everything that is known.
      Constant made;
      made.kind = fvm::Kind::Text;
      made.text = value;
      if (!value.empty() && !possible(known, made)) value.clear();
      if (value.empty() && !known.holds.empty()) complete = false;
    }
    if (!value.empty()) parts.push_back(term_text(rules, known.term) + "=" + value);
  }
  std::sort(parts.begin(), parts.end());
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : " ") + part;
  return out;
}

}  // namespace falcoc
