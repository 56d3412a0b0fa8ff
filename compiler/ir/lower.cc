// SPDX-License-Identifier: Apache-2.0
//
// Lowering. Expressions are visited in id order, children before parents, so nesting costs no stack here; the depth
// limit protects the recursive walks behind it.
#include "compiler/ir/lower.h"

#include <algorithm>

#include "vm/abi/limits.h"

namespace falcoc::ir {
namespace {

class Lowering {
 public:
  Lowering(const CheckedRules& rules, Module& module) : rules_(rules), module_(module) {}

  std::optional<TooDeep> conditions() {
    mark();
    nodes_.resize(rules_.exprs.size());
    std::vector<uint32_t> depths(rules_.exprs.size(), 1);
    for (uint32_t i = 0; i < rules_.exprs.size(); ++i) {
      if (!used_[i]) continue;
      for (ExprId child : rules_.exprs[i].children) {
        depths[i] = std::max(depths[i], depths[static_cast<uint32_t>(child)] + 1);
      }
      nodes_[i] = lower(rules_.exprs[i]);
    }
    for (uint32_t r = 0; r < rules_.rules.size(); ++r) {
      const CheckedRule& rule = rules_.rules[r];
      if (!rule.enabled) continue;
      const auto root = static_cast<uint32_t>(rule.condition);
      if (depths[root] > fvm::limits::kConditionDepth) return TooDeep{r};
      module_.rules.push_back({r, nodes_[root]});
    }
    return std::nullopt;
  }

 private:
  void mark() {
    used_.assign(rules_.exprs.size(), false);
    for (const CheckedRule& rule : rules_.rules)
      if (rule.enabled) used_[static_cast<uint32_t>(rule.condition)] = true;
    for (size_t i = used_.size(); i-- > 0;) {
      if (!used_[i]) continue;
      for (ExprId child : rules_.exprs[i].children) used_[static_cast<uint32_t>(child)] = true;
    }
  }

  NodeId lower(const Expr& expr) {
    std::vector<NodeId> children;
    for (ExprId child : expr.children) children.push_back(nodes_[static_cast<uint32_t>(child)]);
    switch (expr.kind) {
      case Expr::Kind::And:
        return module_.chain(NodeKind::And, std::move(children));
      case Expr::Kind::Or:
        return module_.chain(NodeKind::Or, std::move(children));
      case Expr::Kind::Not:
        return module_.negation(children[0]);
      case Expr::Kind::Always:
        return NodeId::True;
      case Expr::Kind::Never:
        return NodeId::False;
      case Expr::Kind::Check:
        break;
    }
    Predicate p;
    p.op = expr.op;
    p.modifier = static_cast<fvm::Modifier>(expr.modifier);
    p.lhs = lower_term(rules_, expr.lhs, module_);
    // The field yields the distance in milliseconds; `=` means "within".
    const Term& lhs = module_[p.lhs];
    if (lhs.kind == fvm::TermKind::Field && lhs.field.id == fvm::FieldId::EvtAround && p.op == fvm::CmpOp::Eq)
      p.op = fvm::CmpOp::Le;
    p.range = expr.range;
    if (expr.rhs != falcoc::TermId::None) {
      p.rhs = fvm::RhsKind::Term;
      p.rhs_term = lower_term(rules_, expr.rhs, module_);
    } else if (expr.op != fvm::CmpOp::Exists) {
      p.rhs = fvm::RhsKind::Constants;
      for (falcoc::ConstId c : expr.constants) p.constants.push_back(module_.constant(rules_.constant(c)));
    }
    return module_.check(module_.predicate(std::move(p)));
  }

  const CheckedRules& rules_;
  Module& module_;
  std::vector<bool> used_;
  std::vector<NodeId> nodes_;
};

static_assert(static_cast<int>(Modifier::OneOf) == static_cast<int>(fvm::Modifier::OneOf) &&
              static_cast<int>(Modifier::AnyOf) == static_cast<int>(fvm::Modifier::AnyOf) &&
              static_cast<int>(Modifier::AllOf) == static_cast<int>(fvm::Modifier::AllOf));

}  // namespace

std::optional<TooDeep> lower_conditions(const CheckedRules& rules, Module& module) {
  return Lowering(rules, module).conditions();
}

TermId lower_term(const CheckedRules& rules, falcoc::TermId id, Module& module) {
  const falcoc::Term& t = rules.term(id);
  Term out;
  out.type = t.type;
  out.is_list = t.is_list;
  // Arguments nest at most as deep as the parser allows, far below what the stack holds.
  for (falcoc::TermId arg : t.args) out.args.push_back(lower_term(rules, arg, module));
  switch (t.kind) {
    case falcoc::Term::Kind::Field:
      out.kind = fvm::TermKind::Field;
      out.field = t.field;
      break;
    case falcoc::Term::Kind::Call:
      out.kind = fvm::TermKind::Call;
      out.call = t.call;
      if (t.has_selector) out.text = t.text;
      break;
    case falcoc::Term::Kind::String:
      out.kind = fvm::TermKind::String;
      out.text = t.text;
      out.type = fvm::TypeId::CHARBUF;
      break;
    case falcoc::Term::Kind::List:
      out.kind = fvm::TermKind::List;
      out.type = fvm::TypeId::CHARBUF;
      out.is_list = true;
      break;
  }
  return module.term(std::move(out));
}

}  // namespace falcoc::ir
