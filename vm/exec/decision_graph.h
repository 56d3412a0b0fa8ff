// SPDX-License-Identifier: Apache-2.0
//
// DecisionGraph: decision programs specialised by what events have already answered. A node is a place in a program
// together with the truth of predicates known there; it asks the next thing that matters: one left side, or a family of
// fields, for which all predicates that may still be tested get their truth at once, or one predicate of another kind.
// An answer leads to another node, made when it is first needed. What is known resolves branches, so rules that can't
// match any more are gone, and places from which the same is left to do are one node: processes and files that the
// rules don't tell apart share a path through the graph. Bounded: a full graph is emptied and counted. Where asking
// leaves a trace, it asks in program order, so that fields are read when the program would have read them; elsewhere
// first what is likely to leave the least to do, then what is about the process: those answers are kept together. Knows instructions, not values: who runs an event reads values and
// says what holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "vm/exec/detour.h"
#include "vm/exec/step_store.h"
#include "vm/field/field_use.h"
#include "vm/image/image_view.h"

namespace fvm {

class DecisionGraph {
 public:
  enum class Kind : uint8_t { End, Match, Ask, Test };

  struct Node {
    Kind kind{};
    bool remember = false;  ///< the answer is dear enough to be kept by value
    bool is_of_process = false;  ///< Ask, Test: the answer follows from the process and its state
    FieldFamily family{};   ///< Ask: not None: the predicates are about several fields of it
    uint32_t subject = 0;   ///< Match: rule; Ask: term, the first of several; Test: predicate
    uint32_t asked = 0;     ///< Ask: the predicates in question, see asked()
    uint32_t count = 0;     ///< of them; Test: 1
    uint32_t edges = 0;     ///< first of 2^count next nodes if few, else that where nothing holds
  };

  /// No such node: the graph has no room, let the program run.
  static constexpr uint32_t kNone = UINT32_MAX;
  /// An Ask with so many predicates at most has an edge for every answer.
  static constexpr uint32_t kFew = 3;

  DecisionGraph(const ImageView& image, size_t max_nodes);

  /// The node that a program begins with, or kNone. Counts as one event.
  uint32_t start(uint32_t program) {
    ++events_;
    const uint32_t node = starts_[program];
    return node != kNone ? node : make_start(program);
  }
  /// Valid until a node is made.
  const Node& operator[](uint32_t node) const { return nodes_[node]; }
  std::span<const uint32_t> asked(const Node& node) const { return {asked_.data() + node.asked, node.count}; }

  /// The node behind a match.
  uint32_t after_match(uint32_t node) { return follow(node, 0); }
  /// Behind a Test, or an Ask with at most kFew predicates: bit i = predicate i holds.
  uint32_t follow(uint32_t node, uint32_t answer) {
    const uint32_t next = edges_[nodes_[node].edges + answer];
    return next != kNone ? next : make_few(node, answer);
  }
  /// Behind any Ask when no predicate holds.
  uint32_t follow_nothing(uint32_t node) {
    const uint32_t next = edges_[nodes_[node].edges];
    return next != kNone ? next : make_nothing(node);
  }
  /// Behind an Ask with more predicates: bit i % 64 of word i / 64.
  uint32_t follow_many(uint32_t node, std::span<const uint64_t> answer);

  static size_t words_of(size_t count) { return (count + 63) / 64; }

  /// Has the making of nodes timed; null: not.
  void measure_detours(DetourMeter* meter) { detours_ = meter; }

  size_t size() const { return nodes_.size(); }
  /// Changes whenever nodes get new numbers.
  uint32_t edition() const { return edition_; }
  /// How often a full graph was emptied.
  uint64_t evictions() const { return edition_; }

 private:
  using Steps = std::vector<Step>;
  /// What is left to do at a node, in program order, its own instruction first.
  struct Rest {
    Bytes steps;  ///< packed
    uint32_t program;
    uint8_t facts;  ///< see facts_
  };
  /// Of what a hash is about itself.
  struct AsItIs {
    size_t operator()(uint64_t hash) const { return hash; }
  };
  struct Answer {
    uint32_t node;
    uint32_t words;  ///< first of them in words_
    uint32_t next;
  };
  enum class Truth : uint8_t { Unknown, Moot, Lie, Holds };  ///< Moot: unknown, and need not be known if it decides nothing
  struct Mark {
    uint32_t target;   ///< the first instruction from there on that is left
    uint32_t reached;  ///< walk_, if it is left
  };

  uint32_t make_start(uint32_t program);
  uint32_t make_few(uint32_t node, uint32_t answer);
  uint32_t make_nothing(uint32_t node);
  uint32_t make(uint32_t parent, std::span<const uint64_t> answer);
  bool make_room(uint32_t program);
  void clear();

  void learn(uint32_t predicate, bool holds);
  void forget(size_t but = 0);
  uint32_t take_code(uint32_t program);
  void reduce(std::span<const Step> steps, uint32_t program, uint32_t entry);
  void reduce_whole(uint32_t program);
  void choose(uint32_t program);
  void find_order(uint32_t program);
  uint32_t node_of_rest(uint32_t program);

  std::span<const Instr> code_of(uint32_t program) const;
  /// By pc: the predicate, or no_predicate() where nothing is tested.
  const uint32_t* tested_of(uint32_t program) const { return tested_.data() + image_.programs()[program].first; }
  bool has(uint32_t predicate, uint8_t trait) const { return (traits_[predicate] & trait) != 0; }
  /// Comes after the last one, and is never known.
  uint32_t no_predicate() const { return static_cast<uint32_t>(traits_.size() - 1); }
  /// The left side that a predicate is asked with, for a family that of its first field; kNone: alone.
  uint32_t term_of(uint32_t predicate) const { return groups_[predicate]; }

  static constexpr uint64_t kEventsPerNode = 16;  ///< making a node costs about as much as running a few programs

  static constexpr size_t kTerms = 2;             ///< in an order; more cost more to find than they save
  static_assert(kTerms <= 6);                      // see facts_
  static constexpr uint8_t kNoTrace = 0x80;        ///< all predicates left are droppable: any may be asked first
  static constexpr uint8_t kNoProcess = 0x40;      ///< none left is about the process alone
  static constexpr uint32_t kNoGroup = kNone - 1;  ///< of no_predicate()

  static constexpr uint8_t kDroppable = 1;  ///< nothing is remembered by asking it
  static constexpr uint8_t kCheap = 2;      ///< no dearer than looking up what was found before
  static constexpr uint8_t kUnlikely = 4;   ///< holds for few values
  static constexpr uint8_t kOfProcess = 8;  ///< follows from the process and its state

  ImageView image_;
  size_t max_nodes_;
  std::vector<uint8_t> traits_;                ///< by predicate, no_predicate() among them; groups_ and truths_ alike
  std::vector<uint32_t> groups_;               ///< see term_of
  std::vector<uint32_t> tested_;               ///< by instruction of the image, see tested_of
  std::vector<uint32_t> starts_;               ///< by program
  std::vector<bool> ordered_;                  ///< by program: its order has been found
  std::vector<std::vector<uint32_t>> orders_;  ///< by program: terms to be asked first

  std::vector<Node> nodes_;
  std::vector<Rest> rests_;  ///< by node
  StepStore steps_;
  std::vector<uint32_t> asked_;
  std::vector<uint32_t> edges_;
  std::vector<uint64_t> words_;
  std::unordered_map<uint64_t, uint32_t, AsItIs> known_nodes_;
  std::unordered_map<uint64_t, Answer, AsItIs> known_answers_;
  uint32_t edition_ = 0;
  uint64_t events_ = 0;  ///< since the graph was emptied
  DetourMeter* detours_ = nullptr;

  // Of the node being made.
  std::vector<Truth> truths_;      ///< by predicate
  std::vector<uint32_t> learned_;  ///< those with a truth
  std::vector<uint32_t> seen_;     ///< by predicate: walk_, if it is in ahead_
  std::vector<Mark> marks_;        ///< by pc
  uint32_t walk_ = 0;
  Steps code_;                    ///< a whole program
  Steps room_;                    ///< as long as the longest program, for rest_
  std::span<const Step> rest_;    ///< what is left
  std::vector<uint32_t> ahead_;   ///< predicates that the node asks
  uint8_t facts_ = 0;            ///< kNoTrace, kNoProcess and, bit i, that order i is done: true of whatever is left later, too
  uint32_t term_ = kNone;        ///< that it asks them about; kNone: the first one alone
};

}  // namespace fvm
