// SPDX-License-Identifier: Apache-2.0
//
// Making nodes. Cold: a workload makes most of its nodes in its first moments. Costs time linear in what is left to do
// at the node that leads there.
#include "vm/exec/decision_graph.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <utility>

#include "vm/abi/limits.h"
#include "vm/base/hash.h"
#include "vm/field/field_use.h"

namespace fvm {
namespace {

const FieldRec* field_of(const ImageView& image, uint32_t term) {
  const TermRec& t = image.terms()[term];
  return static_cast<TermKind>(t.kind) == TermKind::Field ? &image.fields()[t.slot] : nullptr;
}

FieldFamily family_of_term(const ImageView& image, uint32_t term) {
  const FieldRec* field = field_of(image, term);
  return field != nullptr ? family_of(static_cast<FieldId>(field->field)) : FieldFamily::None;
}

/// Whether evaluating the term leaves no trace: not in a field's memory, not in the bytes that transformers may use.
bool leaves_no_trace(const ImageView& image, uint32_t term) {
  const FieldRec* field = field_of(image, term);
  return field != nullptr && !has_memory(static_cast<FieldId>(field->field));
}

/// Whether the term shows the same as long as a process stays in its state.
bool is_of_process(const ImageView& image, uint32_t term) {
  const FieldRec* field = field_of(image, term);
  if (field == nullptr || has_memory(static_cast<FieldId>(field->field))) return false;
  if (is_of_leader(static_cast<FieldId>(field->field))) return false;
  const Domain domain = kFields[field->field].domain;
  return domain != Domain::Event && domain != Domain::Fd;
}

bool is_one_value(const ImageView& image, uint32_t term) {
  const TermRec& t = image.terms()[term];
  if ((t.flags & kTermIsList) != 0) return false;
  const FieldRec* field = field_of(image, term);
  if (field == nullptr) return true;
  const Quant quant = kFields[field->field].quant;
  if (quant == Quant::Ancestor) return static_cast<FieldArg>(field->arg) == FieldArg::Index;
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

size_t longest_program(const ImageView& image) {
  size_t longest = 0;
  for (const ProgramRec& p : image.programs()) longest = std::max<size_t>(longest, p.count);
  return longest;
}

}  // namespace

DecisionGraph::DecisionGraph(const ImageView& image, size_t max_nodes)
    : image_(image),
      max_nodes_(max_nodes),
      starts_(image.programs().size(), kNone),
      ordered_(image.programs().size()),
      orders_(image.programs().size()),
      steps_(longest_program(image)),
      truths_(image.predicates().size() + 1, Truth::Unknown) {
  traits_.reserve(image.predicates().size());
  groups_.reserve(image.predicates().size());
  std::array<uint32_t, kFieldFamilies> firsts;  // by family
  firsts.fill(kNone);
  for (const PredicateRec& p : image.predicates()) {
    const bool is_term = static_cast<RhsKind>(p.rhs) == RhsKind::Term;
    uint8_t traits = 0;
    uint32_t group = kNone;
    if (!is_term && is_one_value(image, p.lhs)) {
      const FieldFamily family = family_of_term(image, p.lhs);
      uint32_t& first = firsts[static_cast<size_t>(family)];
      if (family != FieldFamily::None && first == kNone) first = p.lhs;
      group = family == FieldFamily::None ? p.lhs : first;
    }
    groups_.push_back(group);
    if (leaves_no_trace(image, p.lhs) && (!is_term || leaves_no_trace(image, p.operands.first))) traits |= kDroppable;
    if (!is_term && is_cheap(image, p)) traits |= kCheap;
    if (is_unlikely(image, p)) traits |= kUnlikely;
    if (is_of_process(image, p.lhs) && (!is_term || is_of_process(image, p.operands.first))) traits |= kOfProcess;
    if ((traits & kDroppable) != 0) truths_[traits_.size()] = Truth::Moot;
    traits_.push_back(traits);
  }
  const auto no_predicate = static_cast<uint32_t>(traits_.size());
  traits_.push_back(kDroppable);
  groups_.push_back(kNoGroup);
  seen_.resize(traits_.size());
  tested_.reserve(image.code().size());
  for (const Instr& instr : image.code()) tested_.push_back(is_test(instr) ? instr.a : no_predicate);
  const size_t longest = longest_program(image);
  marks_.resize(longest);
  room_.resize(longest);
}

std::span<const Instr> DecisionGraph::code_of(uint32_t program) const {
  const ProgramRec& p = image_.programs()[program];
  return image_.code().subspan(p.first, p.count);
}

void DecisionGraph::clear() {
  std::ranges::fill(starts_, kNone);
  nodes_.clear();
  rests_.clear();
  steps_.clear();
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
  const size_t taken = steps_.bytes() / sizeof(uint32_t) + asked_.size() + edges_.size() + 2 * words_.size();
  if (nodes_.size() < max_nodes_ && taken + 5 * code_of(program).size() <= limits::kDecisionWords) return true;
  if (events_ < max_nodes_ * kEventsPerNode) return false;
  clear();
  return true;
}

uint32_t DecisionGraph::make_start(uint32_t program) {
  if (!make_room(program)) return kNone;
  const Detour detour(detours_);
  if (!ordered_[program]) find_order(program);
  ordered_[program] = true;
  reduce_whole(program);
  facts_ = 0;
  return starts_[program] = node_of_rest(program);
}

uint32_t DecisionGraph::make_few(uint32_t node, uint32_t answer) {
  const uint64_t word = answer;
  const uint32_t next = make(node, {&word, 1});
  if (next != kNone) edges_[nodes_[node].edges + answer] = next;
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
  const uint64_t hash = hash64(Bytes(reinterpret_cast<const uint8_t*>(answer.data()), answer.size_bytes()), node);
  const auto known = known_answers_.find(hash);
  if (known != known_answers_.end() && known->second.node == node &&
      std::equal(answer.begin(), answer.end(), words_.begin() + known->second.words)) {
    return known->second.next;
  }
  const uint32_t next = make(node, answer);
  if (next == kNone) return kNone;
  known_answers_.insert_or_assign(hash, Answer{node, static_cast<uint32_t>(words_.size()), next});
  words_.insert(words_.end(), answer.begin(), answer.end());
  return next;
}

uint32_t DecisionGraph::make(uint32_t parent, std::span<const uint64_t> answer) {
  const uint32_t program = rests_[parent].program;
  if (!make_room(program)) return kNone;
  if (nodes_.empty()) return kNone;  // emptied, with the parent: this event's program runs, the next one starts anew
  const Detour detour(detours_);
  const Node& node = nodes_[parent];
  if (node.kind == Kind::Test) learn(node.subject, answer[0] != 0);
  if (node.kind == Kind::Ask) {
    for (uint32_t i = 0; i < node.count; ++i) learn(asked_[node.asked + i], (answer[i / 64] >> (i % 64) & 1) != 0);
  }
  const std::span<const Step> steps = steps_.unpack(rests_[parent].steps);
  reduce(steps, program, node.kind == Kind::Match ? steps[0].holds : steps[0].pc);
  forget();
  facts_ = rests_[parent].facts;
  return node_of_rest(program);
}

void DecisionGraph::learn(uint32_t predicate, bool holds) {
  truths_[predicate] = holds ? Truth::Holds : Truth::Lie;
  learned_.push_back(predicate);
}

/// All but the first so many.
void DecisionGraph::forget(size_t but) {
  for (; learned_.size() > but; learned_.pop_back())
    truths_[learned_.back()] = has(learned_.back(), kDroppable) ? Truth::Moot : Truth::Unknown;
}

/// The program's steps go to code_, but for jumps, which are taken. Returns where it begins.
uint32_t DecisionGraph::take_code(uint32_t program) {
  const std::span<const Instr> code = code_of(program);
  code_.clear();
  for (auto pc = static_cast<uint32_t>(code.size()); pc-- > 0;) {
    const bool jumps = static_cast<Opcode>(code[pc].op) == Opcode::Goto;
    marks_[pc].target = jumps ? marks_[code[pc].b].target : pc;
  }
  for (uint32_t pc = 0; pc < code.size(); ++pc) {
    const auto target = [&](uint32_t at) { return marks_[at].target; };
    switch (static_cast<Opcode>(code[pc].op)) {
      case Opcode::End:
        code_.push_back({pc, pc, pc});
        break;
      case Opcode::Match:
        code_.push_back({pc, target(pc + 1), target(pc + 1)});
        break;
      case Opcode::Goto:
        break;
      case Opcode::Test:
        code_.push_back({pc, target(pc + 1), target(code[pc].b)});
        break;
      case Opcode::TestNot:
        code_.push_back({pc, target(code[pc].b), target(pc + 1)});
        break;
    }
  }
  return marks_[0].target;
}

void DecisionGraph::reduce_whole(uint32_t program) {
  const uint32_t entry = take_code(program);  // first: code_ may move
  reduce(code_, program, entry);
}

/// What is left of `steps` from `entry` on, with what is known, goes to rest_. First backwards: where each step leads; then
/// forwards: which of them are still reached.
void DecisionGraph::reduce(std::span<const Step> steps, uint32_t program, uint32_t entry) {
  const uint32_t* const tested = tested_of(program);
  const Truth* const truths = truths_.data();
  Mark* const marks = marks_.data();
  const Step* const end = steps.data() + steps.size();
  const Step* step = end;
  while (step != steps.data() && step[-1].pc >= entry) {
    --step;
    uint32_t& target = marks[step->pc].target;
    target = step->pc;
    const uint32_t holds = marks[step->holds].target, fails = marks[step->fails].target;
    switch (truths[tested[step->pc]]) {
      case Truth::Unknown:
        break;
      case Truth::Moot:
        if (holds == fails) target = holds;
        break;
      case Truth::Lie:
        target = fails;
        break;
      case Truth::Holds:
        target = holds;
        break;
    }
  }
  const uint32_t walk = ++walk_;
  marks[marks[entry].target].reached = walk;
  Step* left = room_.data();
  for (; step != end; ++step) {
    if (marks[step->pc].reached != walk) continue;
    *left = {step->pc, marks[step->holds].target, marks[step->fails].target};
    marks[left->holds].reached = marks[left->fails].reached = walk;
    ++left;
  }
  rest_ = {room_.data(), left};
}

/// What the node for rest_, which begins with a test, asks.
void DecisionGraph::choose(uint32_t program) {
  const uint32_t* const tested = tested_of(program);
  const uint32_t first = tested[rest_[0].pc];
  const std::vector<uint32_t>& order = orders_[program];
  // The first step with such a predicate; that there is none is learned.
  const auto find = [&](uint8_t none, auto&& is) {
    if ((facts_ & none) != 0) return rest_.end();
    const auto found = std::ranges::find_if(rest_, [&](const Step& step) { return is(tested[step.pc]); });
    if (found == rest_.end()) facts_ |= none;
    return found;
  };
  term_ = term_of(first);
  if (find(kNoTrace, [&](uint32_t p) { return !has(p, kDroppable); }) == rest_.end()) {
    const auto is_done = [&](size_t i) {
      return find(static_cast<uint8_t>(1u << i), [&](uint32_t p) { return term_of(p) == order[i]; }) == rest_.end();
    };
    size_t i = 0;
    while (i < order.size() && is_done(i)) ++i;
    if (i < order.size()) {
      term_ = order[i];
    } else if (const auto step = find(kNoProcess, [&](uint32_t p) { return has(p, kOfProcess) && term_of(p) != kNone; });
               step != rest_.end()) {
      term_ = term_of(tested[step->pc]);
    }
  }
  ahead_.clear();
  if (term_ == kNone) {
    ahead_.push_back(first);
    return;
  }
  for (const Step& step : rest_) {
    const uint32_t predicate = tested[step.pc];
    if (term_of(predicate) != term_ || seen_[predicate] == walk_) continue;
    seen_[predicate] = walk_;
    ahead_.push_back(predicate);
  }
  // By field, then by number.
  std::ranges::sort(ahead_, {}, [&](uint32_t p) { return std::pair(image_.predicates()[p].lhs, p); });
}

/// Finds the terms that leave least to do when none of their unlikely predicates holds.
void DecisionGraph::find_order(uint32_t program) {
  constexpr size_t kTried = 3;    // those with most predicates; others save less as a rule
  constexpr size_t kWorthIt = 2;  // tests saved
  std::vector<uint32_t>& order = orders_[program];
  const uint32_t* const tested = tested_of(program);
  reduce_whole(program);
  while (order.size() < kTerms) {
    const Steps steps(rest_.begin(), rest_.end());
    std::vector<uint32_t> before;
    for (const Step& s : steps)
      if (tested[s.pc] != no_predicate()) before.push_back(tested[s.pc]);
    std::map<uint32_t, size_t> tests;  // by term
    for (const uint32_t p : before) {
      if (term_of(p) != kNone && has(p, kUnlikely)) ++tests[term_of(p)];
    }
    std::vector<std::pair<size_t, uint32_t>> candidates;  // number of tests and term
    candidates.reserve(tests.size());
    for (const auto& [term, count] : tests) candidates.emplace_back(count, term);
    std::ranges::sort(candidates, [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
    candidates.resize(std::min(candidates.size(), kTried));
    const auto suppose = [&](uint32_t term) {
      for (const uint32_t p : before) {
        if (term_of(p) == term && has(p, kUnlikely)) learn(p, false);
      }
      reduce(steps, program, steps[0].pc);
      forget();
    };
    const auto tests_left = [&] {
      return static_cast<size_t>(std::ranges::count_if(rest_, [&](const Step& s) { return tested[s.pc] != no_predicate(); }));
    };
    uint32_t best = kNone;
    size_t least = before.size();
    for (const auto& [count, term] : candidates) {
      suppose(term);
      const size_t left = tests_left();
      if (left >= least) continue;
      best = term;
      least = left;
    }
    if (best == kNone || least + kWorthIt > before.size()) break;
    order.push_back(best);
    suppose(best);
  }
}

/// The node for rest_, which is new unless the same was left to do before.
uint32_t DecisionGraph::node_of_rest(uint32_t program) {
  const Bytes packed = steps_.pack(rest_);
  const uint64_t hash = hash64(packed, program);
  const auto [known, is_new] = known_nodes_.try_emplace(hash, static_cast<uint32_t>(nodes_.size()));
  if (!is_new && rests_[known->second].program == program && std::ranges::equal(rests_[known->second].steps, packed)) {
    return known->second;
  }
  const Instr& instr = code_of(program)[rest_[0].pc];
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
      choose(program);
      node.kind = term_ == kNone ? Kind::Test : Kind::Ask;
      node.subject = term_ == kNone ? instr.a : image_.predicates()[ahead_[0]].lhs;
      if (image_.predicates()[ahead_[0]].lhs != image_.predicates()[ahead_.back()].lhs) {
        node.family = family_of_term(image_, node.subject);
      }
      node.count = static_cast<uint32_t>(ahead_.size());
      node.asked = static_cast<uint32_t>(asked_.size());
      node.remember = node.family != FieldFamily::None || ahead_.size() > kFew || std::ranges::any_of(ahead_, [&](uint32_t p) { return !has(p, kCheap); });
      node.is_of_process = std::ranges::all_of(ahead_, [&](uint32_t p) { return has(p, kOfProcess); });
      asked_.insert(asked_.end(), ahead_.begin(), ahead_.end());
      edges = node.count <= kFew ? size_t{1} << node.count : 1;
      break;
  }
  node.edges = static_cast<uint32_t>(edges_.size());
  edges_.resize(edges_.size() + edges, kNone);
  nodes_.push_back(node);
  rests_.push_back({steps_.keep(packed), program, facts_});
  return static_cast<uint32_t>(nodes_.size() - 1);
}

}  // namespace fvm
