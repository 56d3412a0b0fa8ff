// SPDX-License-Identifier: Apache-2.0
//
// The two shapes of conformance case files, as plain data.
//   load cases   a list: rules files with options, and what loading them gives (diagnostics, normal forms, selection)
//   eval cases   a mapping: scenes (an event described by its field values), filters and formats to evaluate in them
// Knows the files only; what the compiler and the machine make of a case is load_cases.h and eval_cases.h.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace conformance {

struct SelectEntryText {
  bool enable = false;
  std::optional<std::string> rule;
  std::optional<std::string> tag;
};

struct ExpectedRule {
  std::optional<std::string> condition;
  std::optional<std::string> output;
  std::optional<std::string> priority;
  std::optional<std::string> desc;
  std::optional<bool> enabled;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::vector<uint32_t>> event_codes;
  std::optional<std::string> event_codes_text;  ///< "all", "452 codes"
};

struct LoadCase {
  std::string name;
  std::vector<std::string> files;
  std::vector<std::string> extra_sources;
  std::vector<std::string> append_output;
  std::optional<std::string> min_priority;
  std::vector<SelectEntryText> select;

  std::string status;  ///< ok, warning, error, fatal
  std::optional<std::string> code;
  std::optional<std::vector<std::string>> warnings;
  std::optional<std::array<uint32_t, 3>> position;
  std::map<std::string, ExpectedRule> rules;
  std::optional<size_t> enabled_rules;
};

/// One process of the scene's lineage.
struct ProcessText {
  int64_t pid = 0;
  std::string name;
  std::string exe;
  std::string exepath;
  std::vector<std::string> args;
};

/// What all scenes have in common.
struct World {
  std::vector<ProcessText> lineage;  ///< [0] is the process itself
  std::vector<std::string> environment;
  std::string time_zone = "UTC";
};

/// Field texts; a field without a value is absent. A scalar has one text.
struct SceneText {
  std::string description;
  std::map<std::string, std::vector<std::string>> fields;
};

struct FilterCase {
  std::string scene;
  std::string filter;
  std::string expect;   ///< true, false, compile_error, runtime_error
  bool defect = false;  ///< the recorded result is a known defect of the reference
};

struct FormatCase {
  std::string scene;
  std::string format;
  std::string mode;    ///< text, json, json_with_transformed
  std::string result;  ///< printed, suppressed, format_error
  std::string text;    ///< printed
  bool defect = false;
};

struct CaseFile {
  std::vector<LoadCase> loads;
  World world;
  std::map<std::string, SceneText> scenes;
  std::vector<FilterCase> filters;
  std::vector<FormatCase> formats;
};

/// Throws std::runtime_error with a message for people.
CaseFile read_case_file(const std::string& path);

}  // namespace conformance
