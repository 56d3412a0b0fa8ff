// SPDX-License-Identifier: Apache-2.0
//
// Questions: what a node of the decision graph may ask. All predicates with constants over one left side are one question, over a
// family of fields (FieldFamily) too; any other predicate is a question alone. And what is known of each predicate before any event:
// how dear it is, what asking it leaves behind, whether the process decides it. Doesn't know programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vm/field/field_use.h"
#include "vm/image/image_view.h"

namespace fvm {

class Questions {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  static constexpr uint8_t kDroppable = 1;  ///< nothing is remembered by asking it
  static constexpr uint8_t kCheap = 2;      ///< no dearer than looking up what was found before
  static constexpr uint8_t kUnlikely = 4;   ///< holds for few values
  static constexpr uint8_t kOfProcess = 8;  ///< follows from the process and its state

  explicit Questions(const ImageView& image);

  /// How many predicates there are.
  size_t predicates() const { return of_.size(); }
  uint32_t of(uint32_t predicate) const { return of_[predicate]; }
  bool has(uint32_t predicate, uint8_t trait) const { return (traits_[predicate] & trait) != 0; }
  bool is_alone(uint32_t question) const { return question >= terms_; }
  /// Of the field that a term reads; None if it reads none.
  FieldFamily family_of_term(uint32_t term) const { return families_[term]; }

 private:
  uint32_t terms_;
  std::vector<FieldFamily> families_;  ///< by term
  std::vector<uint32_t> of_;           ///< by predicate: a term, of a family the first one; alone: terms_ + predicate
  std::vector<uint8_t> traits_;        ///< by predicate
};

}  // namespace fvm
