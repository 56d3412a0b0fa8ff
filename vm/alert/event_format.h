// SPDX-License-Identifier: Apache-2.0
//
// EventFormat: chosen fields of one event as a line of text or as a JSON object, the way capture tools print events
// (`%evt.num %proc.name …`). Made from text at start-up by table look-up; knows no rules and no conditions.
// Facts: printing reference, section 8.
#pragma once

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vm/abi/field_name.h"
#include "vm/alert/value_text.h"
#include "vm/base/arena.h"
#include "vm/base/result.h"
#include "vm/field/field_memory.h"
#include "vm/field/field_reader.h"

namespace fvm {

class EventFormat {
 public:
  /// A leading `*` prints events that lack a value, with `<NA>` in its place; without it they are left out.
  /// The error is one sentence that names the place, as a byte offset from 0.
  static Result<EventFormat, std::string> parse(std::string_view format);

  /// Appends the event's line, without a line end. False: the event lacks a value and is to be left out; `out` is as before.
  bool append_line(const EvalContext& context, std::string& out);
  /// One entry per field, by its text; missing values are null. False: as append_line().
  bool to_object(const EvalContext& context, nlohmann::json& out);

 private:
  struct Part {
    std::string literal;  ///< printed in front of the field
    bool is_field = false;
    std::string text;     ///< the field as written
    FieldUse use;
    std::unique_ptr<FieldName> name;  ///< owns what `use` borrows
    PrintStyle style;
    size_t width = 0;     ///< 0: as long as it is
  };
  ValueList read(const Part& part, const EvalContext& context);
  void add_literal(std::string_view text);
  void add_field(FieldName name, std::string_view text, size_t width);

  std::vector<Part> parts_;
  bool print_incomplete_ = false;
  FieldMemory memory_;
  Arena arena_;
};

}  // namespace fvm
