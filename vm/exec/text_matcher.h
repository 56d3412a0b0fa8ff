// SPDX-License-Identifier: Apache-2.0
//
// TextMatcher: all predicates over one text value in one pass, so that a text costs hardly more with a thousand
// predicates than with ten. Whole texts are looked up in a hash table, beginnings and paths in a trie, endings in a
// trie from behind; what may occur anywhere (substrings, the longest piece of a glob, pieces that a regular expression
// needs) in a GramIndex. What none of these can tell is named as a candidate, to be tested by itself. Not thread-safe:
// it has room for one text.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vm/exec/gram_index.h"
#include "vm/exec/predicate.h"
#include "vm/exec/text_trie.h"
#include "vm/ops/regex_filter.h"

namespace fvm {

class TextMatcher {
 public:
  /// All predicates about the left side `term`. The table must outlive the matcher.
  TextMatcher(const PredicateTable& predicates, uint32_t term);

  /// The predicates that hold for `text`, in ascending order. `number` stands for the text: what was found for it the
  /// last time is found without looking at the text, as long as few others were asked for since. Valid until the next
  /// call.
  std::span<const uint32_t> match_numbered(uint64_t number, const ValueList& lhs, const PredicateTable& predicates);

  /// Calls f(predicate, sure) at most once for each predicate that may hold for `text`; sure: it does. Others don't.
  template <typename F>
  void match(std::string_view text, F&& f) {
    start(text);
    find(text);
    for (const uint32_t member : sure_) f(members_[member].predicate, true);
    for (const uint32_t member : candidates_)
      if (members_[member].state == State::Candidate) f(members_[member].predicate, false);
    finish();
  }

 private:
  enum class State : uint8_t { Open, Candidate, Sure };
  struct Member {
    uint32_t predicate;
    uint64_t lengths = ~uint64_t{0};  ///< of texts that may satisfy it, a bit each, modulo 64
    State state = State::Open;        ///< for the text at hand
  };
  /// What finding a text in one of the indexes says.
  enum class Says : uint8_t {
    Holds,        ///< its predicate holds
    MayHold,      ///< its predicate is a candidate
    SameLetters,  ///< holds if the case of the letters agrees, too
    Path,         ///< holds if a component of the path ends here
    Piece,        ///< a piece of regular expressions: `member` is its number
  };
  struct Part {
    uint32_t member;
    Says says;
    std::string_view text;  ///< SameLetters
  };
  struct Whole {
    uint64_t hash = 0;
    std::string_view text;
    uint32_t member = 0;
    uint32_t next = UINT32_MAX;  ///< another one with the same text or place
  };
  struct Builder;

  void start(std::string_view text);
  void find(std::string_view text);
  void find_anywhere(std::string_view text);
  void find_regexes(bool is_ascii);
  void finish();
  void found(const Part& part, std::string_view text, size_t place, size_t bytes);
  void be_sure(uint32_t member) {
    if (members_[member].state == State::Sure) return;
    members_[member].state = State::Sure;
    sure_.push_back(member);
  }
  void consider(uint32_t member) {
    if (members_[member].state != State::Open) return;
    members_[member].state = State::Candidate;
    candidates_.push_back(member);
  }

  std::vector<Member> members_;
  std::vector<Part> parts_;
  std::vector<Whole> wholes_;
  std::vector<uint32_t> whole_places_;  ///< by the low bits of a hash
  TextTrie beginnings_{TextTrie::Of::Beginnings};
  TextTrie endings_{TextTrie::Of::Endings};
  GramIndex anywhere_;
  ops::RegexFilter regexes_;
  std::vector<uint32_t> regex_members_;  ///< by number in regexes_
  std::vector<uint32_t> needless_;       ///< regular expressions that need no piece
  std::vector<uint32_t> paths_;          ///< that only a path in its usual form can be looked up for
  std::vector<uint32_t> others_;         ///< told by their length alone, if that

  /// What held for a number; 0: nothing is known.
  struct Held {
    uint64_t number = 0;
    std::vector<uint32_t> predicates;
  };
  static constexpr size_t kHeld = 256;
  std::vector<Held> held_;  ///< by the low bits of the number; empty until needed

  // For the text at hand.
  std::vector<uint32_t> sure_, candidates_;
  std::string small_letters_;
  std::vector<int> pieces_, patterns_;
};

}  // namespace fvm
