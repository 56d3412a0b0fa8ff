// SPDX-License-Identifier: Apache-2.0
//
// tests/golden/diag/NAME.yaml are rules with mistakes, NAME.txt what falcoc says about them. FALCOC_BLESS=1 rewrites the texts.
// Every diagnostic about YAML and items must occur in one of them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "compiler/diag/render_json.h"
#include "compiler/diag/render_text.h"
#include "compiler/driver/compile.h"

using namespace falcoc;
namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Compiled {
  SourceManager sources;
  Diagnostics diags;
  CompileResult result;

  Compiled(std::string name, std::string text) {
    const uint32_t file = sources.add(std::move(name), std::move(text));
    result = compile(sources, {file}, {}, diags);
  }
};

std::vector<fs::path> goldens() {
  std::vector<fs::path> inputs;
  for (const auto& entry : fs::directory_iterator(fs::path(FALCO_SOURCE_DIR) / "tests/golden/diag"))
    if (entry.path().extension() == ".yaml") inputs.push_back(entry.path());
  std::sort(inputs.begin(), inputs.end());
  return inputs;
}

}  // namespace

TEST_CASE("messages look as the goldens say") {
  const std::vector<fs::path> inputs = goldens();
  CHECK(inputs.size() >= 10);
  for (const fs::path& input : inputs) {
    const Compiled compiled(input.filename(), read(input));
    std::string now;
    for (const Diagnostic& d : compiled.diags.all()) now += render_text(compiled.sources, d, {});
    fs::path golden = input;
    golden.replace_extension(".txt");
    if (const char* bless = std::getenv("FALCOC_BLESS"); bless != nullptr && *bless == '1') std::ofstream(golden) << now;
    CHECK_MESSAGE(read(golden) == now, golden.string());
    CHECK(std::all_of(now.begin(), now.end(), [](char c) { return c == '\n' || static_cast<unsigned char>(c) >= 0x20; }));
  }
}

TEST_CASE("every diagnostic about YAML and items is in some golden") {
  // Found by the reader's own tests: they need bytes or sizes that a readable file doesn't have.
  const std::set<DiagId> elsewhere = {DiagId::YamlEncoding, DiagId::YamlTooDeep, DiagId::YamlTooManyNodes, DiagId::YamlUnknownAnchor,
                                      DiagId::TopLevelNotSequence, DiagId::ListTooLong};
  std::set<DiagId> seen;
  for (const fs::path& input : goldens()) {
    const Compiled compiled(input.filename(), read(input));
    for (const Diagnostic& d : compiled.diags.all()) seen.insert(d.id);
  }
  for (const DiagInfo& info : kDiagnostics)
    if (info.number() < 2000) CHECK_MESSAGE((seen.contains(info.id) || elsewhere.contains(info.id)), std::string(info.slug));
}

TEST_CASE("a message as JSON") {
  const Compiled compiled("dir/r.yaml", "- rule: R\n  desc: d\n  condition: evt.type = open and proc.nam = \"\xC3\xA9\"\n  output: o\n  priority: INFO\n");
  REQUIRE(compiled.diags.all().size() == 1);
  const auto json = nlohmann::json::parse(render_json(compiled.sources, compiled.diags.all().front()));
  CHECK(json["id"] == "FC2003");
  CHECK(json["slug"] == "unknown-field");
  CHECK(json["severity"] == "error");
  CHECK(json["file"] == "dir/r.yaml");
  CHECK(json["line"] == 3);
  CHECK(json["column"] == 34);
  CHECK(json["end_column"] == 42);
  CHECK(json["reference_code"] == "LOAD_ERR_COMPILE_CONDITION");
  CHECK(json["suggestion"]["replacement"] == "proc.name");
}

TEST_CASE("colour, long lines and control characters") {
  const Compiled compiled("r.yaml", "- rule: R\n  desc: d\n  condition: " + std::string(5000, ' ') + "evt.type = open and proc.nam = a" + std::string(5000, ' ') +
                                        "\n  output: o\n  priority: INFO\n");
  REQUIRE_FALSE(compiled.diags.empty());
  const Diagnostic& first = compiled.diags.all().front();
  const std::string plain = render_text(compiled.sources, first, {});
  CHECK(plain.find('\033') == std::string::npos);
  CHECK(plain.size() < 600);
  CHECK(plain.find("proc.nam = a") != std::string::npos);
  CHECK(render_text(compiled.sources, first, {true}).find("\033[1;31merror[FC2003]") != std::string::npos);
  CHECK(printable("a\033[31m\n\x7f\xC2\x85\xFF\xC3\xA9") == "a\\x1b[31m\\n\\x7f\\xc2\\x85\\xff\xC3\xA9");
}

TEST_CASE("near names") {
  const std::vector<std::string_view> names = {"proc.name", "proc.pname", "fd.name", "condition"};
  CHECK(nearest_name("proc.nmae", names) == "proc.name");
  CHECK(nearest_name("condtion", names) == "condition");
  CHECK(nearest_name("evt.type", names).empty());
  CHECK(nearest_name("", names).empty());
  CHECK(nearest_name(std::string(1000, 'x'), names).empty());
}
