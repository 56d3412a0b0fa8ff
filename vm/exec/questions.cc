// SPDX-License-Identifier: Apache-2.0
#include "vm/exec/questions.h"

#include <algorithm>
#include <array>

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

Questions::Questions(const ImageView& image) : terms_(static_cast<uint32_t>(image.terms().size())) {
  families_.reserve(terms_);
  for (uint32_t term = 0; term < terms_; ++term) {
    const FieldRec* field = field_of(image, term);
    families_.push_back(field != nullptr ? family_of(static_cast<FieldId>(field->field)) : FieldFamily::None);
  }
  of_.reserve(image.predicates().size());
  traits_.reserve(image.predicates().size());
  std::array<uint32_t, kFieldFamilies> firsts;  // by family
  firsts.fill(kNone);
  for (const PredicateRec& p : image.predicates()) {
    const bool is_term = static_cast<RhsKind>(p.rhs) == RhsKind::Term;
    uint32_t question = terms_ + static_cast<uint32_t>(of_.size());
    if (!is_term && is_one_value(image, p.lhs)) {
      const FieldFamily family = families_[p.lhs];
      uint32_t& first = firsts[static_cast<size_t>(family)];
      if (family != FieldFamily::None && first == kNone) first = p.lhs;
      question = family == FieldFamily::None ? p.lhs : first;
    }
    of_.push_back(question);
    const auto both = [&](auto&& is) { return is(image, p.lhs) && (!is_term || is(image, p.operands.first)); };
    uint8_t traits = 0;
    if (both(leaves_no_trace)) traits |= kDroppable;
    if (!is_term && is_cheap(image, p)) traits |= kCheap;
    if (is_unlikely(image, p)) traits |= kUnlikely;
    if (both(is_of_process)) traits |= kOfProcess;
    traits_.push_back(traits);
  }
}

}  // namespace fvm
