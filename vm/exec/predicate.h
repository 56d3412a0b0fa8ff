// SPDX-License-Identifier: Apache-2.0
//
// Predicates of a loaded image, ready to test: constants decoded, sets hashed, regular expressions and path sets
// compiled. Knows how the operators of vm/ops extend to lists, endpoints, ancestors and modifiers; does not know how
// values are read.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vm/exec/value_set.h"
#include "vm/image/verified_image.h"
#include "vm/ops/net_set.h"
#include "vm/ops/path_match.h"
#include "vm/ops/regex.h"
#include "vm/ops/value.h"

namespace fvm {

/// Operators on one value and one constant of the same kind, told apart once instead of at every test.
enum class Simple : uint8_t { No, TextEq, TextNe, TextStarts, TextEnds, NumberEq, NumberNe, IntLt, IntLe, IntGt, IntGe };

struct Predicate {
  Simple simple = Simple::No;
  CmpOp op{};
  Modifier modifier{};
  RhsKind rhs{};
  Quant quant{};                        ///< of the left side
  uint32_t lhs = 0;                     ///< term
  uint32_t rhs_term = 0;                ///< RhsKind::Term
  std::span<const Value> constants;     ///< RhsKind::Constants
  const ops::Regex* regexes = nullptr;  ///< Regex: one per constant
  const ops::PathSet* paths = nullptr;  ///< PMatch
  const ValueSet* set = nullptr;        ///< In, Intersects and `= anyof` of anything but Net
  const ops::NetSet* nets = nullptr;    ///< the same of Net
};

/// Whether the predicate holds for a left side. A missing value makes it false.
bool holds_in_general(const Predicate& predicate, const ValueList& lhs);
inline bool holds(const Predicate& p, const ValueList& lhs) {
  if (p.simple == Simple::No) return holds_in_general(p, lhs);
  if (!lhs.present || lhs.count == 0) return false;
  const Value& value = lhs.data[0];
  const Value& constant = p.constants[0];
  if (value.kind() != constant.kind()) return false;
  switch (p.simple) {
    case Simple::No: break;
    case Simple::TextEq: return value.as_text() == constant.as_text();
    case Simple::TextNe: return value.as_text() != constant.as_text();
    case Simple::TextStarts: return value.as_text().starts_with(constant.as_text());
    case Simple::TextEnds: return value.as_text().ends_with(constant.as_text());
    case Simple::NumberEq: return value.as_uint() == constant.as_uint();
    case Simple::NumberNe: return value.as_uint() != constant.as_uint();
    case Simple::IntLt: return value.as_int() < constant.as_int();
    case Simple::IntLe: return value.as_int() <= constant.as_int();
    case Simple::IntGt: return value.as_int() > constant.as_int();
    case Simple::IntGe: return value.as_int() >= constant.as_int();
  }
  return false;
}
/// The same for RhsKind::Term.
bool holds(const Predicate& predicate, const ValueList& lhs, const ValueList& rhs);

/// Owns everything the predicates of one image point to, except text, which stays in the image.
class PredicateTable {
 public:
  explicit PredicateTable(const ImageView& image);
  PredicateTable(const PredicateTable&) = delete;
  PredicateTable& operator=(const PredicateTable&) = delete;

  const Predicate& operator[](uint32_t id) const { return predicates_[id]; }
  size_t size() const { return predicates_.size(); }

 private:
  std::vector<Value> values_;  ///< operands of all predicates, back to back
  std::vector<ValueSet> sets_;
  std::vector<ops::NetSet> net_sets_;
  std::vector<ops::Regex> regexes_;
  std::vector<ops::PathSet> paths_;
  std::vector<Predicate> predicates_;
};

}  // namespace fvm
