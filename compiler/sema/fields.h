// SPDX-License-Identifier: Apache-2.0
//
// From a field as written (`proc.aname[2]`, `evt.arg.name`, `container.label[app]`) to a FieldRef: row of fields.def,
// argument, value type. Knows the tables; knows nothing of conditions or rules.
#pragma once

#include <string>
#include <string_view>

#include "compiler/sema/checked_rules.h"

namespace falcoc {

struct FieldResult {
  enum class Status : uint8_t {
    Ok,
    UnknownField,
    BadArgument,
    UnknownEventArgument,
    UnknownEventName
  } status = Status::Ok;
  FieldRef field;               ///< Ok
  std::string what;             ///< BadArgument: what is wrong; Unknown...: the name looked for
  std::string_view field_name;  ///< BadArgument: the field
  bool ok() const { return status == Status::Ok; }
};

/// `index` is the text in brackets, null without brackets.
FieldResult resolve_field(std::string_view name, const std::string* index);

/// A whole field text, brackets included.
FieldResult resolve_field_text(std::string_view text);

/// The name that an unknown one was probably meant to be, or empty. Costs a walk over the names, hence apart.
std::string_view nearest_known_name(const FieldResult& result);

/// Known to `evt.type` comparisons: name of an event or of a system call, or the empty string.
bool is_event_type_name(std::string_view name);
/// A near event or system call name, or empty.
std::string_view nearest_event_type(std::string_view name);

}  // namespace falcoc
