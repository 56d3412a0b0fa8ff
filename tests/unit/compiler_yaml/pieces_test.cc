// SPDX-License-Identifier: Apache-2.0
//
// A file read item by item, with and without memory of earlier versions, is the file read as a whole.
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "compiler/yaml/yaml_pieces.h"
#include "compiler/yaml/yaml_reader.h"

using namespace falcoc;

namespace {

using Documents = std::optional<std::vector<RawDocument>>;

std::string shown(const Documents& documents, const Diagnostics& diags) {
  std::string out;
  for (const Diagnostic& d : diags.all())
    out += d.message + ' ' + std::to_string(d.range.begin) + '-' + std::to_string(d.range.end) + '\n';
  if (!documents) return out + "nothing";
  for (const RawDocument& document : *documents) {
    out += "document of file " + std::to_string(document.file) + ", root " + std::to_string(document.root) + '\n';
    for (const RawNode& node : document.nodes) {
      out += std::to_string(static_cast<int>(node.kind)) + " at " + std::to_string(node.mark.line) + ':' +
             std::to_string(node.mark.column) + ' ' + std::to_string(node.mark.offset) + ' ' +
             std::to_string(node.begin) + " `" + node.value + "`";
      for (const uint32_t child : node.children) out += ' ' + std::to_string(child);
      out += '\n';
    }
  }
  return out;
}

void check_same(const std::string& text, Recall<YamlPiece>& recall) {
  SourceManager sources;
  sources.add("other.yaml", "");
  const uint32_t file = sources.add("r.yaml", text);
  Diagnostics whole, pieces;
  const std::string wanted = shown(read_yaml(sources, file, whole), whole);
  CAPTURE(text);
  REQUIRE(shown(read_yaml_pieces(sources, file, recall, pieces), pieces) == wanted);
}

const char* const kTexts[] = {
    "- list: a\n  items: [b, c]\n\n# comment\n- macro: m\n  condition: evt.type = open\n- rule: r\n  desc: >\n    "
    "folded\n    text\n\n  output: |+\n    kept\n\n\n- last: 1\n",
    "---\n- a: 1\n- b: |\n    text",
    "# only\n# comments\n",
    "",
    "- a: \"open\n- b: still open\"\n- c: d\n",
    "- a: 'open\n- b: ''still'' open'\n- c: d\n",
    "- [a,\n- b]\n- c\n",
    "- &x a\n- *x\n- &x b\n- *x\n",
    "- &x {k: v}\n  \n- a\n---\n- b\n...\n- c\n",
    "- a\n...\n---\n- b\n",
    "%YAML 1.2\n---\n- a: 1\n- b: 2\n",
    "- a\n-\n- ~\n- b\n",
    "-\n  a: 1\n  b: 2\n-\n  - c\n  - d\n",
    "- - a\n  - b\n- - c\n",
    "\xEF\xBB\xBF- a\n- b\n",
    "- a: 1\r\n  b: 2\r\n- c: 3\r\n",
    "a: 1\n- b\n",
    "|\n text\n- b\n- c\n",
    "- ? a\n- ? b\n  : c\n",
    "- a: >-\n\n\n    x\n   \n\n- b: |2\n      y\n- c: é𝒳\n  d: 1\n- e: f\n",
    "  - a\n  - b\n- c\n",
    "- !tag a\n- !!str b\n- !<x> c\n- !e!x d\n",
    "- a: b: c\n- d\n",
    "- a #c\n #d\n-\t b\n- c\t\n",
};

}  // namespace

TEST_CASE("texts of many shapes") {
  Recall<YamlPiece> recall;
  for (int round = 0; round < 3; ++round) {
    for (const char* text : kTexts) check_same(text, recall);
    recall.next_round();
  }
}

TEST_CASE("random edits, one behind the other") {
  constexpr std::string_view kBits[] = {"-",     "- ",    "\n", "\n- ", "  ",   "\"",  "'",  "[",   "]",
                                        "{",     "}",     ": ", "#",    " #",   "&a ", "*a", "|\n", ">\n",
                                        "---\n", "...\n", "%",  "\t",   "\r\n", "é",   "? ", "~",   ","};
  std::mt19937 random(11);
  const auto below = [&](size_t n) { return static_cast<size_t>(random()) % n; };
  for (const char* start : kTexts) {
    Recall<YamlPiece> recall;
    std::string text = start;
    for (int edit = 0; edit < 120; ++edit) {
      if (edit % 20 == 0) text = start;
      const size_t at = below(text.size() + 1);
      const std::string_view bit = kBits[below(std::size(kBits))];
      if (below(3) == 0) {
        text.erase(at, below(6));
      } else {
        text.insert(at, bit);
      }
      check_same(text, recall);
      recall.next_round();
    }
  }
}
