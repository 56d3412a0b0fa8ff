// SPDX-License-Identifier: Apache-2.0
//
// tests/golden/ast/NAME.cond is a condition, NAME.ast what the parser makes of it: normal form and tree. One idea per
// file.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "compiler/ast/ast_print.h"
#include "compiler/parse/condition_parser.h"

using namespace falcoc;
namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("syntax trees look as the goldens say") {
  std::vector<fs::path> inputs;
  for (const auto& entry : fs::directory_iterator(fs::path(FALCO_SOURCE_DIR) / "tests/golden/ast")) {
    if (entry.path().extension() == ".cond") inputs.push_back(entry.path());
  }
  CHECK(inputs.size() >= 6);
  std::sort(inputs.begin(), inputs.end());
  for (const fs::path& input : inputs) {
    const ParsedCondition parsed = parse_condition(read(input));
    std::string now;
    if (parsed.error) {
      now = "error at " + std::to_string(parsed.error->range.begin) + ": " + parsed.error->message + "\n";
    } else {
      now = ast::normal_form(parsed.condition, {}, SIZE_MAX).value() + "\n" + ast::dump(parsed.condition);
    }
    fs::path golden = input;
    golden.replace_extension(".ast");
    if (const char* bless = std::getenv("FALCOC_BLESS"); bless != nullptr && *bless == '1')
      std::ofstream(golden) << now;
    CHECK_MESSAGE(read(golden) == now, golden.string());
  }
}
