// SPDX-License-Identifier: Apache-2.0
#include "tools/testing/rule_tree.h"

#include <algorithm>

namespace falcoc::testing {
namespace {

using fvm::FieldId;

bool is_fixed(const CheckedRules& rules, const Expr& check) {
  const Term& left = rules.term(check.lhs);
  if (left.kind != Term::Kind::Field) return false;
  switch (left.field.id) {
    case FieldId::EvtNum:
      if (check.op == fvm::CmpOp::Eq && check.constants.size() == 1)
        return rules.constant(check.constants[0]).number == 0;
      return check.op == fvm::CmpOp::Exists;
    case FieldId::EvtTime:
    case FieldId::EvtRawtime:
    case FieldId::EvtDir:
    case FieldId::EvtType:
    case FieldId::EvtCpu:
      return check.op == fvm::CmpOp::Exists;
    default:
      return false;
  }
}

bool is_event_type(const CheckedRules& rules, const Expr& check) {
  const Term& left = rules.term(check.lhs);
  return left.kind == Term::Kind::Field && left.field.id == FieldId::EvtType;
}

}  // namespace

RuleTree::RuleTree(const CheckedRules& rules, ExprId condition) { add(rules, condition); }

uint32_t RuleTree::add(const CheckedRules& rules, ExprId id) {
  const Expr& expr = rules.expr(id);
  Node node;
  node.kind = expr.kind;
  node.expr = id;
  for (const ExprId child : expr.children) node.children.push_back(add(rules, child));
  const auto number = static_cast<uint32_t>(nodes_.size());
  for (const uint32_t child : node.children) nodes_[child].parent = number;
  node.parent = number;  // of the root: itself
  if (expr.kind == Expr::Kind::Check) {
    node.leaf = static_cast<uint32_t>(leaves_.size());
    leaves_.push_back({id, number, is_fixed(rules, expr), is_event_type(rules, expr)});
  }
  nodes_.push_back(std::move(node));
  return number;
}

std::vector<uint8_t> RuleTree::values(const Truths& truths, Change change, uint32_t at) const {
  std::vector<uint8_t> out(nodes_.size());
  for (uint32_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    const bool is_swapped = change == Change::Swap && i == at;
    const auto child = [&](uint32_t c) { return out[c] != 0; };
    bool value = false;
    switch (node.kind) {
      case Expr::Kind::Check:
        value = truths[node.leaf] != 0;
        break;
      case Expr::Kind::Not:
        value = !child(node.children[0]);
        break;
      case Expr::Kind::Always:
        value = true;
        break;
      case Expr::Kind::Never:
        break;
      case Expr::Kind::And:
      case Expr::Kind::Or: {
        const bool all = (node.kind == Expr::Kind::And) != is_swapped;
        // A dropped child counts as what changes nothing.
        const auto counts = [&](uint32_t c) { return change == Change::Drop && c == at ? all : child(c); };
        value = all ? std::ranges::all_of(node.children, counts) : std::ranges::any_of(node.children, counts);
        break;
      }
    }
    if (change == Change::Negate && i == at) value = !value;
    out[i] = value;
  }
  return out;
}

bool RuleTree::holds(const Truths& truths, Change change, uint32_t node) const {
  return values(truths, change, node).back() != 0;
}

std::vector<uint32_t> RuleTree::in_the_way(const Truths& truths, bool wanted, std::span<const uint32_t> weights) const {
  return in_the_way(values(truths, Change::None, 0), static_cast<uint32_t>(nodes_.size() - 1), wanted, weights);
}

std::vector<uint32_t> RuleTree::in_the_way_of(uint32_t leaf, const Truths& truths, bool wanted,
                                              std::span<const uint32_t> weights) const {
  const std::vector<uint8_t> now = values(truths, Change::None, 0);
  std::vector<uint32_t> out;
  bool is_negated = false;
  for (uint32_t at = leaves_[leaf].node; nodes_[at].parent != at; at = nodes_[at].parent) {
    const Node& parent = nodes_[nodes_[at].parent];
    is_negated = is_negated != (parent.kind == Expr::Kind::Not);
    for (const uint32_t sibling : parent.children) {
      if (sibling == at) continue;
      // The others must not decide.
      const auto way = in_the_way(now, sibling, parent.kind == Expr::Kind::And, weights);
      out.insert(out.end(), way.begin(), way.end());
    }
  }
  if ((truths[leaf] != 0) != (wanted != is_negated)) out.push_back(leaf);
  return out;
}

std::vector<uint32_t> RuleTree::in_the_way(const std::vector<uint8_t>& values, uint32_t at, bool wanted,
                                           std::span<const uint32_t> weights) const {
  if ((values[at] != 0) == wanted) return {};
  const Node& node = nodes_[at];
  switch (node.kind) {
    case Expr::Kind::Check:
      return {node.leaf};
    case Expr::Kind::Not:
      return in_the_way(values, node.children[0], !wanted, weights);
    case Expr::Kind::Always:
    case Expr::Kind::Never:
      return {};
    case Expr::Kind::And:
    case Expr::Kind::Or:
      break;
  }
  const auto weight = [&](const std::vector<uint32_t>& way) {
    size_t sum = 0;
    for (const uint32_t leaf : way) sum += weights.empty() ? 1 : weights[leaf];
    return sum;
  };
  std::vector<uint32_t> out;
  bool is_first = true;
  for (const uint32_t child : node.children) {
    const std::vector<uint32_t> of_child = in_the_way(values, child, wanted, weights);
    if ((node.kind == Expr::Kind::And) == wanted) {
      out.insert(out.end(), of_child.begin(), of_child.end());  // all of them
    } else if (is_first || weight(of_child) < weight(out)) {
      out = of_child;
    }
    is_first = false;
  }
  return out;
}

}  // namespace falcoc::testing
