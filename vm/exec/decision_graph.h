// SPDX-License-Identifier: Apache-2.0
//
// DecisionGraph: decision programs specialised by what events have already answered. A node is a place in a program
// together with the truth of predicates known there; it asks the next thing that matters: one left side, or a family of
// fields, for which all predicates that may still be tested get their truth at once, or one predicate of another kind.
// An answer leads to another node, made when it is first needed. What is known resolves branches (Residuals), so rules that can't
// match any more are gone, and places from which the same is left to do are one node: processes and files that the
// rules don't tell apart share a path through the graph. Bounded: a full graph is emptied and counted. Where asking
// leaves a trace, it asks in program order, so that fields are read when the program would have read them; elsewhere
// first what is likely to leave the least to do, then what is about the process: those answers are kept together. Doesn't know
// values: who runs an event reads them and says what holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "vm/base/arena.h"
#include "vm/base/hash.h"
#include "vm/exec/detour.h"
#include "vm/exec/questions.h"
#include "vm/exec/residuals.h"
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
  DecisionGraph(const DecisionGraph&) = delete;
  DecisionGraph& operator=(const DecisionGraph&) = delete;

  /// Makes the nodes that programs begin with; otherwise each is made when it is first needed.
  void make_starts();
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
  /// What is left to do at a node.
  struct Rest {
    std::span<const uint32_t> row;  ///< residuals, in program order
    uint32_t program;
    uint8_t facts;  ///< see facts_
  };
  struct Answer {
    uint32_t node;
    uint32_t words;  ///< first of them in words_
    uint32_t next;
  };

  uint32_t make_start(uint32_t program);
  uint32_t make_few(uint32_t node, uint32_t answer);
  uint32_t make_nothing(uint32_t node);
  uint32_t make(uint32_t parent, std::span<const uint64_t> answer);
  bool make_room(uint32_t program);
  void clear();

  void find_order(uint32_t program);
  uint32_t choose(uint32_t program);
  uint32_t node_of_row(uint32_t program);

  static constexpr uint64_t kEventsPerNode = 16;  ///< making a node costs about as much as running a few programs

  static constexpr size_t kQuestions = 2;       ///< in an order; more cost more to find than they save
  static_assert(kQuestions <= 6);                // see facts_
  static constexpr uint8_t kNoTrace = 0x80;     ///< all predicates left are droppable: any may be asked first
  static constexpr uint8_t kNoProcess = 0x40;   ///< none left is about the process alone

  ImageView image_;
  Questions questions_;
  Residuals residuals_;
  size_t max_nodes_;
  std::vector<uint32_t> starts_;               ///< by program
  std::vector<bool> ordered_;                  ///< by program: its order has been found
  std::vector<std::vector<uint32_t>> orders_;  ///< by program: questions to be asked first

  std::vector<Node> nodes_;
  std::vector<Rest> rests_;  ///< by node
  Arena rows_;
  std::vector<uint32_t> asked_;
  std::vector<uint32_t> edges_;
  std::vector<uint64_t> words_;
  std::unordered_map<uint64_t, uint32_t, IdentityHash> known_nodes_;
  std::unordered_map<uint64_t, Answer, IdentityHash> known_answers_;
  uint32_t edition_ = 0;
  uint64_t events_ = 0;  ///< since the graph was emptied
  DetourMeter* detours_ = nullptr;

  // Of the node being made.
  std::vector<uint32_t> row_;    ///< what is left
  uint8_t facts_ = 0;            ///< kNoTrace, kNoProcess and, bit i, that order i is done: true of whatever is left later, too
  std::vector<uint32_t> ahead_;  ///< predicates that it asks
  uint64_t choice_ = 0;
  std::vector<uint64_t> chosen_;  ///< by predicate: the last choice_ that it was in ahead_ for
};

}  // namespace fvm
