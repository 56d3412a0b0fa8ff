// SPDX-License-Identifier: Apache-2.0
//
// From a field as written (`proc.aname[2]`, `evt.arg.name`, `container.label[app]`) to row, argument and value type.
// Cold: an index by name is built at first use. Knows the tables; knows nothing of conditions, rules or values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vm/abi/tables.h"

namespace fvm {

struct FieldName {
  FieldId id{};
  FieldArg arg = FieldArg::None;
  int64_t index = 0;  ///< FieldArg::Index: `[N]`; evt.arg[N], proc.aname[N], fd.types[N] ...
  std::string key;    ///< FieldArg::Key: `[text]` or the `.NAME` suffix (evt.arg.NAME, thread.cgroup.SUBSYS, evt.type.is.X)
  TypeId type{};      ///< value type; for evt.rawarg.NAME the type of the first event parameter of that name
};

struct FieldNameResult {
  enum class Status : uint8_t {
    Ok,
    UnknownField,
    BadArgument,
    UnknownEventArgument,
    UnknownEventName
  } status = Status::Ok;
  FieldName field;              ///< Ok
  std::string what;             ///< BadArgument: what is wrong; Unknown...: the name looked for
  std::string_view field_name;  ///< BadArgument: the field
  bool ok() const { return status == Status::Ok; }
};

/// `index` is the text in brackets, null without brackets.
FieldNameResult resolve_field(std::string_view name, const std::string* index);

/// A whole field text, brackets included.
FieldNameResult resolve_field_text(std::string_view text);

/// Bytes at the start of `text` that have the form of a field name without argument: words of letters, digits and `_`
/// joined by dots, two words at least; 0: none.
size_t field_name_length(std::string_view text);

/// The longest start of `text` that is a known field with a legal argument, as outputs read `%fields`.
struct FieldPrefix {
  FieldName field;
  size_t length = 0;
};
std::optional<FieldPrefix> longest_field_prefix(std::string_view text);

/// Known to `evt.type` comparisons: name of an event or of a system call, or the empty string.
bool is_event_type_name(std::string_view name);

/// One sentence: what is wrong with `text`, for a result that isn't ok.
std::string describe(const FieldNameResult& result, std::string_view text);

}  // namespace fvm
