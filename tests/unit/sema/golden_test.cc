// SPDX-License-Identifier: Apache-2.0
//
// tests/golden/checked/NAME.yaml are rules, NAME.checked what semantic analysis makes of them. One idea per file.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "compiler/sema/checked_print.h"
#include "tests/unit/sema/checking.h"

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

TEST_CASE("checked rules look as the goldens say") {
  std::vector<fs::path> inputs;
  for (const auto& entry : fs::directory_iterator(fs::path(FALCO_SOURCE_DIR) / "tests/golden/checked")) {
    if (entry.path().extension() == ".yaml") inputs.push_back(entry.path());
  }
  CHECK(inputs.size() >= 5);
  std::sort(inputs.begin(), inputs.end());
  for (const fs::path& input : inputs) {
    const test::Checked checked(read(input));
    std::string now;
    for (const Diagnostic& d : checked.diags.all()) now += std::string(diag_info(d.id).slug) + ": " + d.message + "\n";
    if (checked.rules) now += print_checked(*checked.rules);
    fs::path golden = input;
    golden.replace_extension(".checked");
    if (const char* bless = std::getenv("FALCOC_BLESS"); bless != nullptr && *bless == '1')
      std::ofstream(golden) << now;
    CHECK_MESSAGE(read(golden) == now, golden.string());
  }
}
