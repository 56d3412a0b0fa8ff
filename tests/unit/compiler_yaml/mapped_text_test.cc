// SPDX-License-Identifier: Apache-2.0
#include "compiler/source/mapped_text.h"

#include <doctest/doctest.h>

#include "compiler/yaml/yaml_reader.h"

using namespace falcoc;

namespace {

/// Each decoded byte of the value of the key `a`, as the file text it maps to.
struct Mapped {
  SourceManager sources;
  Diagnostics diags;
  ScalarText scalar;

  explicit Mapped(std::string text) {
    const uint32_t file = sources.add("f.yaml", std::move(text));
    const auto documents = read_yaml(sources, file, diags);
    REQUIRE(documents);
    const RawDocument& document = documents->front();
    const RawNode& root = document[document.root];
    REQUIRE(root.kind == RawNode::Kind::Mapping);
    scalar = map_scalar(sources, document, root.children[1]);
    REQUIRE(scalar.text.text() == document[root.children[1]].value);
  }
  std::string_view at(std::string_view decoded) const {
    const size_t begin = scalar.text.view().find(decoded);
    REQUIRE(begin != std::string_view::npos);
    return sources.text(scalar.text.map(begin, begin + decoded.size()));
  }
  std::string_view written() const { return sources.text(scalar.range); }
};

}  // namespace

TEST_CASE("a segment maps byte by byte, a block as a whole") {
  MappedText text;
  text.append_verbatim("proc.name", {0, 10, 19});
  text.append(" in ", {0, 40, 45});
  CHECK(text.text() == "proc.name in ");
  CHECK(text.map(5, 9).begin == 15);
  CHECK(text.map(5, 9).end == 19);
  CHECK(text.map(10, 12).begin == 40);
  CHECK(text.map(10, 12).end == 45);
  CHECK(text.map(0, 13).begin == 10);
  CHECK(text.map(0, 13).end == 45);
  CHECK(text.map(13, 13).begin == 45);
  CHECK_FALSE(MappedText().map(0, 1).known());
}

TEST_CASE("cutting and joining keeps the map") {
  MappedText text;
  text.append_verbatim("  abc def ", {3, 100, 110});
  const MappedText trimmed = text.trimmed();
  CHECK(trimmed.text() == "abc def");
  CHECK(trimmed.map(4, 7).begin == 106);
  MappedText joined = trimmed.substr(0, 3);
  joined.append(" ", {3, 50, 51});
  joined.append(trimmed, 4, 7);
  CHECK(joined.text() == "abc def");
  CHECK(joined.map(4, 7).begin == 106);
  CHECK(joined.map(3, 4).begin == 50);
}

TEST_CASE("an insertion is seen from inside by its own place and from outside by its site") {
  MappedText items;
  items.append_verbatim("bash", {1, 500, 504});
  MappedText text;
  text.append_verbatim("x in (", {0, 0, 6});
  text.append_at(items, {0, 6, 12});
  text.append_verbatim(")", {0, 12, 13});
  CHECK(text.map(6, 10).file == 1);
  CHECK(text.map(6, 10).begin == 500);
  CHECK(text.map(0, 11).file == 0);
  CHECK(text.map(0, 11).end == 13);
}

TEST_CASE("plain, quoted and multi-line scalars map to their bytes") {
  CHECK(Mapped("a: evt.type = open\n").at("open") == "open");
  CHECK(Mapped("a: evt.type\n   = open\n").at("= open") == "= open");
  CHECK(Mapped("a: evt.type\n   = open\n").at(" =") == "\n   =");
  CHECK(Mapped("a: 'it''s x'\n").at("'s") == "''s");
  CHECK(Mapped("a: 'it''s x'\n").at("x") == "x");
  CHECK(Mapped("a: 'it''s x' # c\n").written() == "'it''s x'");
  CHECK(Mapped("a: \"t\\tx \\u00e9y\"\n").at("x") == "x");
  CHECK(Mapped("a: \"t\\tx \\u00e9y\"\n").at("\xC3\xA9") == "\\u00e9");
  CHECK(Mapped("a: \"t\\tx \\u00e9y\"\n").at("y") == "y");
  CHECK(Mapped("a: \"one \\\n   two\"\n").at("two") == "two");
  CHECK(Mapped("a: \"one\n\n   two\"\n").at("two") == "two");
  CHECK(Mapped("a: &anchor !!str text\n").at("text") == "text");
  CHECK(Mapped("\xEF\xBB\xBF" "a: text\n").at("text") == "text");
  CHECK(Mapped("a: one\r\n   two\r\n").at("two") == "two");
}

TEST_CASE("block scalars map to their bytes") {
  CHECK(Mapped("a: |\n  one\n  two\n").at("two") == "two");
  CHECK(Mapped("a: >\n  one\n  two\n\n  three\nb: 1\n").at("three") == "three");
  CHECK(Mapped("a: >\n  one\n  two\n\n  three\nb: 1\n").at("one two") == "one\n  two");
  CHECK(Mapped("a: >\n  one\n    more\n  two\n").at("more") == "more");
  CHECK(Mapped("a: >\n  one\n    more\n  two\n").at("two") == "two");
  CHECK(Mapped("a: |2\n    one\n  two\n").at("two") == "two");
  CHECK(Mapped("a: >-  # comment\n\n  one\n\n\n  two\n").at("two") == "two");
  CHECK(Mapped("a: |\r\n  one\r\n  two\r\n").at("two") == "two");
  CHECK(Mapped("a: >\n  one\n  two\n\nb: 1\n").written() == ">\n  one\n  two");
}

TEST_CASE("no scalar is mapped outside its file, whatever its style") {
  const std::string_view texts[] = {"a: |+\n\n\n", "a: \"\"", "a: >-\n", "a: 'x\n\n\n y'", "a: \"\\x41\\\n\n z\"", "a: x #y\n", "a: |9\n"};
  for (const std::string_view text : texts) {
    CAPTURE(text);
    SourceManager sources;
    Diagnostics diags;
    const uint32_t file = sources.add("f", std::string(text));
    const auto documents = read_yaml(sources, file, diags);
    if (!documents) continue;
    const RawDocument& document = documents->front();
    for (uint32_t i = 0; i < document.nodes.size(); ++i) {
      if (document[i].kind != RawNode::Kind::Scalar) continue;
      const ScalarText scalar = map_scalar(sources, document, i);
      CHECK(scalar.text.text() == document[i].value);
      const SourceRange whole = scalar.text.map(0, scalar.text.size());
      if (whole.known()) CHECK(whole.end <= text.size());
      CHECK(scalar.range.end <= text.size());
    }
  }
}
