// SPDX-License-Identifier: Apache-2.0
//
// What is said while typing doesn't depend on what was remembered of earlier versions.
#include "tools/lsp/checking.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <random>

using namespace lsp;

namespace {

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<RulesFile> folder() {
  std::vector<RulesFile> files;
  for (const char* name : {"00-vocabulary.yaml", "01-site.yaml", "40-network.yaml"}) {
    RulesFile file;
    file.name = name;
    file.uri = std::string("file:///rules/") + name;
    file.text = read(std::string(FALCO_SOURCE_DIR "/rules/") + name);
    REQUIRE_FALSE(file.text.empty());
    files.push_back(std::move(file));
  }
  return files;
}

std::string shown(const std::map<std::string, std::vector<Finding>>& found) {
  Json all = Json::object();
  for (const auto& [uri, findings] : found) {
    for (const Finding& finding : findings) {
      Json repairs = Json::array();
      for (const Repair& repair : finding.repairs) repairs.push_back({repair.title, repair.preferred, repair.changes});
      all[uri].push_back({finding.diagnostic, finding.range.begin, finding.range.end, std::move(repairs)});
    }
  }
  return all.dump(1, ' ', false, Json::error_handler_t::replace);
}

/// One change as people make it: letters come and go, lines are cut, copied and moved.
void edit(std::string& text, std::mt19937& random) {
  const auto below = [&](size_t n) { return n == 0 ? 0 : static_cast<size_t>(random()) % n; };
  constexpr std::string_view kTyped[] = {
      "x",      " and ",     " or not ",       "(",     ")",      "proc.nam", "\n- rule: ", "\n", "  ", "\"", "[",
      "shells", "evt.type=", "\n- macro: m\n", ", ssh", "exists", "%proc.x",  "\xC3",       "- ", ": ", "#"};
  const size_t at = below(text.size());
  const size_t line = text.rfind('\n', at) + 1;
  const size_t end = std::min(text.find('\n', at), text.size());
  switch (below(5)) {
    case 0:
      text.erase(at, below(4));
      break;
    case 1:
      text.erase(line, end - line);
      break;
    case 2: {
      const std::string copied = text.substr(line, end - line) + "\n";
      text.insert(text.rfind('\n', below(text.size())) + 1, copied);
      break;
    }
    default:
      text.insert(at, kTyped[below(std::size(kTyped))]);
  }
}

}  // namespace

TEST_CASE("random edits: with memory and without, the same is said") {
  std::vector<RulesFile> files = folder();
  const std::vector<std::string> open{files[0].uri, files[2].uri};
  const std::string texts[] = {files[0].text, files[2].text};
  std::mt19937 random(5);
  falcoc::Recollection kept;
  size_t said = 0;
  for (int i = 0; i < 150; ++i) {
    // Most versions are a few edits away from one that compiles.
    RulesFile& file = files[i % 3 == 0 ? 0 : 2];
    if (i % 4 == 0) file.text = texts[&file == &files[0] ? 0 : 1];
    edit(file.text, random);
    file.structure = read_structure(file.text);
    falcoc::Recollection none;
    const std::string wanted = shown(check_files(files, open, none));
    const std::string found = shown(check_files(files, open, kept));
    said += wanted.size();
    REQUIRE(found == wanted);
  }
  CHECK(said > 10000);
}

TEST_CASE("findings bring the edits that answer them") {
  RulesFile file;
  file.uri = file.name = "untitled:r";
  file.text =
      "- list: unused\n  items: [a]\n\n- rule: Opened\n  desc: Somebody opened the file with the passwords.\n"
      "  condition: evt.type in (open, openat) and fd.nme = /etc/shadow\n  output: \"%proc.cmdline\"\n  priority: "
      "INFO\n"
      "  tags: [host]\n";
  file.structure = read_structure(file.text);
  falcoc::Recollection none;
  auto found = check_files({file}, {file.uri}, none);
  REQUIRE(found[file.uri].size() == 1);
  REQUIRE(found[file.uri][0].repairs.size() == 1);
  CHECK(found[file.uri][0].repairs[0].title == "Replace with `fd.name`");

  file.text.insert(file.text.find("fd.nme") + 4, "a");
  file.structure = read_structure(file.text);
  found = check_files({file}, {file.uri}, none);
  REQUIRE(found[file.uri].size() == 2);
  const std::vector<Repair>& unused = found[file.uri][0].repairs;
  REQUIRE(unused.size() == 1);
  CHECK(unused[0].changes[file.uri][0]["newText"] == "# falcoc: allow(unused-list)\n");
  const std::vector<Repair>& sibling = found[file.uri][1].repairs;
  REQUIRE(sibling.size() == 2);
  CHECK(sibling[0].preferred);
  CHECK(sibling[0].title == "Add `openat2`");
  CHECK(sibling[1].changes[file.uri][0]["range"]["start"] == Json{{"line", 3}, {"character", 0}});
}
