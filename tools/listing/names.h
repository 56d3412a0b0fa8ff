// SPDX-License-Identifier: Apache-2.0
//
// Words for the numbers in the tables: flags, categories, formats, classes.
#pragma once

#include <string_view>
#include <vector>

#include "vm/abi/tables.h"

namespace listing {

/// CREATES_FD, OLD_VERSION ...
std::vector<std::string_view> event_flags(const fvm::EventInfo& event);
/// FILE, NET, IO_READ ...: what the call is about.
std::string_view category(const fvm::EventInfo& event);
/// SYSCALL, TRACEPOINT, METAEVENT ...: where the event comes from; none for unused codes.
std::vector<std::string_view> origins(const fvm::EventInfo& event);
std::string_view format_name(fvm::Format format);
/// The table of enums.def; empty for EnumTable::None.
std::string_view table_name(fvm::EnumTable table);

/// DEPRECATED, FILTER_ONLY ..., as people read them; the flags that an argument's form shows are left out.
std::vector<std::string_view> field_remarks(const fvm::FieldInfo& field);
std::string_view class_key(fvm::FieldClass field_class);
std::string_view class_title(fvm::FieldClass field_class);
/// `[N]`, `.NAME` ...; empty without an argument.
std::string_view argument_form(const fvm::FieldInfo& field);

}  // namespace listing
