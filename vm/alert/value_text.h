// SPDX-License-Identifier: Apache-2.0
//
// One field value as text and as JSON, as alerts print it. Pure: knows types and print formats, not events or state.
// Facts: printing reference, sections 4 and 5.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

#include "vm/field/field_use.h"
#include "vm/ops/value.h"

namespace fvm {

/// How to print what a term yields.
struct PrintStyle {
  TypeId type{};
  Format format = Format::NA;
  bool is_list = false;
  bool whole_buffer = false;  ///< a byte buffer is not cut
};

/// Style of a field as it stands in an output.
PrintStyle style_of(const FieldUse& use);

/// Whether the field is a clock text whose JSON form is the event's time in ns.
bool is_clock_text(FieldId field);

/// Whether a present value of this style has a printed form at all.
bool is_printable(const PrintStyle& style);

/// Appends the text. The value is present and printable.
void append_text(std::string& out, const ValueList& value, const PrintStyle& style);

/// JSON form; null for a missing or unprintable value.
nlohmann::json to_json(const ValueList& value, const PrintStyle& style);

/// `text` as the inside of a JSON string: quotes, backslashes and control characters escaped, invalid UTF-8 replaced.
std::string escape_line(std::string_view text);

/// One line of JSON, keys sorted, no blanks, invalid UTF-8 replaced by U+FFFD.
std::string to_line(const nlohmann::json& value);

}  // namespace fvm
