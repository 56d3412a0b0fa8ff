// SPDX-License-Identifier: Apache-2.0
//
// TestFile: a file of rule tests as a flat list of cases: shared scenes laid under, variants and `each` unfolded. Reads
// keys and shapes; what scenes and events mean is stage.h.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "tools/testing/tree.h"

namespace falcoc::testing {

/// What an alert must look like.
struct WantedAlert {
  std::string rule;
  SourceRange range;
  std::vector<std::string> outputs;                         ///< texts that the output contains
  std::vector<std::pair<std::string, std::string>> fields;  ///< output fields and what they print as
  std::optional<uint64_t> count;                            ///< how many alerts; otherwise one or more
};

struct TestCase {
  std::string name;
  SourceRange range;
  Tree scene;           ///< the keys of read_stage()
  std::string capture;  ///< a file instead of events; empty: none
  SourceRange capture_range;
  std::vector<WantedAlert> hits;    ///< rules that must alert
  std::vector<WantedAlert> misses;  ///< rules that must not
  bool is_exact = false;            ///< no other rule may alert
};

struct TestFile {
  std::string path;
  std::vector<std::string> rules;  ///< rules files and folders, as paths to open
  std::vector<TestCase> cases;
};

/// nullopt: an error was emitted.
std::optional<TestFile> read_test_file(const SourceManager& sources, uint32_t file, Diagnostics& diags);

/// The test files that command-line arguments mean. A folder stands for the *.yaml and *.yml files of its folder
/// `tests`, or its own if it has none.
std::vector<std::string> test_paths(const std::vector<std::string>& arguments);

}  // namespace falcoc::testing
