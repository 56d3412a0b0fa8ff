// SPDX-License-Identifier: Apache-2.0
//
// Random rules as text: every operator, modifier and transformer on fields of every kind, lists, macros, nesting. All of it is
// legal: the compiler must accept what this writes.
#pragma once

#include <string>
#include <string_view>

#include "tests/differential/random.h"

namespace differential {

class RuleWriter {
 public:
  explicit RuleWriter(uint64_t seed) : random_(seed) {}

  /// A rules file with a few lists and macros and `count` rules.
  std::string rules_file(size_t count);

 private:
  std::string condition(int depth);
  std::string group(int depth);
  std::string check();
  std::string text_check(const std::string& field, bool field_to_field);
  std::string bytes_check();
  std::string number_check();
  std::string bool_check();
  std::string address_check();
  std::string list_check();
  std::string ancestor_check();
  std::string event_check();
  std::string transformed_text();

  std::string text_field();
  std::string text_constant(std::string_view op);
  std::string number_constant();
  std::string listed(std::string (RuleWriter::*item)());
  std::string text_item() { return text_constant("="); }
  std::string address_item();
  std::string net_item();
  std::string modifier();

  Random random_;
};

}  // namespace differential
