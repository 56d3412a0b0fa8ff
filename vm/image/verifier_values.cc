// SPDX-License-Identifier: Apache-2.0
//
// Verification of constants, fields, terms and predicates: points 2 to 5 and 7 of the proof in verifier.cc.
#include <algorithm>
#include <cstring>

#include "vm/abi/limits.h"
#include "vm/image/verifier_passes.h"
#include "vm/ops/regex.h"

namespace fvm {
namespace {

constexpr size_t kTypeCount = sizeof(kTypes) / sizeof(kTypes[0]);
constexpr size_t kCmpOpCount = sizeof(kCmpOps) / sizeof(kCmpOps[0]);
constexpr size_t kTransformerCount = sizeof(kTransformers) / sizeof(kTransformers[0]);
constexpr size_t kKinds = static_cast<size_t>(Kind::Net) + 1;

bool zero(const uint8_t* bytes, size_t count) {
  return std::all_of(bytes, bytes + count, [](uint8_t b) { return b == 0; });
}

bool is_zero(TextRef ref) { return ref.offset == 0 && ref.bytes == 0; }
bool is_zero(RunRef run) { return run.first == 0 && run.count == 0; }

/// Whether a field with this row may be used with this kind of argument.
bool takes(const FieldInfo& info, FieldArg arg) {
  if (arg == FieldArg::None) return info.arg == ArgKind::None || !info.has(FALCO_FF_ARG_REQUIRED);
  const bool index = arg == FieldArg::Index;
  switch (info.arg) {
    case ArgKind::None:
      return false;
    case ArgKind::Index:
      return index;
    case ArgKind::Key:
    case ArgKind::Suffix:
    case ArgKind::KeyOrSuffix:
      return !index;
    case ArgKind::IndexOrKey:
    case ArgKind::EventParam:
    case ArgKind::EventName:
      return true;
  }
  return false;
}

bool is_text_or_bytes(Kind k) { return k == Kind::Text || k == Kind::Bytes; }

/// Whether the operator has a meaning for values of this kind (vm/ops/compare.h).
bool compares(CmpOp op, Kind kind) {
  switch (op) {
    case CmpOp::Exists:
      return true;
    case CmpOp::Eq:
    case CmpOp::Ne:
    case CmpOp::In:
    case CmpOp::Intersects:
      return kind != Kind::None;
    case CmpOp::Lt:
    case CmpOp::Le:
    case CmpOp::Gt:
    case CmpOp::Ge:
      return kind == Kind::Text || kind == Kind::Int || kind == Kind::Uint || kind == Kind::Double;
    case CmpOp::Contains:
    case CmpOp::StartsWith:
    case CmpOp::EndsWith:
      return is_text_or_bytes(kind);
    case CmpOp::IContains:
    case CmpOp::Glob:
    case CmpOp::IGlob:
    case CmpOp::Regex:
    case CmpOp::PMatch:
      return kind == Kind::Text;
    case CmpOp::BContains:
    case CmpOp::BStartsWith:
      return kind == Kind::Bytes;
  }
  return false;
}

bool is_set_op(CmpOp op) { return op == CmpOp::In || op == CmpOp::Intersects || op == CmpOp::PMatch; }

}  // namespace

void Verifier::verify_constants() {
  const auto constants = view_.constants();
  for (size_t i = 0; i < constants.size(); ++i) {
    const ConstantRec& c = constants[i];
    if (!zero(c.zero, sizeof c.zero)) return fail(VerifyCode::BadPadding, SectionId::Constants, i);
    if (c.kind == 0 || c.kind >= kKinds) return fail(VerifyCode::BadEnum, SectionId::Constants, i);
    const Kind kind = static_cast<Kind>(c.kind);
    const bool address = kind == Kind::Ip || kind == Kind::Net;
    size_t used = 8;
    bool sound = address ? c.family == 4 || c.family == 6 : c.family == 0;
    if (kind == Kind::Net) {
      sound = sound && c.prefix <= (c.family == 4 ? 32 : 128);
    } else {
      sound = sound && c.prefix == 0;
    }
    if (address) used = c.family == 4 ? 4 : 16;
    sound = sound && zero(c.payload + used, sizeof c.payload - used);
    if (kind == Kind::Bool) sound = sound && load<uint64_t>(c.payload) <= 1;
    if (!sound) return fail(VerifyCode::BadConstant, SectionId::Constants, i);
    if (is_text_or_bytes(kind)) {
      const auto ref = load<TextRef>(c.payload);
      const bool text = ref.bytes <= limits::kConstantBytes && view_.text_ok(SectionId::Strings, ref) &&
                        (kind == Kind::Bytes || view_.string(ref).find('\0') == std::string_view::npos);
      if (!text) return fail(VerifyCode::BadText, SectionId::Constants, i);
    }
  }
  const auto operands = view_.operands();
  for (size_t i = 0; i < operands.size(); ++i)
    if (operands[i] >= constants.size()) return fail(VerifyCode::BadRun, SectionId::Operands, i);
}

void Verifier::verify_fields() {
  const auto fields = view_.fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    const FieldRec& f = fields[i];
    if (f.zero != 0) return fail(VerifyCode::BadPadding, SectionId::Fields, i);
    if (f.field >= kFieldCount || f.arg > static_cast<uint8_t>(FieldArg::Key))
      return fail(VerifyCode::BadField, SectionId::Fields, i);
    if (f.type >= kTypeCount) return fail(VerifyCode::BadEnum, SectionId::Fields, i);
    const FieldInfo& info = kFields[f.field];
    const auto arg = static_cast<FieldArg>(f.arg);
    const TypeId type = static_cast<TypeId>(f.type);
    const bool sound = takes(info, arg) && (info.type == TypeId::DYN || info.type == type) &&
                       (arg == FieldArg::Index || f.index == 0) && (arg == FieldArg::Key || is_zero(f.key));
    if (!sound) return fail(VerifyCode::BadField, SectionId::Fields, i);
    if (!view_.text_ok(SectionId::Strings, f.key)) return fail(VerifyCode::BadText, SectionId::Fields, i);
  }
}

void Verifier::verify_terms() {
  const auto terms = view_.terms();
  const auto fields = view_.fields();
  term_domains_.assign(terms.size(), 0);
  std::vector<uint16_t> depths(terms.size(), 1);
  std::vector<uint16_t> costs(terms.size(), 1);
  Tiling arg_runs;
  static_assert(limits::kExprDepth < UINT16_MAX && limits::kTermCost < UINT16_MAX);

  for (size_t i = 0; i < terms.size(); ++i) {
    const TermRec& t = terms[i];
    if (t.kind >= kTermKinds || t.type >= kTypeCount || t.transformer >= kTransformerCount) {
      return fail(VerifyCode::BadEnum, SectionId::Terms, i);
    }
    const auto kind = static_cast<TermKind>(t.kind);
    if ((t.flags & ~kTermIsList) != 0) return fail(VerifyCode::BadPadding, SectionId::Terms, i);
    if (!arg_runs.take(t.args, view_.term_args().size())) return fail(VerifyCode::BadRun, SectionId::Terms, i);
    if (!view_.text_ok(SectionId::Strings, t.text)) return fail(VerifyCode::BadText, SectionId::Terms, i);
    const bool unused_zero = (kind == TermKind::Call || t.transformer == 0) &&
                             (kind == TermKind::Field || t.slot == 0) &&
                             (kind == TermKind::Call || kind == TermKind::List || is_zero(t.args)) &&
                             (kind == TermKind::Call || kind == TermKind::String || is_zero(t.text));
    if (!unused_zero) return fail(VerifyCode::BadPadding, SectionId::Terms, i);

    uint64_t cost = 1;
    for (uint32_t arg : view_.args(t)) {
      if (arg >= i) return fail(VerifyCode::TermCycle, SectionId::Terms, i);
      depths[i] = std::max<uint16_t>(depths[i], static_cast<uint16_t>(depths[arg] + 1));
      cost += costs[arg];
      term_domains_[i] |= term_domains_[arg];
    }
    if (depths[i] > limits::kExprDepth || cost > limits::kTermCost)
      return fail(VerifyCode::TermTooDeep, SectionId::Terms, i);
    costs[i] = static_cast<uint16_t>(cost);

    const bool is_list = (t.flags & kTermIsList) != 0;
    const auto type = static_cast<TypeId>(t.type);
    switch (kind) {
      case TermKind::Field: {
        if (t.slot >= fields.size()) return fail(VerifyCode::BadTerm, SectionId::Terms, i);
        const FieldRec& f = fields[t.slot];
        const FieldInfo& info = kFields[f.field];
        const bool field_list = info.has(FALCO_FF_LIST);
        if (f.type != t.type || is_list != field_list) return fail(VerifyCode::BadTerm, SectionId::Terms, i);
        term_domains_[i] = static_cast<uint8_t>(1u << static_cast<unsigned>(info.domain));
        break;
      }
      case TermKind::Call:
        if (!call_sound(t)) return fail(VerifyCode::BadCall, SectionId::Terms, i);
        break;
      case TermKind::String:
        if (type != TypeId::CHARBUF || is_list) return fail(VerifyCode::BadTerm, SectionId::Terms, i);
        break;
      case TermKind::List:
        if (type != TypeId::CHARBUF || !is_list) return fail(VerifyCode::BadTerm, SectionId::Terms, i);
        for (uint32_t arg : view_.args(t))
          if (term_is_list(arg)) return fail(VerifyCode::BadTerm, SectionId::Terms, i);
        break;
    }
  }
}

/// Arity, shape of the arguments and type of the result. Arguments of an unexpected kind make a call missing
/// (transform.h).
bool Verifier::call_sound(const TermRec& call) const {
  const auto transformer = static_cast<Transformer>(call.transformer);
  const TransformerInfo& info = transformer_info(transformer);
  const auto args = view_.args(call);
  if (args.size() < info.min_args || (info.max_args != 0 && args.size() > info.max_args)) return false;
  if (transformer != Transformer::Getopt && call.text.bytes != 0) return false;
  for (uint32_t arg : args) {
    const TermRec& t = view_.terms()[arg];
    const bool field = t.kind == static_cast<uint8_t>(TermKind::Field);
    if (field && transformer != Transformer::Val && kFields[view_.fields()[t.slot].field].has(FALCO_FF_NO_TRANSFORMER))
      return false;
  }
  const auto type = static_cast<TypeId>(call.type);
  const bool is_list = (call.flags & kTermIsList) != 0;
  const Kind first = kind_of(term_type(args[0]));
  const bool first_list = term_is_list(args[0]);
  switch (transformer) {
    case Transformer::ToLower:
    case Transformer::ToUpper:
    case Transformer::Basename:
      return first == Kind::Text && type == term_type(args[0]) && is_list == first_list;
    case Transformer::B64:
      return is_text_or_bytes(first) && type == term_type(args[0]) && is_list == first_list;
    case Transformer::Val:
      return type == term_type(args[0]) && is_list == first_list;
    case Transformer::Len:
      return (first_list || is_text_or_bytes(first)) && type == TypeId::UINT64 && !is_list;
    case Transformer::Join:
      return !first_list && term_is_list(args[1]) && type == TypeId::CHARBUF && !is_list;
    case Transformer::Concat:
      return type == TypeId::CHARBUF && !is_list &&
             std::none_of(args.begin(), args.end(), [&](uint32_t a) { return term_is_list(a); });
    case Transformer::Getopt:
      return first_list && !term_is_list(args[1]) && type == TypeId::CHARBUF && is_list == (call.text.bytes == 0) &&
             call.text.bytes <= 1;
  }
  return false;
}

void Verifier::verify_predicates() {
  const auto predicates = view_.predicates();
  const size_t terms = view_.terms().size();
  uint64_t operands = 0;
  for (size_t i = 0; i < predicates.size(); ++i) {
    const PredicateRec& p = predicates[i];
    if (p.op >= kCmpOpCount || p.modifier >= kModifiers || p.rhs >= kRhsKinds)
      return fail(VerifyCode::BadEnum, SectionId::Predicates, i);
    const auto rhs = static_cast<RhsKind>(p.rhs);
    bool runs = p.lhs < terms;
    if (rhs == RhsKind::None) runs = runs && is_zero(p.operands);
    if (rhs == RhsKind::Constants) runs = runs && ImageView::run_ok(p.operands, view_.operands().size());
    if (rhs == RhsKind::Term) runs = runs && p.operands.first < terms && p.operands.count == 0;
    if (!runs) return fail(VerifyCode::BadRun, SectionId::Predicates, i);
    if (rhs == RhsKind::Constants) operands += p.operands.count;
    if (operands > limits::kOperands) return fail(VerifyCode::TooManyOperands, SectionId::Predicates, i);
    if (!predicate_sound(p)) return fail(VerifyCode::BadPredicate, SectionId::Predicates, i);
    uint8_t domains = term_domains_[p.lhs];
    if (rhs == RhsKind::Term) domains |= term_domains_[p.operands.first];
    if (domains != p.domains) return fail(VerifyCode::WrongDomains, SectionId::Predicates, i);
  }
}

bool Verifier::predicate_sound(const PredicateRec& p) const {
  const auto op = static_cast<CmpOp>(p.op);
  const auto rhs = static_cast<RhsKind>(p.rhs);
  const auto modifier = static_cast<Modifier>(p.modifier);
  const Kind kind = kind_of(term_type(p.lhs));
  const bool is_list = term_is_list(p.lhs);
  if (op == CmpOp::Exists || rhs == RhsKind::None) {
    return op == CmpOp::Exists && rhs == RhsKind::None && modifier == Modifier::None;
  }
  if (!compares(op, kind)) return false;
  if (is_list && op != CmpOp::In && op != CmpOp::Intersects) return false;
  if (modifier != Modifier::None && (is_set_op(op) || rhs != RhsKind::Constants)) return false;
  if (rhs == RhsKind::Term) {
    const uint32_t other = p.operands.first;
    return op != CmpOp::PMatch && op != CmpOp::Regex && kind_of(term_type(other)) == kind &&
           term_is_list(other) == is_list;
  }
  if (modifier == Modifier::None && !is_set_op(op) && p.operands.count != 1) return false;
  const auto operands = view_.operands(p);
  return std::all_of(operands.begin(), operands.end(),
                     [&](uint32_t c) { return view_.constants()[c].kind == static_cast<uint8_t>(kind); });
}

void Verifier::verify_regexes() {
  const auto predicates = view_.predicates();
  size_t total = 0;
  size_t program = 0;
  for (size_t i = 0; i < predicates.size(); ++i) {
    if (predicates[i].op != static_cast<uint8_t>(CmpOp::Regex)) continue;
    total += predicates[i].operands.count;
    if (total > limits::kRegexes) return fail(VerifyCode::TooManyRegexes, SectionId::Predicates, i);
    for (uint32_t c : view_.operands(predicates[i])) {
      const ops::Regex regex(view_.string(load<TextRef>(view_.constants()[c].payload)));
      if (!regex.valid()) return fail(VerifyCode::BadRegex, SectionId::Predicates, i);
      program += regex.program_size();
      if (program > limits::kRegexProgram) return fail(VerifyCode::TooManyRegexes, SectionId::Predicates, i);
    }
  }
}

}  // namespace fvm
