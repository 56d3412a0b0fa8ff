// SPDX-License-Identifier: Apache-2.0
//
// Operators over lists, endpoints, ancestors and modifiers; see 3.5 and 3.6 of the language.
//   One       the value satisfies the operator
//   List      `in`: every element is a member (an empty list always); `intersects`: some element is
//   Endpoint  `!=`: every end differs; otherwise some end satisfies the operator. A modifier counts operands for which
//   that holds Ancestor  some ancestor satisfies the whole predicate, modifier included
#include "vm/exec/predicate.h"

#include <algorithm>
#include <ranges>

#include "vm/ops/compare.h"

namespace fvm {
namespace {

/// `value op operand number i`.
bool satisfies(const Predicate& p, const Value& value, size_t i) {
  if (p.op != CmpOp::Regex) return ops::compare(p.op, value, p.constants[i]);
  return value.kind() == Kind::Text && p.regexes[i].matches(value.as_text());
}

/// Whether the value equals, or lies in, one of the operands.
bool is_member(const Predicate& p, const Value& value) {
  if (p.set != nullptr) return p.set->contains(value);
  if (p.nets != nullptr) return value.kind() == Kind::Ip && p.nets->contains(value.as_ip());
  return std::ranges::any_of(p.constants, [&](const Value& c) { return ops::equal(value, c); });
}

/// `value op operands`, without a modifier.
bool satisfies_operands(const Predicate& p, const Value& value) {
  switch (p.op) {
    case CmpOp::In:
    case CmpOp::Intersects:
      return is_member(p, value);
    case CmpOp::PMatch:
      return value.kind() == Kind::Text && p.paths->matches(value.as_text());
    default:
      return satisfies(p, value, 0);
  }
}

/// Whether the modifier accepts, given for each operand whether it is satisfied. No operands: false, even for allof.
template <typename Holds>
bool modified(const Predicate& p, Holds operand_holds) {
  const size_t total = p.constants.size();
  switch (p.modifier) {
    case Modifier::AnyOf: {
      for (size_t i = 0; i < total; ++i)
        if (operand_holds(i)) return true;
      return false;
    }
    case Modifier::AllOf: {
      for (size_t i = 0; i < total; ++i)
        if (!operand_holds(i)) return false;
      return total != 0;
    }
    case Modifier::OneOf: {
      size_t count = 0;
      for (size_t i = 0; i < total && count < 2; ++i) count += operand_holds(i) ? 1 : 0;
      return count == 1;
    }
    case Modifier::None:
      break;
  }
  return false;
}

bool value_holds(const Predicate& p, const Value& value) {
  if (p.modifier == Modifier::None) return satisfies_operands(p, value);
  if (p.set != nullptr || p.nets != nullptr) return is_member(p, value);
  return modified(p, [&](size_t i) { return satisfies(p, value, i); });
}

bool endpoint_holds(const Predicate& p, std::span<const Value> ends) {
  if (ends.empty()) return false;
  if (p.modifier != Modifier::None) {
    return modified(p, [&](size_t i) {
      const auto one = [&](const Value& end) { return satisfies(p, end, i); };
      return p.op == CmpOp::Ne ? std::ranges::all_of(ends, one) : std::ranges::any_of(ends, one);
    });
  }
  const auto one = [&](const Value& end) { return satisfies_operands(p, end); };
  return p.op == CmpOp::Ne ? std::ranges::all_of(ends, one) : std::ranges::any_of(ends, one);
}

/// Whether the predicate asks for membership in its operands, so that a set can answer.
bool wants_set(const Predicate& p) {
  if (p.constants.empty()) return false;
  if (p.op == CmpOp::In || p.op == CmpOp::Intersects) return true;
  return p.op == CmpOp::Eq && p.modifier == Modifier::AnyOf && p.quant != Quant::Endpoint;
}

Simple simple_form(const Predicate& p) {
  if (p.quant != Quant::One || p.modifier != Modifier::None || p.constants.size() != 1) return Simple::No;
  switch (p.constants[0].kind()) {
    case Kind::Text:
    case Kind::Bytes:
      switch (p.op) {
        case CmpOp::Eq: return Simple::TextEq;
        case CmpOp::Ne: return Simple::TextNe;
        case CmpOp::StartsWith: return Simple::TextStarts;
        case CmpOp::EndsWith: return Simple::TextEnds;
        default: return Simple::No;
      }
    case Kind::Bool:
    case Kind::Int:
    case Kind::Uint:
      if (p.op == CmpOp::Eq) return Simple::NumberEq;
      if (p.op == CmpOp::Ne) return Simple::NumberNe;
      if (p.constants[0].kind() != Kind::Int) return Simple::No;
      switch (p.op) {
        case CmpOp::Lt: return Simple::IntLt;
        case CmpOp::Le: return Simple::IntLe;
        case CmpOp::Gt: return Simple::IntGt;
        case CmpOp::Ge: return Simple::IntGe;
        default: return Simple::No;
      }
    default: return Simple::No;
  }
}

Value constant_value(const ImageView& image, const ConstantRec& c) {
  const auto ip = [&] {
    IpAddr address;
    std::copy(c.payload, c.payload + address.bytes.size(), address.bytes.begin());
    address.family = c.family;
    return address;
  };
  switch (static_cast<Kind>(c.kind)) {
    case Kind::Text:
      return Value::text(image.string(load<TextRef>(c.payload)));
    case Kind::Bytes:
      return Value::bytes(as_bytes(image.string(load<TextRef>(c.payload))));
    case Kind::Int:
      return Value::integer(load<int64_t>(c.payload));
    case Kind::Uint:
      return Value::uinteger(load<uint64_t>(c.payload));
    case Kind::Bool:
      return Value::boolean(load<uint64_t>(c.payload) != 0);
    case Kind::Double:
      return Value::real(load<double>(c.payload));
    case Kind::Ip:
      return Value::ip(ip());
    case Kind::Net:
      return Value::net({ip(), c.prefix});
    case Kind::None:
      break;
  }
  return {};
}

/// How several values of a left side are compared: the field's row, unless an argument or a transformer makes it one
/// value.
Quant quant_of(const ImageView& image, const TermRec& term) {
  if ((term.flags & kTermIsList) != 0) return Quant::List;
  if (static_cast<TermKind>(term.kind) != TermKind::Field) return Quant::One;
  const Quant quant = kFields[image.fields()[term.slot].field].quant;
  return quant == Quant::List ? Quant::One : quant;
}

}  // namespace

bool holds_in_general(const Predicate& p, const ValueList& lhs) {
  if (!lhs.present) return false;
  if (p.op == CmpOp::Exists) return true;
  const auto one = [&](const Value& value) { return value_holds(p, value); };
  switch (p.quant) {
    case Quant::One:
      return lhs.count != 0 && one(lhs.data[0]);
    case Quant::List:
      return p.op == CmpOp::In ? std::ranges::all_of(lhs.values(), one) : std::ranges::any_of(lhs.values(), one);
    case Quant::Endpoint:
      return endpoint_holds(p, lhs.values());
    case Quant::Ancestor:
      return std::ranges::any_of(lhs.values(), one);
  }
  return false;
}

bool holds(const Predicate& p, const ValueList& lhs, const ValueList& rhs) {
  if (!lhs.present || !rhs.present) return false;
  const auto one = [&](const Value& left) {
    return std::ranges::any_of(rhs.values(), [&](const Value& right) { return ops::compare(p.op, left, right); });
  };
  const bool all = (p.quant == Quant::List && p.op == CmpOp::In) ||
                   (p.quant == Quant::Endpoint && p.op == CmpOp::Ne && lhs.count != 0);
  return all ? std::ranges::all_of(lhs.values(), one) : std::ranges::any_of(lhs.values(), one);
}

PredicateTable::PredicateTable(const ImageView& image) {
  const auto records = image.predicates();
  size_t operands = 0;
  for (const PredicateRec& r : records)
    if (static_cast<RhsKind>(r.rhs) == RhsKind::Constants) operands += r.operands.count;
  values_.reserve(operands);
  predicates_.resize(records.size());

  // First everything that predicates point into, so that nothing moves any more when the pointers are set.
  struct Extra {
    size_t regexes = SIZE_MAX;
    size_t paths = SIZE_MAX;
    size_t set = SIZE_MAX;
    size_t nets = SIZE_MAX;
  };
  std::vector<Extra> extras(records.size());
  for (size_t i = 0; i < records.size(); ++i) {
    const PredicateRec& r = records[i];
    Predicate& p = predicates_[i];
    p.op = static_cast<CmpOp>(r.op);
    p.modifier = static_cast<Modifier>(r.modifier);
    p.rhs = static_cast<RhsKind>(r.rhs);
    p.lhs = r.lhs;
    p.quant = quant_of(image, image.terms()[r.lhs]);
    if (p.rhs == RhsKind::Term) p.rhs_term = r.operands.first;
    if (p.rhs != RhsKind::Constants) continue;

    const size_t first = values_.size();
    for (uint32_t c : image.operands(r)) values_.push_back(constant_value(image, image.constants()[c]));
    p.constants = std::span<const Value>(values_).subspan(first);
    p.simple = simple_form(p);
    if (p.op == CmpOp::Regex) {
      extras[i].regexes = regexes_.size();
      for (const Value& pattern : p.constants) regexes_.emplace_back(pattern.as_text());
    }
    if (p.op == CmpOp::PMatch) {
      std::vector<std::string_view> paths;
      for (const Value& path : p.constants) paths.push_back(path.as_text());
      extras[i].paths = paths_.size();
      paths_.emplace_back(paths);
    }
    if (wants_set(p) && p.constants[0].kind() == Kind::Net) {
      extras[i].nets = net_sets_.size();
      net_sets_.emplace_back(p.constants);
    } else if (wants_set(p)) {
      extras[i].set = sets_.size();
      sets_.emplace_back(p.constants);
    }
  }
  for (size_t i = 0; i < records.size(); ++i) {
    if (extras[i].regexes != SIZE_MAX) predicates_[i].regexes = regexes_.data() + extras[i].regexes;
    if (extras[i].paths != SIZE_MAX) predicates_[i].paths = &paths_[extras[i].paths];
    if (extras[i].set != SIZE_MAX) predicates_[i].set = &sets_[extras[i].set];
    if (extras[i].nets != SIZE_MAX) predicates_[i].nets = &net_sets_[extras[i].nets];
  }
}

}  // namespace fvm
