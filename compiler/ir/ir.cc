// SPDX-License-Identifier: Apache-2.0
//
// Building the graph.
#include "compiler/ir/ir.h"

#include <algorithm>
#include <bit>
#include <unordered_set>

namespace falcoc::ir {

Module::Module(bool simplify) : simplify_(simplify) {
  node(NodeKind::False, {});
  node(NodeKind::True, {});
}

ConstId Module::constant(const Constant& c) {
  KeyWriter key;
  key.add(c.kind).add_text(c.text).add(c.number).add(std::bit_cast<uint64_t>(c.real));
  key.add(c.net.base.family).add(c.net.prefix).add_all(c.net.base.bytes);
  const auto [id, is_new] = constant_ids_.intern(key.take());
  if (is_new) {
    constants_.push_back(c);
    constants_.back().spelling.clear();
  }
  return ConstId{id};
}

TermId Module::term(Term t) {
  KeyWriter key;
  key.add(t.kind).add(t.call).add(t.type).add(t.is_list).add(t.field.id).add(t.field.arg).add(t.field.index);
  key.add_text(t.field.key).add(t.field.type).add_all(t.args).add_text(t.text);
  const auto [id, is_new] = term_ids_.intern(key.take());
  if (is_new) terms_.push_back(std::move(t));
  return TermId{id};
}

PredicateId Module::predicate(Predicate p) {
  KeyWriter key;
  key.add(p.op).add(p.modifier).add(p.rhs).add(p.lhs).add_all(p.constants).add(p.rhs_term);
  const auto [id, is_new] = predicate_ids_.intern(key.take());
  if (is_new) predicates_.push_back(std::move(p));
  return PredicateId{id};
}

NodeId Module::check(PredicateId p) {
  const auto [id, is_new] = node_ids_.intern(KeyWriter().add(NodeKind::Check).add(p).take());
  if (is_new) nodes_.push_back({NodeKind::Check, static_cast<uint32_t>(p), 0});
  return NodeId{id};
}

NodeId Module::negation(NodeId child) {
  if (simplify_) {
    const Node& n = (*this)[child];
    if (n.kind == NodeKind::False) return NodeId::True;
    if (n.kind == NodeKind::True) return NodeId::False;
    if (n.kind == NodeKind::Not) return children_[n.first];
  }
  return node(NodeKind::Not, {child});
}

NodeId Module::chain(NodeKind and_or, std::vector<NodeId> parts) {
  if (!simplify_) return node(and_or, std::move(parts));
  const NodeId neutral = and_or == NodeKind::And ? NodeId::True : NodeId::False;
  const NodeId decisive = and_or == NodeKind::And ? NodeId::False : NodeId::True;
  std::vector<NodeId> flat;
  std::unordered_set<NodeId> seen;
  const auto add = [&](NodeId child) {
    if (child != neutral && seen.insert(child).second) flat.push_back(child);
  };
  for (NodeId part : parts) {
    const Node& n = (*this)[part];
    if (n.kind != and_or) {
      add(part);
      continue;
    }
    for (NodeId child : children(n)) add(child);
  }
  if (seen.contains(decisive)) return decisive;
  if (flat.empty()) return neutral;
  if (flat.size() == 1) return flat[0];
  return node(and_or, std::move(flat));
}

NodeId Module::node(NodeKind kind, std::vector<NodeId> parts) {
  const auto [id, is_new] = node_ids_.intern(KeyWriter().add(kind).add_all(parts).take());
  if (is_new) {
    nodes_.push_back({kind, static_cast<uint32_t>(children_.size()), static_cast<uint32_t>(parts.size())});
    children_.insert(children_.end(), parts.begin(), parts.end());
  }
  return NodeId{id};
}

}  // namespace falcoc::ir
