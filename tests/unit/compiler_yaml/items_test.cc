// SPDX-License-Identifier: Apache-2.0
//
// Items, their keys and forms: rules language reference 1.2 to 1.8 and 1.10.
#include <doctest/doctest.h>

#include "tests/unit/compiler_yaml/loading.h"

using namespace falcoc;
using falcoc::test::Loaded;
using falcoc::test::rule;

TEST_CASE("kinds, unknown items and unknown keys") {
  CHECK(Loaded({"- foo: bar\n"}).slugs() == "unknown-item");
  CHECK(Loaded({"- rule: a\n  list: b\n  items: []\n"}).slugs() == "unknown-key");
  CHECK(Loaded({"- list: a\n  items: []\n  item: x\n"}).slugs() == "unknown-key");
  CHECK(Loaded({"- list: a\n  items: []\n  item: x\n"}).place() == "3:3");
  const Loaded misspelled({rule("x", "  tag: [a]\n")});
  REQUIRE(misspelled.slugs() == "unknown-key");
  CHECK(misspelled.first().suggestion->replacement == "tags");
  // An item that fails has no unknown-key warnings.
  CHECK(Loaded({"- list: a\n  foo: 1\n"}).slugs() == "missing-key");
  CHECK(Loaded({"- list: a\n  items: [x]\n  items: [y]\n"}).slugs() == "duplicate-key");
  CHECK(Loaded({"- list: a\n  items: [x]\n  items: [y]\n"}).collection.lists[0].items[0].text.text() == "x");
}

TEST_CASE("scalars: null, empty, wrong shape") {
  CHECK(Loaded({"- rule:\n  desc: d\n"}).slugs() == "null-value");
  CHECK(Loaded({"- rule: ''\n"}).slugs() == "empty-value");
  CHECK(Loaded({"- rule: [a]\n"}).slugs() == "not-scalar");
  CHECK(Loaded({rule("x", "  source:\n")}).slugs() == "null-value");
  CHECK(Loaded({rule("x", "  enabled: 1\n")}).slugs() == "not-boolean");
  CHECK(Loaded({rule("x", "  enabled: tRue\n")}).slugs() == "not-boolean");
  CHECK(Loaded({rule("x", "  capture_duration: -1\n")}).slugs() == "not-unsigned");
  CHECK(Loaded({rule("x", "  capture_duration: 4294967296\n")}).slugs() == "not-unsigned");
  CHECK(Loaded({rule("x", "  capture_duration: 5s\n")}).slugs() == "not-unsigned");
  CHECK(Loaded({rule("x", "  capture_duration: 0x10\n")}).collection.rules[0].capture_duration_ms == 16);
  CHECK(Loaded({rule("x", "  capture_duration: 010\n")}).collection.rules[0].capture_duration_ms == 8);
  for (const char* word : {"true", "TRUE", "True", "yes", "Yes", "on", "ON", "y", "Y", "'true'"})
    CHECK(Loaded({rule("x", std::string("  capture: ") + word + "\n")}).collection.rules[0].capture);
  for (const char* word : {"false", "No", "OFF", "n", "N"})
    CHECK_FALSE(Loaded({rule("x", std::string("  enabled: ") + word + "\n")}).collection.rules[0].enabled);
  CHECK(Loaded({rule("x", "  tags: a\n")}).slugs() == "not-sequence");
  CHECK(Loaded({rule("x", "  tags:\n")}).slugs() == "not-sequence");
  CHECK(Loaded({rule("x", "  tags: [a, ~]\n")}).slugs() == "bad-element");
  CHECK(Loaded({rule("x", "  tags: [a, [b]]\n")}).slugs() == "bad-element");
}

TEST_CASE("a rule definition: required keys, trimming, tags, priorities") {
  CHECK(Loaded({"- rule: r\n  desc: d\n"}).slugs() == "missing-key");
  const Loaded numbers({"- rule: 5\n  desc: 1.50\n  condition: 0x10\n  output: true\n  priority: debug\n"});
  REQUIRE(numbers.ok);
  CHECK(numbers.collection.rules[0].desc == "1.50");
  CHECK(numbers.collection.rules[0].priority == Priority::Debug);
  const Loaded trimmed({"- rule: r\n  desc: ' d '\n  condition: ' x '\n  output: \"  o\\n\"\n  priority: INFO\n  tags: [b, a, b]\n"});
  const RuleDecl& r = trimmed.collection.rules[0];
  CHECK(r.output.text.text() == "o");
  CHECK(r.desc == " d ");
  CHECK(r.condition.text.text() == " x ");
  CHECK(r.tags == std::vector<std::string>{"a", "b"});
  for (const char* bad : {"warn", "err", "4", "INFORMATION"}) {
    const Loaded loaded({"- {rule: r, desc: d, condition: x, output: o, priority: " + std::string(bad) + "}\n"});
    CHECK(loaded.slugs() == "bad-priority");
  }
  const Loaded prefix({"- {rule: r, desc: d, condition: x, output: o, priority: WARN}\n"});
  CHECK(prefix.first().suggestion->replacement == "warning");
}

TEST_CASE("redefinition keeps the position and resets the rest") {
  const Loaded loaded({rule("a", "  tags: [t]\n  enabled: false\n") + "- {rule: s, desc: d, condition: b, output: o, priority: INFO}\n",
                       rule("c")});
  REQUIRE(loaded.ok);
  REQUIRE(loaded.collection.rules.size() == 2);
  CHECK(loaded.collection.rules[0].condition.text.text() == "c");
  CHECK(loaded.collection.rules[0].tags.empty());
  CHECK(loaded.collection.rules[0].enabled);
  CHECK(loaded.collection.rules[0].first == 0);
}

TEST_CASE("append") {
  CHECK(Loaded({"- list: l\n  items: [c]\n  append: true\n"}).slugs() == "deprecated-append append-without-target");
  CHECK(Loaded({"- macro: m\n  condition: x\n  append: true\n"}).slugs() == "deprecated-append append-without-target");
  CHECK(Loaded({"- rule: r\n  condition: x\n  append: true\n"}).slugs() == "deprecated-append append-without-target");
  CHECK(Loaded({rule("x") + "- rule: r\n  output: y\n  append: true\n"}).slugs() == "deprecated-append append-nothing");
  const Loaded lists({"- list: l\n  items: [a]\n- list: l\n  items: [b]\n  append: yes\n"});
  CHECK(lists.collection.lists[0].items.size() == 2);
  const Loaded macros({"- macro: m\n  condition: a or b\n- macro: m\n  condition: and c\n  override: {condition: append}\n"});
  CHECK(macros.slugs() == "");
  CHECK(macros.collection.macros[0].condition.text.text() == "a or b and c");
  CHECK(macros.collection.macros[0].condition.mark.line == 1);
  const Loaded rules({rule("x") + "- rule: r\n  condition: and y\n  tags: 5\n  append: true\n"});
  CHECK(rules.slugs() == "deprecated-append");
  CHECK(rules.collection.rules[0].condition.text.text() == "x and y");
  // One bad definition is one error, not one more per user of it.
  CHECK(Loaded({"- list: l\n  items: 5\n- list: l\n  items: [b]\n  override: {items: append}\n"}).slugs() == "not-sequence");
}

TEST_CASE("override") {
  CHECK(Loaded({rule("x") + "- rule: r\n  condition: y\n  append: true\n  override: {condition: append}\n"}).slugs() ==
        "override-with-append");
  CHECK(Loaded({rule("x") + "- rule: r\n  condition: y\n  override: {condition: prepend}\n"}).slugs() == "override-bad-operation");
  CHECK(Loaded({rule("x") + "- rule: r\n  source: y\n  override: {source: replace}\n"}).slugs() == "override-not-allowed");
  CHECK(Loaded({rule("x") + "- rule: r\n  enabled: false\n  override: {enabled: append}\n"}).slugs() == "override-not-allowed");
  CHECK(Loaded({rule("x") + "- rule: r\n  condition: y\n  override: {output: replace}\n"}).slugs() == "override-key-absent");
  CHECK(Loaded({rule("x") + "- rule: r\n  condition: y\n  output: z\n  override: {output: replace}\n"}).slugs() ==
        "override-key-unlisted");
  CHECK(Loaded({"- rule: r\n  condition: y\n  override: {condition: replace}\n"}).slugs() == "append-without-target");
  CHECK(Loaded({"- list: l\n  items: [a]\n  override: {items: append}\n"}).slugs() == "append-without-target");
  CHECK(Loaded({"- list: l\n  items: [a]\n  override: {items: replace}\n"}).slugs() == "");
  CHECK(Loaded({"- list: l\n  items: [a]\n  override: {condition: replace}\n"}).slugs() == "override-not-allowed");
  CHECK(Loaded({"- list: l\n  items: [a]\n  override: [items]\n"}).slugs() == "override-not-mapping");
  CHECK(Loaded({"- list: l\n  items: [a]\n  override: items\n"}).slugs() == "");
  const Loaded both({rule("x", "  tags: [b]\n") +
                     "- rule: r\n  condition: and y\n  output: p\n  desc: e\n  tags: [a]\n  priority: ERROR\n"
                     "  override: {condition: append, output: append, desc: append, tags: append, priority: replace}\n"});
  CHECK(both.slugs() == "");
  const RuleDecl& r = both.collection.rules[0];
  CHECK(r.condition.text.text() == "x and y");
  CHECK(r.output.text.text() == "o p");
  CHECK(r.desc == "d e");
  CHECK(r.tags == std::vector<std::string>{"a", "b"});
  CHECK(r.priority == Priority::Error);
  CHECK(r.condition.mark.line == 2);
  const Loaded replaced({rule("x", "  tags: [b]\n") + "- rule: r\n  condition: y\n  tags: [a]\n  override: {condition: replace, tags: replace}\n"});
  CHECK(replaced.collection.rules[0].condition.text.text() == "y");
  CHECK(replaced.collection.rules[0].tags == std::vector<std::string>{"a"});
}

TEST_CASE("the enabled-only form") {
  CHECK(Loaded({"- rule: r\n  enabled: true\n"}).slugs() == "deprecated-enabled-only append-without-target");
  const Loaded loaded({rule("x") + "- rule: r\n  enabled: false\n  tags: 5\n"});
  CHECK(loaded.slugs() == "deprecated-enabled-only");
  CHECK_FALSE(loaded.collection.rules[0].enabled);
}

TEST_CASE("sources") {
  CHECK(Loaded({rule("x", "  source: k8s_audit\n")}).slugs() == "unknown-source");
  CHECK_FALSE(Loaded({rule("x", "  source: k8s_audit\n")}).collection.rules[0].source_known);
  LoadOptions options;
  options.extra_sources = {"k8s_audit"};
  CHECK(Loaded({rule("x", "  source: k8s_audit\n")}, options).slugs() == "");
  CHECK(Loaded({rule("x", "  source: k8s_audit\n") + rule("x")}, options).slugs() == "source-conflict");
  CHECK(Loaded({rule("x") + "- rule: r\n  condition: y\n  source: k8s_audit\n  override: {condition: append}\n"}, options).slugs() ==
        "source-conflict");
  CHECK(Loaded({rule("x") + "- rule: r\n  condition: and y\n  source:\n  override: {condition: append}\n"}, options).slugs() == "");
}

TEST_CASE("engine versions") {
  for (const char* good : {"0.63.0", "63", "0.31.0", "0", "0.1.2-beta"})
    CHECK(Loaded({"- required_engine_version: " + std::string(good) + "\n"}).slugs() == "");
  for (const char* newer : {"0.63.1", "64", "0.64.0", "1.0.0"})
    CHECK(Loaded({"- required_engine_version: " + std::string(newer) + "\n"}).slugs() == "engine-too-old");
  for (const char* bad : {"abc", "0.31", "-1", "1.x.2"})
    CHECK(Loaded({"- required_engine_version: " + std::string(bad) + "\n"}).slugs() == "bad-version");
  CHECK(Loaded({"- required_engine_version:\n"}).slugs() == "null-value");
  CHECK(Loaded({"- required_engine_version: 10\n- required_engine_version: 0.31.0\n"}).collection.required_engine == EngineVersion{0, 31, 0});
}

TEST_CASE("plugin versions are collected") {
  const Loaded loaded({"- required_plugin_versions:\n  - name: container\n    version: 0.4.0\n    alternatives: [{name: c2, version: 1.0.0}]\n"});
  REQUIRE(loaded.collection.plugins.size() == 1);
  REQUIRE(loaded.collection.plugins[0].any_of.size() == 2);
  CHECK(loaded.collection.plugins[0].any_of[1].name == "c2");
  CHECK(Loaded({"- required_plugin_versions: foo\n"}).slugs() == "not-sequence");
  CHECK(Loaded({"- required_plugin_versions: [a]\n"}).slugs() == "not-mapping");
  CHECK(Loaded({"- required_plugin_versions:\n  - name: p\n"}).slugs() == "missing-key");
  CHECK(Loaded({"- required_plugin_versions:\n  - {name: p, version: x}\n"}).slugs() == "bad-plugin-version");
  CHECK(Loaded({"- required_plugin_versions:\n  - {name: p, version: 1.2.3, alternatives: [{name: p, version: 1.0.0}]}\n"}).slugs() ==
        "plugin-named-twice");
  CHECK(Loaded({"- required_plugin_versions:\n  - {name: p, version: 1.2.3, alternatives: x}\n"}).slugs() == "not-sequence");
}

TEST_CASE("names and visibility") {
  CHECK(Loaded({"- list: a b\n  items: []\n"}).slugs() == "invalid-list-name");
  CHECK(Loaded({"- macro: a-b\n  condition: x\n"}).slugs() == "invalid-macro-name");
  CHECK(Loaded({"- macro: not\n  condition: x\n"}).slugs() == "");
  const Loaded loaded({"- macro: a\n  condition: x\n- list: l\n  items: []\n- macro: b\n  condition: y\n"
                       "- macro: a\n  condition: or z\n  override: {condition: append}\n"});
  const MacroDecl& a = *loaded.collection.find_macro("a");
  const MacroDecl& b = *loaded.collection.find_macro("b");
  CHECK(a.first == 0);
  CHECK(a.visibility == 3);
  CHECK(b.first == 2);
  CHECK(b.first < a.visibility);
}
