// SPDX-License-Identifier: Apache-2.0
//
// ir::Module: the predicates and conditions of all rules as one hash-consed graph. Equal constants, terms, predicates
// and Boolean nodes are one, whichever rules they come from; numbers follow first use, so they are reproducible. A
// node's children have smaller ids than the node. Knows nothing of the image's layout.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/ir/interner.h"
#include "compiler/sema/checked_rules.h"
#include "vm/abi/image_format.h"

namespace falcoc::ir {

enum class ConstId : uint32_t {};
enum class TermId : uint32_t { None = UINT32_MAX };
enum class PredicateId : uint32_t {};
enum class NodeId : uint32_t { False = 0, True = 1 };

struct Term {
  fvm::TermKind kind{};
  fvm::Transformer call{};
  fvm::TypeId type{};
  bool is_list = false;
  FieldRef field;            ///< TermKind::Field
  std::vector<TermId> args;  ///< Call, List
  std::string text;          ///< String; Call of getopt: selector
};

struct Predicate {
  fvm::CmpOp op{};
  fvm::Modifier modifier{};
  fvm::RhsKind rhs{};
  TermId lhs = TermId::None;
  std::vector<ConstId> constants;
  TermId rhs_term = TermId::None;
  SourceRange range;  ///< of the first use; no part of its identity
};

enum class NodeKind : uint8_t { False, True, Check, Not, And, Or };

struct Node {
  NodeKind kind{};
  uint32_t first = 0;  ///< Not, And, Or: children in Module::children; Check: the predicate
  uint32_t count = 0;
};

struct Rule {
  uint32_t index = 0;  ///< into CheckedRules::rules
  NodeId condition = NodeId::False;
};

class Module {
 public:
  /// `simplify`: flatten chains, drop duplicates and constants, cancel double negation. Never changes what a condition
  /// means.
  explicit Module(bool simplify);

  ConstId constant(const Constant& c);
  TermId term(Term t);
  PredicateId predicate(Predicate p);
  NodeId check(PredicateId p);
  NodeId negation(NodeId child);
  NodeId chain(NodeKind and_or, std::vector<NodeId> children);

  const Constant& operator[](ConstId id) const { return constants_[static_cast<uint32_t>(id)]; }
  const Term& operator[](TermId id) const { return terms_[static_cast<uint32_t>(id)]; }
  const Predicate& operator[](PredicateId id) const { return predicates_[static_cast<uint32_t>(id)]; }
  const Node& operator[](NodeId id) const { return nodes_[static_cast<uint32_t>(id)]; }
  std::span<const NodeId> children(const Node& n) const { return std::span(children_).subspan(n.first, n.count); }
  PredicateId predicate_of(const Node& check) const { return PredicateId{check.first}; }
  size_t node_count() const { return nodes_.size(); }
  size_t predicate_count() const { return predicates_.size(); }

  std::vector<Rule> rules;  ///< enabled ones, in installation order

 private:
  NodeId node(NodeKind kind, std::vector<NodeId> children);

  bool simplify_;
  std::vector<Constant> constants_;
  std::vector<Term> terms_;
  std::vector<Predicate> predicates_;
  std::vector<Node> nodes_;
  std::vector<NodeId> children_;
  Interner constant_ids_;
  Interner term_ids_;
  Interner predicate_ids_;
  Interner node_ids_;
};

/// Text of the graph: each predicate and node once, then the rules.
std::string print(const Module& module, const CheckedRules& rules);
std::string print_node(const Module& module, NodeId id);
std::string print_predicate(const Module& module, PredicateId id);

}  // namespace falcoc::ir
