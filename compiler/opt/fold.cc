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

bool is_membership(CmpOp op) { return op == CmpOp::In || op == CmpOp::Intersects || op == CmpOp::PMatch; }

}  // namespace

std::optional<bool> fold_predicate(const ir::Module& module, ir::PredicateId id, EventCode code) {
  const ir::Predicate& p = module[id];
  const ir::Term& lhs = module[p.lhs];
  if (lhs.kind != fvm::TermKind::Field || lhs.field.arg != FieldRef::Arg::None) return std::nullopt;
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
