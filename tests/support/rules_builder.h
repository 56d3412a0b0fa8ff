// SPDX-License-Identifier: Apache-2.0
//
// RulesBuilder: CheckedRules made by hand, for tests of what lies behind semantic analysis. FakeFields: made-up field
// values for the machine, counting how often each slot is read.
#pragma once

#include <deque>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/sema/checked_rules.h"
#include "vm/base/arena.h"
#include "vm/field/field_use.h"
#include "vm/ops/net_ops.h"

namespace falcoc::test {

class RulesBuilder {
 public:
  RulesBuilder() { all_events_.set(); }

  TermId field(fvm::FieldId id, fvm::FieldArg arg = fvm::FieldArg::None, int64_t index = 0, std::string key = {}) {
    Term t;
    t.kind = Term::Kind::Field;
    t.type = fvm::field_info(id).type;
    t.is_list = fvm::field_info(id).has(FALCO_FF_LIST);
    t.field = {id, arg, index, std::move(key), t.type};
    return add(std::move(t));
  }
  TermId string(std::string text) {
    Term t;
    t.kind = Term::Kind::String;
    t.type = fvm::TypeId::CHARBUF;
    t.text = std::move(text);
    return add(std::move(t));
  }
  TermId list(std::vector<TermId> elements) {
    Term t;
    t.kind = Term::Kind::List;
    t.type = fvm::TypeId::CHARBUF;
    t.is_list = true;
    t.args = std::move(elements);
    return add(std::move(t));
  }
  TermId call(fvm::Transformer transformer, std::vector<TermId> args, fvm::TypeId type = fvm::TypeId::CHARBUF,
              bool is_list = false) {
    Term t;
    t.kind = Term::Kind::Call;
    t.call = transformer;
    t.args = std::move(args);
    t.type = type;
    t.is_list = is_list;
    return add(std::move(t));
  }

  ConstId constant(Constant c) {
    rules_.constants.push_back(std::move(c));
    return ConstId{static_cast<uint32_t>(rules_.constants.size() - 1)};
  }
  ConstId text(std::string text) {
    Constant c;
    c.kind = fvm::Kind::Text;
    c.text = std::move(text);
    return constant(std::move(c));
  }
  ConstId number(int64_t value, fvm::Kind kind = fvm::Kind::Int) {
    Constant c;
    c.kind = kind;
    c.number = static_cast<uint64_t>(value);
    return constant(std::move(c));
  }
  ConstId ip(std::string_view text) {
    Constant c;
    c.kind = fvm::Kind::Ip;
    c.net.base = *fvm::ops::parse_ip(text);
    return constant(std::move(c));
  }
  ConstId net(std::string_view text) {
    Constant c;
    c.kind = fvm::Kind::Net;
    c.net = *fvm::ops::parse_net(text);
    return constant(std::move(c));
  }

  ExprId check(TermId lhs, fvm::CmpOp op, std::vector<ConstId> constants = {}, Modifier modifier = Modifier::None) {
    Expr e;
    e.op = op;
    e.lhs = lhs;
    e.constants = std::move(constants);
    e.modifier = modifier;
    e.range = next_range();
    return add(std::move(e));
  }
  /// `field op text...`
  ExprId check(fvm::FieldId id, fvm::CmpOp op, std::initializer_list<const char*> texts,
               Modifier modifier = Modifier::None) {
    std::vector<ConstId> constants;
    for (const char* t : texts) constants.push_back(text(t));
    return check(field(id), op, std::move(constants), modifier);
  }
  ExprId check_terms(TermId lhs, fvm::CmpOp op, TermId rhs) {
    Expr e;
    e.op = op;
    e.lhs = lhs;
    e.rhs = rhs;
    e.range = next_range();
    return add(std::move(e));
  }
  ExprId all(std::vector<ExprId> children) { return node(Expr::Kind::And, std::move(children)); }
  ExprId any(std::vector<ExprId> children) { return node(Expr::Kind::Or, std::move(children)); }
  ExprId negated(ExprId child) { return node(Expr::Kind::Not, {child}); }
  ExprId always() { return node(Expr::Kind::Always, {}); }

  /// A rule for all events; change the result for anything else.
  CheckedRule& rule(std::string name, ExprId condition) {
    CheckedRule r;
    r.name = std::move(name);
    r.source = "syscall";
    r.output = "output of " + r.name;
    r.condition = condition;
    r.priority = Priority::Warning;
    r.events = all_events_;
    r.parts.push_back({r.output, TermId::None, 0, {}});
    r.range = next_range();
    rules_.rules.push_back(std::move(r));
    return rules_.rules.back();
  }

  const CheckedRules& rules() const { return rules_; }
  CheckedRules& rules() { return rules_; }

 private:
  TermId add(Term t) {
    rules_.terms.push_back(std::move(t));
    return TermId{static_cast<uint32_t>(rules_.terms.size() - 1)};
  }
  ExprId add(Expr e) {
    rules_.exprs.push_back(std::move(e));
    return ExprId{static_cast<uint32_t>(rules_.exprs.size() - 1)};
  }
  ExprId node(Expr::Kind kind, std::vector<ExprId> children) {
    Expr e;
    e.kind = kind;
    e.children = std::move(children);
    e.range = next_range();
    return add(std::move(e));
  }
  SourceRange next_range() {
    ++ranges_;
    return {0, ranges_, ranges_ + 1};
  }

  CheckedRules rules_;
  EventSet all_events_;
  uint32_t ranges_ = 0;
};

/// Values by field, whatever the argument; what isn't set is missing.
class FakeFields {
 public:
  void set(fvm::FieldId id, std::vector<fvm::Value> values) { values_[id] = std::move(values); }
  /// Text lives as long as this object.
  void set(fvm::FieldId id, std::initializer_list<const char*> texts) {
    std::vector<fvm::Value> values;
    for (const char* t : texts) values.push_back(fvm::Value::text(texts_.emplace_back(t)));
    values_[id] = std::move(values);
  }
  void clear() { values_.clear(); }

  fvm::ValueList read(const fvm::FieldUse& use, fvm::Arena&) const {
    ++reads[use.id];
    return value_of(use);
  }
  fvm::ValueList read_for_output(const fvm::FieldUse& use, fvm::Arena&) const { return value_of(use); }

  mutable std::map<fvm::FieldId, int> reads;

 private:
  fvm::ValueList value_of(const fvm::FieldUse& use) const {
    const auto found = values_.find(use.id);
    if (found == values_.end()) return fvm::ValueList::missing();
    return {found->second.data(), static_cast<uint32_t>(found->second.size()), true};
  }
  std::map<fvm::FieldId, std::vector<fvm::Value>> values_;
  std::deque<std::string> texts_;
};

}  // namespace falcoc::test
