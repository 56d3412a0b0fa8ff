// SPDX-License-Identifier: Apache-2.0
//
// What an event's code alone says about a predicate. Meaning comes from vm/ops, so folding can't disagree with running.
#include <algorithm>

#include "compiler/opt/passes.h"
#include "vm/ops/compare.h"
#include "vm/ops/regex.h"

namespace falcoc {
namespace {

using fvm::CmpOp;
using fvm::EventCode;
using fvm::FieldId;

/// A field whose value the code may decide: decided, and then missing or a text.
struct Known {
  bool decided = false;
  bool present = false;
  std::string_view text;
};

Known event_name(EventCode code) {
  // These carry the name in a parameter.
  const bool in_parameter =
      code == EventCode::GENERIC_E || code == EventCode::GENERIC_X || code == EventCode::ASYNCEVENT_E;
  if (in_parameter) return {};
  return {true, true, event_info(code).name};
}

Known known_field(FieldId field, EventCode code) {
  switch (field) {
    case FieldId::EvtType:
      return event_name(code);
    case FieldId::SyscallType:
      if ((event_info(code).category & FALCO_EC_SYSCALL) == 0) return {true, false, {}};
      return event_name(code);
    case FieldId::EvtDir:
      return {true, true, event_info(code).dir == fvm::Dir::Enter ? ">" : "<"};
    default:
      return {};
  }
}

/// evt.num counts from 1, which decides some comparisons; rules that must never match are written `evt.num = 0`.
std::optional<bool> fold_event_number(const ir::Module& module, const ir::Predicate& p) {
  if (p.op == CmpOp::Exists) return true;
  if (p.rhs != fvm::RhsKind::Constants || p.modifier != fvm::Modifier::None) return std::nullopt;
  // An order that holds, or fails, for the smallest and the greatest number does so for all; equality is decided by 0
  // only.
  const bool is_order = p.op == CmpOp::Lt || p.op == CmpOp::Le || p.op == CmpOp::Gt || p.op == CmpOp::Ge;
  const auto decided = [&](ir::ConstId c) -> std::optional<bool> {
    const fvm::Value constant = module[c].value();
    const bool first = fvm::ops::compare(p.op, fvm::Value::uinteger(1), constant);
    const bool last = fvm::ops::compare(p.op, fvm::Value::uinteger(UINT64_MAX), constant);
    return first == last && (is_order || constant.as_uint() == 0) ? std::optional(first) : std::nullopt;
  };
  if (p.op != CmpOp::In && p.op != CmpOp::Intersects) return decided(p.constants[0]);
  const bool never = std::ranges::all_of(p.constants, [&](ir::ConstId c) { return decided(c) == false; });
  return never ? std::optional(false) : std::nullopt;
}

bool is_membership(CmpOp op) { return op == CmpOp::In || op == CmpOp::Intersects || op == CmpOp::PMatch; }

}  // namespace

std::optional<bool> fold_predicate(const ir::Module& module, ir::PredicateId id, EventCode code) {
  const ir::Predicate& p = module[id];
  const ir::Term& lhs = module[p.lhs];
  if (lhs.kind != fvm::TermKind::Field || lhs.field.arg != fvm::FieldArg::None) return std::nullopt;
  if (lhs.field.id == FieldId::EvtNum) return fold_event_number(module, p);
  const Known known = known_field(lhs.field.id, code);
  if (!known.decided) return std::nullopt;
  if (!known.present) return false;
  if (p.op == CmpOp::Exists) return true;
  if (p.rhs != fvm::RhsKind::Constants || p.modifier != fvm::Modifier::None) return std::nullopt;
  if (p.constants.empty()) return is_membership(p.op) ? std::optional(false) : std::nullopt;
  const fvm::Value value = fvm::Value::text(known.text);
  return std::ranges::any_of(p.constants, [&](ir::ConstId c) {
    if (p.op == CmpOp::Regex) return fvm::ops::Regex(module[c].text).matches(known.text);
    return fvm::ops::compare(p.op, value, module[c].value());
  });
}

}  // namespace falcoc
