// SPDX-License-Identifier: Apache-2.0
//
// One getter per row of fields.def, and the small vocabulary getters are written in. A getter says what a field yields in a
// condition; what differs in output is field_reader.cc's business. Getters read the event and state, never change them.
#pragma once

#include <string_view>

#include "vm/field/field_memory.h"
#include "vm/field/field_reader.h"
#include "vm/field/text_builder.h"
#include "vm/state/state.h"

namespace fvm {

#define FALCO_FIELD(id, Sym, ...) ValueList get_##Sym(const FieldUse& use, const EvalContext& context, Arena& arena);
#include "vm/abi/fields.def"
#undef FALCO_FIELD

/// Opens the definition of a getter; its parameters are `use`, `context` and `arena`.
#define FALCO_GETTER(Sym) \
  ValueList get_##Sym([[maybe_unused]] const FieldUse& use, [[maybe_unused]] const EvalContext& context, [[maybe_unused]] Arena& arena)

inline ValueList one(Arena& arena, const Value& value) {
  auto* v = arena.alloc_array<Value>(1);
  *v = value;
  return {v, 1, true};
}
inline ValueList missing() { return ValueList::missing(); }
/// Text up to its first NUL.
inline ValueList text(Arena& arena, std::string_view s) { return one(arena, Value::text(until_nul(as_bytes(s)))); }
inline ValueList integer(Arena& arena, int64_t i) { return one(arena, Value::integer(i)); }
inline ValueList uinteger(Arena& arena, uint64_t u) { return one(arena, Value::uinteger(u)); }
inline ValueList boolean(Arena& arena, bool b) { return one(arena, Value::boolean(b)); }
inline ValueList real(Arena& arena, double d) { return one(arena, Value::real(d)); }

// Shared between the files of this folder.

/// Return value of a system call's exit event; false when the event has none.
bool return_value(const EventView& event, int64_t& value);
/// What fd.* fields speak about: the event's descriptor record, else that of the thread's last descriptor; null: none.
const Fd* fd_record(const EvalContext& context);
/// Protocol of an IP socket as shown: not known while it has no role, unless raw.
L4 shown_l4(const Fd& fd);
/// fd.name and fd.directory as texts, for the fields that put something in front; not present: no value.
ValueList fd_name(const EvalContext& context, Arena& arena);
ValueList fd_directory(const EvalContext& context, Arena& arena);
/// Base directory of a path relative to directory descriptor `dirfd`: cwd for AT_FDCWD, a descriptor's name and a slash,
/// `unknown` otherwise.
std::string_view dirfd_base(const EvalContext& context, int64_t dirfd, std::string_view unknown, Arena& arena);
std::string_view join_path(std::string_view base, std::string_view path, Arena& arena);

/// Whether evt.rawarg names a parameter that the event has, but recorded as empty.
bool rawarg_is_empty(const FieldUse& use, const EvalContext& context);

inline constexpr int64_t kAtFdcwd = -100;
inline constexpr std::string_view kNotAvailable = "<NA>";

}  // namespace fvm
