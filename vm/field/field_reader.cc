// SPDX-License-Identifier: Apache-2.0
//
// LiveFields: one table of getters, expanded from fields.def, and what all fields of a class have in common: what an event
// must have for them, and how output differs from conditions.
#include "vm/field/field_reader.h"

#include <array>

#include "vm/field/ancestor_output.h"
#include "vm/field/getters.h"

namespace fvm {
namespace {

using Getter = ValueList (*)(const FieldUse&, const EvalContext&, Arena&);

constexpr Getter kGetters[] = {
#define FALCO_FIELD(id, Sym, ...) get_##Sym,
#include "vm/abi/fields.def"
#undef FALCO_FIELD
};
static_assert(std::size(kGetters) == kFieldCount);

enum class Needs : uint8_t { Nothing, Thread, Descriptor };

constexpr std::array<Needs, kFieldCount> needs_of_fields() {
  std::array<Needs, kFieldCount> needs{};
  for (size_t i = 0; i < kFieldCount; ++i) {
    switch (kFields[i].field_class) {
      case FieldClass::Process:
      case FieldClass::User:
      case FieldClass::Group:
      case FieldClass::FsPath:
      case FieldClass::FdList: needs[i] = Needs::Thread; break;
      case FieldClass::Fd: needs[i] = Needs::Descriptor; break;
      default: break;
    }
  }
  // These know something about events without a thread.
  for (const FieldId id : {FieldId::ThreadTid, FieldId::ThreadExectime, FieldId::UserName})
    needs[static_cast<size_t>(id)] = Needs::Nothing;
  return needs;
}
constexpr auto kNeeds = needs_of_fields();

bool satisfied(const FieldUse& use, const EvalContext& context) {
  switch (kNeeds[static_cast<size_t>(use.id)]) {
    case Needs::Nothing: return true;
    case Needs::Thread: return context.thread != nullptr;
    case Needs::Descriptor: return context.has_fd_fields && context.thread != nullptr;
  }
  return false;
}

bool reads_differently_in_output(const FieldUse& use) {
  if (use.id == FieldId::ProcAenv) return true;
  return field_info(use.id).quant == Quant::Ancestor && use.arg != FieldArg::Index;
}

/// An event parameter that is recorded as empty has no value in a condition, but prints.
ValueList empty_rawarg(const FieldUse& use, Arena& arena) {
  switch (kind_of(use.type)) {
    case Kind::Int: return integer(arena, 0);
    case Kind::Uint: return uinteger(arena, 0);
    case Kind::Text: return text(arena, kNotAvailable);
    default: return missing();
  }
}

}  // namespace

ValueList LiveFields::read(const FieldUse& use, Arena& arena) const {
  if (!satisfied(use, context_)) return ValueList::missing();
  return kGetters[static_cast<size_t>(use.id)](use, context_, arena);
}

ValueList LiveFields::read_for_output(const FieldUse& use, Arena& arena) const {
  const FieldInfo& info = field_info(use.id);
  if (info.has(FALCO_FF_FILTER_ONLY) || use.id == FieldId::EvtTypeIs || !satisfied(use, context_)) {
    return ValueList::missing();
  }
  if (reads_differently_in_output(use)) return ancestor_output(use, context_, arena);
  const ValueList value = read(use, arena);
  if (use.id == FieldId::EvtBuffer && value.present && value.data[0].as_bytes().empty()) {
    return one(arena, Value::bytes(as_bytes("NULL")));
  }
  if (use.id == FieldId::EvtRawarg && !value.present && rawarg_is_empty(use, context_)) return empty_rawarg(use, arena);
  return value;
}

}  // namespace fvm
