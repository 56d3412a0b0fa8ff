// SPDX-License-Identifier: Apache-2.0
//
// Making nodes. Cold: a workload makes most of its nodes in its first moments. Costs time linear in the residuals left at the node
// that leads there.
#include "vm/exec/decision_graph.h"

#include <algorithm>
#include <map>
#include <utility>

#include "vm/abi/limits.h"

namespace fvm {

DecisionGraph::DecisionGraph(const ImageView& image, size_t max_nodes)
    : image_(image),
      questions_(image),
      residuals_(image, questions_),
      max_nodes_(max_nodes),
      starts_(image.programs().size(), kNone),
      ordered_(image.programs().size()),
      orders_(image.programs().size()),
      chosen_(image.predicates().size()) {}

void DecisionGraph::clear() {
  std::ranges::fill(starts_, kNone);
  nodes_.clear();
  rests_.clear();
  rows_.reset();
  residuals_.clear();
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
  constexpr size_t kNeeds = 24;  // numbers for an instruction, if each is a residual of its own
  const size_t taken = (residuals_.bytes() + rows_.used_bytes()) / sizeof(uint32_t) + asked_.size() + edges_.size() + 2 * words_.size();
  if (nodes_.size() < max_nodes_ && taken + kNeeds * image_.programs()[program].count <= limits::kDecisionWords) return true;
  if (events_ < max_nodes_ * kEventsPerNode) return false;
  clear();
  return true;
}

void DecisionGraph::make_starts() {
  for (uint32_t program = 0; program < starts_.size(); ++program)
    if (make_start(program) == kNone) return;
}

uint32_t DecisionGraph::make_start(uint32_t program) {
  if (!make_room(program)) return kNone;
  const NodeDetour detour(detours_);
  row_ = residuals_.of_program(program);
  if (!ordered_[program]) find_order(program);
  ordered_[program] = true;
  facts_ = 0;
  return starts_[program] = node_of_row(program);
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
  const NodeDetour detour(detours_);
  const Node& node = nodes_[parent];
  const Rest rest = rests_[parent];
  row_.clear();
  if (node.kind == Kind::Match) {
    row_.push_back(residuals_.after_match(rest.row[0]));
    row_.insert(row_.end(), rest.row.begin() + 1, rest.row.end());
  } else {
    residuals_.begin_answer();
    const std::span<const uint32_t> predicates = asked(node);
    for (size_t i = 0; i < predicates.size(); ++i)
      if ((answer[i / 64] >> (i % 64) & 1) != 0) residuals_.note_holds(predicates[i]);
    const uint32_t question = questions_.of(predicates[0]);
    for (const uint32_t residual : rest.row) row_.push_back(residuals_.after(residual, question));
  }
  std::erase(row_, Residuals::kNothing);
  facts_ = rest.facts;
  return node_of_row(rest.program);
}

/// The question that the node for row_, which begins with a test, asks; its predicates go to ahead_, by field, then by number.
uint32_t DecisionGraph::choose(uint32_t program) {
  const std::vector<uint32_t>& order = orders_[program];
  // The first residual of the kind; that there is none is learned.
  const auto find = [&](uint8_t none, auto&& is) {
    if ((facts_ & none) != 0) return row_.cend();
    const auto found = std::find_if(row_.cbegin(), row_.cend(), is);
    if (found == row_.cend()) facts_ |= none;
    return found;
  };
  uint32_t question = questions_.of(residuals_.steps(row_[0])[0].what);
  if (find(kNoTrace, [&](uint32_t r) { return residuals_.leaves_trace(r); }) == row_.cend()) {
    const auto is_done = [&](size_t i) {
      return find(static_cast<uint8_t>(1u << i), [&](uint32_t r) { return !residuals_.asks(r, order[i]).empty(); }) == row_.cend();
    };
    size_t i = 0;
    while (i < order.size() && is_done(i)) ++i;
    if (i < order.size()) {
      question = order[i];
    } else if (const auto of_process = find(kNoProcess, [&](uint32_t r) { return residuals_.process_question(r) != Questions::kNone; });
               of_process != row_.cend()) {
      question = residuals_.process_question(*of_process);
    }
  }
  ahead_.clear();
  ++choice_;
  for (const uint32_t residual : row_) {
    for (const uint32_t predicate : residuals_.asks(residual, question)) {
      if (std::exchange(chosen_[predicate], choice_) != choice_) ahead_.push_back(predicate);
    }
  }
  std::ranges::sort(ahead_, {}, [&](uint32_t p) { return std::pair(image_.predicates()[p].lhs, p); });
  return question;
}

/// Finds the questions that leave least to do when none of their unlikely predicates holds. row_ is the whole program.
void DecisionGraph::find_order(uint32_t program) {
  constexpr size_t kTried = 3;    // those with most predicates; others save less as a rule
  constexpr size_t kWorthIt = 2;  // tests saved
  std::vector<uint32_t>& order = orders_[program];
  std::vector<uint32_t> row = row_;
  while (order.size() < kQuestions) {
    size_t before = 0;
    std::map<uint32_t, size_t> tests;  // by question
    for (const uint32_t residual : row) {
      for (const Residuals::Step& step : residuals_.steps(residual)) {
        if (!residuals_.is_test(step)) continue;
        ++before;
        const uint32_t question = questions_.of(step.what);
        if (!questions_.is_alone(question) && questions_.has(step.what, Questions::kUnlikely)) ++tests[question];
      }
    }
    std::vector<std::pair<size_t, uint32_t>> candidates;  // number of tests and question
    candidates.reserve(tests.size());
    for (const auto& [question, count] : tests) candidates.emplace_back(count, question);
    std::ranges::sort(candidates, [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
    candidates.resize(std::min(candidates.size(), kTried));
    uint32_t best = kNone;
    size_t least = before;
    for (const auto& [count, question] : candidates) {
      size_t left = 0;
      for (const uint32_t residual : row) left += residuals_.tests_after_usual(residual, question);
      if (left >= least) continue;
      best = question;
      least = left;
    }
    if (best == kNone || least + kWorthIt > before) break;
    order.push_back(best);
    for (uint32_t& residual : row) residual = residuals_.after_usual(residual, best);
  }
}

/// The node for row_, which is new unless the same was left to do before.
uint32_t DecisionGraph::node_of_row(uint32_t program) {
  const uint64_t hash = hash64(Bytes(reinterpret_cast<const uint8_t*>(row_.data()), row_.size() * sizeof(uint32_t)), program);
  const auto [known, is_new] = known_nodes_.try_emplace(hash, static_cast<uint32_t>(nodes_.size()));
  if (!is_new && rests_[known->second].program == program && std::ranges::equal(rests_[known->second].row, row_)) return known->second;
  Node node;
  size_t edges = 0;
  if (row_.empty()) {
    node.kind = Kind::End;
  } else if (const Residuals::Step& step = residuals_.steps(row_[0])[0]; !residuals_.is_test(step)) {
    node.kind = Kind::Match;
    node.subject = residuals_.rule(step);
    edges = 1;
  } else {
    const bool is_alone = questions_.is_alone(choose(program));
    const uint32_t term = image_.predicates()[ahead_[0]].lhs;
    node.kind = is_alone ? Kind::Test : Kind::Ask;
    node.subject = is_alone ? ahead_[0] : term;
    if (image_.predicates()[ahead_.back()].lhs != term) node.family = questions_.family_of_term(term);
    node.count = static_cast<uint32_t>(ahead_.size());
    node.asked = static_cast<uint32_t>(asked_.size());
    node.remember = node.family != FieldFamily::None || ahead_.size() > kFew ||
                    std::ranges::any_of(ahead_, [&](uint32_t p) { return !questions_.has(p, Questions::kCheap); });
    node.is_of_process = std::ranges::all_of(ahead_, [&](uint32_t p) { return questions_.has(p, Questions::kOfProcess); });
    asked_.insert(asked_.end(), ahead_.begin(), ahead_.end());
    edges = node.count <= kFew ? size_t{1} << node.count : 1;
  }
  node.edges = static_cast<uint32_t>(edges_.size());
  edges_.resize(edges_.size() + edges, kNone);
  nodes_.push_back(node);
  uint32_t* const row = rows_.alloc_array<uint32_t>(row_.size());
  std::ranges::copy(row_, row);
  rests_.push_back({{row, row_.size()}, program, facts_});
  return static_cast<uint32_t>(nodes_.size() - 1);
}

}  // namespace fvm
