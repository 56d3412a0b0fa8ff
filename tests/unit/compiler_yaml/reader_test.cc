// SPDX-License-Identifier: Apache-2.0
//
// What a rules file may do to the reader.
#include "compiler/yaml/yaml_reader.h"

#include <doctest/doctest.h>

#include <chrono>

#include "tests/unit/compiler_yaml/loading.h"

using namespace falcoc;
using falcoc::test::Loaded;

namespace {

std::string repeated(std::string_view text, size_t n) {
  std::string out;
  out.reserve(text.size() * n);
  for (size_t i = 0; i < n; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("files that are no rules files are named for what they are") {
  struct Case {
    std::string_view text;
    std::string_view slug;
    std::string_view part;
  };
  const Case cases[] = {
      {"apiVersion: v1\nkind: ConfigMap\n", "wrong-kind-of-file", "Kubernetes manifest"},
      {"rules_files:\n  - /etc/falco/falco_rules.yaml\njson_output: false\n", "wrong-kind-of-file", "falco.yaml"},
      {"services:\n  web: {}\n", "wrong-kind-of-file", "Docker Compose"},
      {"rule: r\ncondition: x\n", "wrong-kind-of-file", "leading `- `"},
      {"title: t\nlogsource: {}\ndetection: {}\n", "wrong-kind-of-file", "Sigma"},
      {"FALCOFBC\x01\x02", "wrong-kind-of-file", ".fbc"},
      {"\x7f" "ELF\x02", "wrong-kind-of-file", "program"},
      {"\x1f\x8b\x08", "wrong-kind-of-file", "gzip"},
      {"foo", "top-level-not-sequence", "a single value"},
      {"a: b\n", "top-level-not-sequence", "a mapping"},
      {"- foo\n", "item-not-mapping", "a single value"},
      {"- [a]\n", "item-not-mapping", "a sequence"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const Loaded loaded({c.text});
    CHECK_FALSE(loaded.ok);
    REQUIRE(loaded.slugs() == c.slug);
    CHECK(loaded.first().message.find(c.part) != std::string::npos);
  }
}

TEST_CASE("text that is no YAML has a place") {
  CHECK(Loaded({"- rule: x\n\tdesc: y"}).slugs() == "yaml-syntax");
  CHECK(Loaded({"- rule: x\n\tdesc: y"}).place() == "2:1");
  CHECK(Loaded({"- [a, b\n"}).slugs() == "yaml-syntax");
  CHECK(Loaded({"- \"abc"}).slugs() == "yaml-syntax");
  CHECK(Loaded({"- *nowhere\n"}).slugs() == "yaml-unknown-anchor");
  CHECK(Loaded({"- &a [*a]\n"}).slugs() == "yaml-unknown-anchor");
}

TEST_CASE("encoding is checked before the library sees the text") {
  CHECK(Loaded({std::string_view("- rule: a\0b\n", 12)}).slugs() == "yaml-encoding");
  CHECK(Loaded({std::string_view("- rule: a\0b\n", 12)}).place() == "1:10");
  CHECK(Loaded({"- rule: \xff\n"}).slugs() == "yaml-encoding");
  CHECK(Loaded({"- rule: \xc0\xaf\n"}).slugs() == "yaml-encoding");      // overlong
  CHECK(Loaded({"- rule: \xed\xa0\x80\n"}).slugs() == "yaml-encoding");  // surrogate
  CHECK(Loaded({"- rule: \xe2\x82"}).slugs() == "yaml-encoding");        // cut off
  CHECK(Loaded({"\xff\xfe-\x01"}).slugs() == "yaml-encoding");
  // The library takes 0x04 for the end of the file: what follows would be hidden.
  CHECK(Loaded({"[]\n\x04\n- foo\n"}).slugs() == "yaml-encoding");
  CHECK(Loaded({"- list: \xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7\n  items: [\xc3\xa9]\n"}).slugs() == "");
}

TEST_CASE("documents, null items, byte order mark and CRLF") {
  CHECK(Loaded({""}).slugs() == "");
  CHECK(Loaded({"---\n---\n"}).slugs() == "");
  CHECK(Loaded({"# only a comment\n"}).slugs() == "");
  CHECK(Loaded({"- \n- null\n- ~\n"}).slugs() == "");
  const Loaded two({"- list: a\n  items: [x]\n---\n- list: b\n  items: [y]\n"});
  CHECK(two.collection.lists.size() == 2);
  const Loaded crlf({"\xEF\xBB\xBF- list: a\r\n  items: [x]\r\n"});
  REQUIRE(crlf.collection.lists.size() == 1);
  CHECK(crlf.collection.lists[0].items[0].text.text() == "x");
  // A bad second document hides everything.
  CHECK(Loaded({"- list: a\n  items: [x]\n---\n- [\n"}).collection.lists.empty());
}

TEST_CASE("anchors work and merge keys are unknown keys") {
  const Loaded loaded({"- list: a\n  items: &i [x, y]\n- list: b\n  items: *i\n"});
  REQUIRE(loaded.collection.lists.size() == 2);
  CHECK(loaded.collection.lists[1].items.size() == 2);
  CHECK(Loaded({"- &a {list: a, items: []}\n- list: b\n  <<: *a\n  items: []\n"}).slugs() == "unknown-key");
}

TEST_CASE("bombs stop at the limits") {
  const auto start = std::chrono::steady_clock::now();
  std::string laughs = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i)
    laughs += "- &a" + std::to_string(i) + " [" + repeated("*a" + std::to_string(i - 1) + ", ", 10) + "]\n";
  CHECK(Loaded({laughs}).slugs() == "yaml-too-many-nodes");
  CHECK(Loaded({repeated("[", 1000000)}).slugs() == "yaml-too-deep");
  CHECK(Loaded({"- " + repeated("{a: ", 200000)}).slugs() == "yaml-too-deep");
  CHECK(Loaded({repeated("- ", 200000)}).slugs() == "yaml-too-deep");
  CHECK(Loaded({"- &a " + std::string(1u << 20, 'x') + "\n" + repeated("- *a\n", 1000)}).slugs() == "yaml-too-many-nodes");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
}

TEST_CASE("a scalar as large as a file may be is read") {
  const Loaded loaded({"- list: a\n  items: [" + std::string(8u << 20, 'x') + "]\n"});
  REQUIRE(loaded.ok);
  CHECK(loaded.collection.lists[0].items[0].text.size() == 8u << 20);
}

TEST_CASE("marks are those of the reference's YAML library") {
  const Loaded loaded({"- rule: r\n  desc: d\n  condition: >\n    evt.type=open\n  output: o\n  priority: INFO\n"});
  REQUIRE(loaded.ok);
  const RuleDecl& rule = loaded.collection.rules[0];
  CHECK(rule.condition.mark.line == 2);
  CHECK(rule.condition.mark.column == 13);
  CHECK(rule.condition.mark.offset == 33);
  CHECK(rule.mark.column == 2);
  CHECK(reference_position(rule.condition.mark, "ab\ncd", 4) == ReferencePosition{4, 15, 37});
}
