// SPDX-License-Identifier: Apache-2.0
//
// Residuals: what answers leave of programs, region by region. A region is code that is entered at its beginning only and left
// only for the one behind it: in compiled programs a rule's condition and its match; other images may have fewer and longer ones. So
// a rest of a program is a row of residuals of its regions, and an answer changes those that ask about it. Equal residuals are one,
// whatever program, place and answers they come from, and what is left when nothing holds is found once. Doesn't know values, and not
// which question comes next: that is the decision graph's.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "vm/base/arena.h"
#include "vm/base/hash.h"
#include "vm/exec/questions.h"
#include "vm/image/image_view.h"

namespace fvm {

class Residuals {
 public:
  /// The residual without steps.
  static constexpr uint32_t kNothing = 0;

  /// A test or a match, and the steps behind it, counted from the residual's first; their number: out of the region.
  struct Step {
    uint32_t what;  ///< see is_test()
    uint32_t holds, fails;  ///< both the same behind a match
  };

  /// Both must outlive this.
  Residuals(const ImageView& image, const Questions& questions);

  /// What there is to do of a program, in its order.
  std::vector<uint32_t> of_program(uint32_t program);

  std::span<const Step> steps(uint32_t residual) const { return all_[residual].steps; }
  bool is_test(const Step& step) const { return step.what < questions_.predicates(); }
  /// Of a match.
  uint32_t rule(const Step& step) const { return step.what - static_cast<uint32_t>(questions_.predicates()); }
  /// The predicates over which it asks this question, in ascending order; none: it doesn't.
  std::span<const uint32_t> asks(uint32_t residual, uint32_t question) const {
    const Group* group = group_of(residual, question);
    return group != nullptr ? group->span() : std::span<const uint32_t>();
  }
  /// The first question about the process that isn't a predicate alone, or Questions::kNone.
  uint32_t process_question(uint32_t residual) const { return process_questions_[residual]; }
  /// Whether asking may leave a trace, see Questions::kDroppable.
  bool leaves_trace(uint32_t residual) const { return all_[residual].leaves_trace; }

  /// An answer begins: of what it asks, nothing holds but what note_holds() tells.
  void begin_answer() { ++answer_; }
  void note_holds(uint32_t predicate) { held_[predicate] = answer_; }
  /// What the answer to a question leaves.
  uint32_t after(uint32_t residual, uint32_t question) {
    Group* const group = group_of(residual, question);
    return group != nullptr ? after(residual, *group) : residual;
  }
  /// What is left of a residual behind the match that it begins with.
  uint32_t after_match(uint32_t residual);
  /// What is left when none of a question's unlikely predicates holds and nothing is known of the others.
  uint32_t after_usual(uint32_t residual, uint32_t question);
  /// The tests in that.
  size_t tests_after_usual(uint32_t residual, uint32_t question);

  /// All that is kept.
  size_t bytes() const { return kept_.used_bytes() + all_.size() * (sizeof(Residual) + sizeof(uint64_t) + sizeof(uint32_t)); }
  void clear();

 private:
  static constexpr uint32_t kUnknown = UINT32_MAX;

  struct Group {
    uint32_t question;
    uint32_t when_none;  ///< what is left if none of them holds; kUnknown until asked
    const uint32_t* predicates;
    uint32_t count;
    std::span<const uint32_t> span() const { return {predicates, count}; }
  };
  struct Residual {
    std::span<const Step> steps;
    std::span<Group> groups;  ///< by the low bits of their question, in ascending order
    bool leaves_trace;
  };
  /// Of a step while steps are reduced.
  struct Mark {
    uint32_t target;  ///< the first step from there on that is left
    uint32_t place;   ///< its number among those that are; kUnknown: it isn't
  };
  struct Asked {
    uint32_t question, predicate;
    bool operator==(const Asked&) const = default;
  };
  enum class Truth : uint8_t { Unknown, Moot, Lie, Holds };  ///< Moot: unknown, and need not be known if it decides nothing

  Group* group_of(uint32_t residual, uint32_t question) const {
    const uint64_t mask = masks_[residual], bit = bit_of(question);
    if ((mask & bit) == 0) return nullptr;
    const std::span<Group> groups = all_[residual].groups;
    // Bits that several questions share put it further back, not further in front.
    for (size_t i = static_cast<size_t>(std::popcount(mask & (bit - 1))); i < groups.size(); ++i)
      if (groups[i].question == question) return &groups[i];
    return nullptr;
  }
  static uint32_t low_bits(uint32_t question) { return question % 64; }
  static uint64_t bit_of(uint32_t question) { return uint64_t{1} << low_bits(question); }
  uint32_t after(uint32_t residual, Group& group);
  Truth unknown(uint32_t what) const;
  template <typename TruthOf>
  std::span<const Step> reduce(std::span<const Step> steps, uint32_t entry, TruthOf&& truth_of);
  template <typename TruthOf>
  std::span<const Step> reduce_about(uint32_t residual, uint32_t question, TruthOf&& truth_of);
  std::span<const Step> reduce_usual(uint32_t residual, uint32_t question);
  uint32_t intern(std::span<const Step> steps);
  void add(std::span<const Step> steps);
  template <typename T>
  std::span<T> keep(std::span<const T> values);

  ImageView image_;
  const Questions& questions_;
  std::vector<Residual> all_;
  std::vector<uint64_t> masks_;              ///< by residual: the bits of its questions
  std::vector<uint32_t> process_questions_;  ///< by residual
  std::unordered_map<uint64_t, uint32_t, IdentityHash> known_;  ///< by hash of the steps
  Arena kept_;
  uint64_t answer_ = 0;
  std::vector<uint64_t> held_;  ///< by predicate: the last answer in which it held

  // Room for what is being made.
  std::vector<Mark> marks_;
  std::vector<Step> steps_;
  std::vector<Asked> asked_;
};

}  // namespace fvm
