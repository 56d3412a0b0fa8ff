// SPDX-License-Identifier: Apache-2.0
//
// Comparison: counts, per field, how many values equal the recorded ones, and keeps the first that do not. Knows fields and
// their JSON form; not files.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "vm/alert/event_format.h"

namespace field_diff {

struct ComparisonOptions {
  size_t differences_shown = 3;      ///< per field
  std::vector<std::string> only;     ///< empty: all fields
  std::vector<std::string> skipped;
  bool show_equal = false;           ///< report fields without a difference, too
};

class Comparison {
 public:
  explicit Comparison(ComparisonOptions options);

  /// `expected`: field text -> value; null: the field has no value.
  void compare(const fvm::EvalContext& context, const nlohmann::json& expected);
  /// A recorded event that the capture does not show.
  void missing_event(uint64_t number);

  /// Apart from known differences.
  bool all_equal() const;
  /// Worst fields first, then known differences by kind, then totals.
  std::string report() const;

 private:
  struct Field {
    std::unique_ptr<fvm::EventFormat> format;  ///< null: no such field
    std::string problem;
    bool left_out = false;
    uint64_t equal = 0, explained = 0, different = 0;
    std::vector<std::string> differences;
  };
  Field& field_named(const std::string& text);
  bool explain(const std::string& text, const nlohmann::json& recorded, const nlohmann::json& ours, const nlohmann::json& event);

  ComparisonOptions options_;
  std::unordered_map<std::string, Field> fields_;
  uint64_t events_ = 0;
  std::vector<uint64_t> explained_;  ///< by row of known_differences()
  uint64_t missing_events_ = 0;
  uint64_t first_missing_ = 0;
  nlohmann::json object_;
};

}  // namespace field_diff
