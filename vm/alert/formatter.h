// SPDX-License-Identifier: Apache-2.0
//
// Formatter: the output of a rule, from the cold sections of its image, as text and as JSON `output_fields`. Generic over the
// field source, so that tests can print made-up values. Cold: runs only when a rule has matched.
// Facts: rules language reference 5.1-5.4.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "vm/alert/value_text.h"
#include "vm/exec/interpreter.h"

namespace fvm {

class Formatter {
 public:
  /// Borrows the machine, which must outlive the formatter.
  explicit Formatter(const Machine& machine);

  /// Appends the message of `rule`; a missing value prints as `<NA>`. Returns whether every value was there.
  template <FieldSource F>
  bool append_message(uint32_t rule, const F& fields, Arena& arena, std::string& out) const;

  /// Adds one entry per distinct field of the rule's output. Clock texts become `ts_ns`.
  template <FieldSource F>
  void add_fields(uint32_t rule, const F& fields, uint64_t ts_ns, Arena& arena, nlohmann::json& out) const;

 private:
  const PrintStyle& style(uint32_t term) const { return styles_[term]; }
  static void pad_or_cut(std::string& out, size_t begin, uint32_t width_bytes);

  const Machine& machine_;
  std::vector<PrintStyle> styles_;  ///< per term
  std::vector<bool> clock_;         ///< per term
};

template <FieldSource F>
bool Formatter::append_message(uint32_t rule, const F& fields, Arena& arena, std::string& out) const {
  const ImageView& image = machine_.image();
  bool complete = true;
  for (const OutputPartRec& part : image.parts(image.rules()[rule])) {
    if (part.term == kNoTerm) {
      out += image.rule_text(part.literal);
      continue;
    }
    const size_t begin = out.size();
    const ValueList value = machine_.eval_term(part.term, fields, arena);
    if (value.present && is_printable(style(part.term))) {
      append_text(out, value, style(part.term));
    } else {
      out += "<NA>";
      complete = false;
    }
    if (part.width != 0) pad_or_cut(out, begin, part.width);
  }
  return complete;
}

template <FieldSource F>
void Formatter::add_fields(uint32_t rule, const F& fields, uint64_t ts_ns, Arena& arena, nlohmann::json& out) const {
  const ImageView& image = machine_.image();
  for (const OutputFieldRec& field : image.fields(image.rules()[rule])) {
    nlohmann::json& entry = out[std::string(image.rule_text(field.key))];
    if (clock_[field.term]) {
      entry = ts_ns;
    } else {
      entry = to_json(machine_.eval_term(field.term, fields, arena), style(field.term));
    }
  }
}

}  // namespace fvm
