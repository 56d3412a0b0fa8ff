// SPDX-License-Identifier: Apache-2.0
//
// Making nodes. Cold: a workload makes most of its nodes in its first moments. Costs time linear in the program.
#include "vm/exec/decision_graph.h"

#include <algorithm>
#include <iterator>

#include "vm/abi/limits.h"
#include "vm/base/hash.h"
#include "vm/field/field_use.h"

namespace fvm {
namespace {

const FieldRec* field_of(const ImageView& image, uint32_t term) {
  const TermRec& t = image.terms()[term];
  return static_cast<TermKind>(t.kind) == TermKind::Field ? &image.fields()[t.slot] : nullptr;
}

/// Whether evaluating the term leaves no trace: not in a field's memory, not in the bytes that transformers may use.
bool leaves_no_trace(const ImageView& image, uint32_t term) {
  const FieldRec* field = field_of(image, term);
  return field != nullptr && !has_memory(static_cast<FieldId>(field->field));
}

bool is_one_value(const ImageView& image, uint32_t term) {
  const TermRec& t = image.terms()[term];
  if ((t.flags & kTermIsList) != 0) return false;
  const FieldRec* field = field_of(image, term);
  if (field == nullptr) return true;
  const Quant quant = kFields[field->field].quant;
  return quant == Quant::One || (quant == Quant::List && static_cast<FieldArg>(field->arg) != FieldArg::None);
}

/// Cheaper to test than to look up: numbers, and texts that differ in their first bytes.
bool is_cheap(const ImageView& image, const PredicateRec& p) {
  const auto op = static_cast<CmpOp>(p.op);
  if (op == CmpOp::Exists) return true;
  if (static_cast<Modifier>(p.modifier) != Modifier::None || p.operands.count != 1) return false;
  const auto kind = static_cast<Kind>(image.constants()[image.operands(p)[0]].kind);
  if (kind != Kind::Text && kind != Kind::Bytes) return kind != Kind::Net;
  return op == CmpOp::Eq || op == CmpOp::Ne || op == CmpOp::StartsWith || op == CmpOp::EndsWith;
}

bool is_test(const Instr& instr) {
  return static_cast<Opcode>(instr.op) == Opcode::Test || static_cast<Opcode>(instr.op) == Opcode::TestNot;
}

/// Texts that few values have. A single letter tells kinds apart; what is unequal or a number may well be common.
bool is_unlikely(const ImageView& image, const PredicateRec& p) {
  const auto op = static_cast<CmpOp>(p.op);
  if (static_cast<RhsKind>(p.rhs) != RhsKind::Constants || static_cast<Modifier>(p.modifier) != Modifier::None)
    return false;
  if (op == CmpOp::Ne || op == CmpOp::Lt || op == CmpOp::Le || op == CmpOp::Gt || op == CmpOp::Ge) return false;
  return std::ranges::all_of(image.operands(p), [&](uint32_t id) {
    const ConstantRec& constant = image.constants()[id];
    const auto kind = static_cast<Kind>(constant.kind);
    if (kind != Kind::Text && kind != Kind::Bytes) return kind == Kind::Ip || kind == Kind::Net;
    return load<TextRef>(constant.payload).bytes > 1;
  });
}

}  // namespace

DecisionGraph::DecisionGraph(const ImageView& image, size_t max_nodes)
    : image_(image),
      max_nodes_(max_nodes),
      starts_(image.programs().size(), kNone),
      ordered_(image.programs().size()),
      orders_(image.programs().size()),
      truths_(image.predicates().size(), Truth::Unknown) {
  traits_.reserve(image.predicates().size());
  for (const PredicateRec& p : image.predicates()) {
    const bool is_term = static_cast<RhsKind>(p.rhs) == RhsKind::Term;
    uint8_t traits = 0;
    if (!is_term && is_one_value(image, p.lhs)) traits |= kGrouped;
    if (leaves_no_trace(image, p.lhs) && (!is_term || leaves_no_trace(image, p.operands.first))) traits |= kDroppable;
    if (!is_term && is_cheap(image, p)) traits |= kCheap;
    if (is_unlikely(image, p)) traits |= kUnlikely;
    traits_.push_back(traits);
  }
}

std::span<const Instr> DecisionGraph::code_of(uint32_t program) const {
  const ProgramRec& p = image_.programs()[program];
  return image_.code().subspan(p.first, p.count);
}

void DecisionGraph::clear() {
  std::ranges::fill(starts_, kNone);
  nodes_.clear();
  origins_.clear();
  asked_.clear();
  edges_.clear();
  words_.clear();
  known_nodes_.clear();
  known_answers_.clear();
  events_ = 0;
  ++edition_;
}

/// Room for a node and all it may need. A graph that fills faster than it is used would only cost time: then no.
bool DecisionGraph::make_room(uint32_t program) {
  const size_t predicates = code_of(program).size();
  const bool fits = nodes_.size() < max_nodes_ &&
                    asked_.size() + edges_.size() + 2 * words_.size() + predicates <= limits::kDecisionWords;
  if (fits) return true;
  if (events_ < max_nodes_ * kEventsPerNode) return false;
  clear();
  return true;
}

uint32_t DecisionGraph::make_start(uint32_t program) {
  if (!make_room(program)) return kNone;
  if (!ordered_[program]) find_order(program);
  ordered_[program] = true;
  return starts_[program] = node_of(program, reduce(program, 0), {kNone, 0, program, 0});
}

uint32_t DecisionGraph::make_few(uint32_t node, uint32_t answer) {
  const uint64_t word = answer;
  const uint32_t next = make(node, {&word, 1});
  if (next != kNone && node < nodes_.size()) edges_[nodes_[node].edges + answer] = next;
  return next;
}

uint32_t DecisionGraph::make_nothing(uint32_t node) {
  const std::vector<uint64_t> nothing(words_of(nodes_[node].count));
  const uint32_t next = make(node, nothing);
  if (next != kNone) edges_[nodes_[node].edges] = next;
  return next;
}

uint32_t DecisionGraph::follow_many(uint32_t node, std::span<const uint64_t> answer) {
  if (std::ranges::all_of(answer, [](uint64_t word) { return word == 0; })) return follow_nothing(node);
  const Digest digest{hash128({Bytes(reinterpret_cast<const uint8_t*>(&node), sizeof node),
                               Bytes(reinterpret_cast<const uint8_t*>(answer.data()), answer.size_bytes())})};
  const auto known = known_answers_.find(digest);
  if (known != known_answers_.end()) return known->second;
  const uint32_t next = make(node, answer);
  if (next != kNone) known_answers_.emplace(digest, next);
  return next;
}

/// The instruction that an answer's path goes on with; what was asked is known by then.
uint32_t DecisionGraph::behind(uint32_t node) const {
  return origins_[node].pc + (nodes_[node].kind == Kind::Match ? 1 : 0);
}

uint32_t DecisionGraph::make(uint32_t parent, std::span<const uint64_t> answer) {
  const uint32_t program = origins_[parent].program;
  if (!make_room(program)) return kNone;
  if (nodes_.empty()) return kNone;  // emptied, with the parent: this event's program runs, the next one starts anew
  learn_all(parent);
  learn(parent, answer.data());
  const Origin origin{parent, static_cast<uint32_t>(words_.size()), program, 0};
  const uint32_t next = node_of(program, reduce(program, behind(parent)), origin);
  if (next + 1 == nodes_.size() && origins_[next].answer == origin.answer) {
    words_.insert(words_.end(), answer.begin(), answer.end());
  }
  forget();
  return next;
}

void DecisionGraph::learn(uint32_t node, const uint64_t* answer) {
  const Node& n = nodes_[node];
  const auto take = [&](uint32_t predicate, bool holds) {
    truths_[predicate] = holds ? Truth::Holds : Truth::Lie;
    learned_.push_back(predicate);
  };
  if (n.kind == Kind::Test) take(n.subject, answer[0] != 0);
  if (n.kind != Kind::Ask) return;
  for (uint32_t i = 0; i < n.count; ++i) take(asked_[n.asked + i], (answer[i / 64] >> (i % 64) & 1) != 0);
}

void DecisionGraph::learn_all(uint32_t node) {
  for (const Origin* at = &origins_[node]; at->parent != kNone; at = &origins_[at->parent]) {
    learn(at->parent, words_.data() + at->answer);
  }
}

void DecisionGraph::forget() {
  for (const uint32_t predicate : learned_) truths_[predicate] = Truth::Unknown;
  learned_.clear();
}

/// Where a program goes on from `pc`. Fills targets_ from there on: each place's first instruction that does something.
uint32_t DecisionGraph::reduce(uint32_t program, uint32_t pc) {
  const std::span<const Instr> code = code_of(program);
  targets_.resize(code.size());
  for (size_t at = code.size(); at-- > pc;) {
    const Instr& instr = code[at];
    uint32_t target = static_cast<uint32_t>(at);
    switch (static_cast<Opcode>(instr.op)) {
      case Opcode::End:
      case Opcode::Match:
        break;
      case Opcode::Goto:
        target = targets_[instr.b];
        break;
      case Opcode::Test:
      case Opcode::TestNot: {
        const bool inverted = static_cast<Opcode>(instr.op) == Opcode::TestNot;
        const uint32_t next = targets_[at + 1];
        const uint32_t jump = targets_[instr.b];
        const Truth truth = truths_[instr.a];
        if (truth != Truth::Unknown) {
          target = (truth == Truth::Holds) != inverted ? next : jump;
        } else if (next == jump && (traits_[instr.a] & kDroppable) != 0) {
          target = next;
        }
        break;
      }
    }
    targets_[at] = target;
  }
  return targets_[pc];
}

/// Walks what is left: its shape, and the predicates it may test, in program order.
void DecisionGraph::look_ahead(uint32_t program, uint32_t entry) {
  const std::span<const Instr> code = code_of(program);
  reached_.assign(code.size(), 0);
  reached_[entry] = 1;
  shape_.assign(1, program);
  ahead_.clear();
  for (uint32_t at = entry; at < code.size(); ++at) {
    if (reached_[at] == 0) continue;
    const Instr& instr = code[at];
    shape_.push_back(at);
    if (static_cast<Opcode>(instr.op) == Opcode::End) continue;
    const uint32_t next = targets_[at + 1];
    reached_[next] = 1;
    shape_.push_back(next);
    if (!is_test(instr)) continue;
    const uint32_t jump = targets_[instr.b];
    reached_[jump] = 1;
    shape_.push_back(jump);
    ahead_.push_back(instr.a);
  }
}

/// What the node for `entry` asks: leaves in ahead_ only that.
void DecisionGraph::choose(uint32_t program, uint32_t entry) {
  const Instr& instr = code_of(program)[entry];
  term_ = kNone;
  if (!is_test(instr)) return;
  const auto term_of = [&](uint32_t predicate) {
    return grouped(predicate) ? image_.predicates()[predicate].lhs : kNone;
  };
  term_ = term_of(instr.a);
  if (std::ranges::all_of(ahead_, [&](uint32_t p) { return (traits_[p] & kDroppable) != 0; })) {
    for (const uint32_t term : orders_[program]) {
      if (std::ranges::none_of(ahead_, [&](uint32_t p) { return term_of(p) == term; })) continue;
      term_ = term;
      break;
    }
  }
  if (term_ == kNone) {
    ahead_.assign(1, instr.a);
    return;
  }
  std::erase_if(ahead_, [&](uint32_t p) { return term_of(p) != term_; });
  std::ranges::sort(ahead_);
  ahead_.erase(std::unique(ahead_.begin(), ahead_.end()), ahead_.end());
}

/// Puts in front the terms that leave least to do when none of their unlikely predicates holds.
void DecisionGraph::find_order(uint32_t program) {
  constexpr size_t kTerms = 8;    // what comes later decides little
  constexpr size_t kWorthIt = 2;  // tests saved
  std::vector<uint32_t>& order = orders_[program];
  look_ahead(program, reduce(program, 0));
  while (order.size() < kTerms) {
    std::vector<uint32_t> candidates;
    const std::vector<uint32_t> before = ahead_;
    for (const uint32_t p : before) {
      if (grouped(p) && (traits_[p] & kUnlikely) != 0) candidates.push_back(image_.predicates()[p].lhs);
    }
    std::ranges::sort(candidates);
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    const auto suppose = [&](uint32_t term) {
      for (const uint32_t p : before) {
        if (!grouped(p) || (traits_[p] & kUnlikely) == 0 || image_.predicates()[p].lhs != term) continue;
        truths_[p] = Truth::Lie;
        learned_.push_back(p);
      }
      look_ahead(program, reduce(program, 0));
      return ahead_.size();
    };
    uint32_t best = kNone;
    size_t least = before.size();
    for (const uint32_t term : candidates) {
      const size_t first_supposed = learned_.size();
      const size_t left = suppose(term);
      if (left < least) {
        best = term;
        least = left;
      }
      for (; learned_.size() > first_supposed; learned_.pop_back()) truths_[learned_.back()] = Truth::Unknown;
    }
    if (best == kNone || least + kWorthIt > before.size()) break;
    order.push_back(best);
    suppose(best);
  }
  forget();
}

/// The node for what is left from `entry` on. Two nodes are one when their digests are equal; nobody can choose
/// programs and answers freely enough to make two different ones collide.
uint32_t DecisionGraph::node_of(uint32_t program, uint32_t entry, const Origin& origin) {
  look_ahead(program, entry);
  const Digest digest{
      hash128({Bytes(reinterpret_cast<const uint8_t*>(shape_.data()), shape_.size() * sizeof(uint32_t))})};
  const auto [known, is_new] = known_nodes_.try_emplace(digest, static_cast<uint32_t>(nodes_.size()));
  if (!is_new) return known->second;

  const Instr& instr = code_of(program)[entry];
  Node node;
  size_t edges = 0;
  switch (static_cast<Opcode>(instr.op)) {
    case Opcode::End:
    case Opcode::Goto:
      node.kind = Kind::End;
      break;
    case Opcode::Match:
      node.kind = Kind::Match;
      node.subject = instr.a;
      edges = 1;
      break;
    case Opcode::Test:
    case Opcode::TestNot:
      choose(program, entry);
      node.kind = term_ == kNone ? Kind::Test : Kind::Ask;
      node.subject = term_ == kNone ? instr.a : term_;
      node.count = static_cast<uint32_t>(ahead_.size());
      node.asked = static_cast<uint32_t>(asked_.size());
      node.remember =
          ahead_.size() > kFew || std::ranges::any_of(ahead_, [&](uint32_t p) { return (traits_[p] & kCheap) == 0; });
      asked_.insert(asked_.end(), ahead_.begin(), ahead_.end());
      edges = node.count <= kFew ? size_t{1} << node.count : 1;
      break;
  }
  node.edges = static_cast<uint32_t>(edges_.size());
  edges_.resize(edges_.size() + edges, kNone);
  nodes_.push_back(node);
  origins_.push_back({origin.parent, origin.answer, program, entry});
  return known->second;
}

}  // namespace fvm
