// SPDX-License-Identifier: Apache-2.0
//
// Symbolic names of flags, enumerations, errno values, signals, capabilities and system calls, from enums.def and
// syscalls.def. Pure functions of a number.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "vm/abi/tables.h"
#include "vm/field/text_builder.h"

namespace fvm {

/// Names of one table in print order; constant time, unlike enum_names().
std::span<const EnumName> names_of(EnumTable table);
/// First name of a value, "" when it has none.
std::string_view enum_name(EnumTable table, uint64_t value);

/// Names of the bits of `value` joined by `|`; bits without a name are left out.
void add_flag_names(TextBuilder& text, EnumTable table, uint64_t value);
/// Every name equal to `value` (aliases too), joined by `|`.
void add_enum_names(TextBuilder& text, EnumTable table, uint64_t value);
/// As flags, ending with the name that equals the whole value.
void add_mode_names(TextBuilder& text, EnumTable table, uint64_t value);

/// errno name of a negative result, by its low 32 bits; "" when unknown.
std::string_view errno_name_of(int64_t result);

/// Type of layout `number` of a Dyn parameter, NONE when there is none.
TypeId dyn_type(EnumTable table, size_t number);

/// Name of a system call by its own code; "unknown" for 0, "<unknown syscall>" beyond the table.
std::string_view syscall_name(uint64_t code);
/// Name by the number of the machine's architecture, "unknown" when there is none.
std::string_view native_syscall_name(int64_t number);

}  // namespace fvm
