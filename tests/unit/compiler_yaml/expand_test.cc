// SPDX-License-Identifier: Apache-2.0
//
// Lists in conditions, lists in lists, exceptions: rules language reference 1.9 and 2.6.
#include <doctest/doctest.h>

#include "tests/unit/compiler_yaml/loading.h"

using namespace falcoc;
using falcoc::test::Loaded;
using falcoc::test::rule;

namespace {

std::string expand(std::string_view lists, std::string_view condition) {
  Loaded loaded({std::string(lists) + rule("'" + std::string(condition) + "'")});
  REQUIRE(loaded.slugs() == "");
  return loaded.expanded("r");
}

std::string with_exceptions(std::string_view exceptions) {
  Loaded loaded({rule("a", "  exceptions:\n" + std::string(exceptions))});
  if (!loaded.ok) return loaded.slugs();
  const std::string text = loaded.expanded("r");
  return loaded.slugs().empty() ? text : loaded.slugs();
}

}  // namespace

TEST_CASE("list names become their items") {
  constexpr std::string_view kList = "- list: l\n  items: [a, b]\n";
  CHECK(expand(kList, "x in (l)") == "x in ( a, b )");
  CHECK(expand(kList, "x in (c, l, d)") == "x in (c, a, b , d)");
  CHECK(expand(kList, "x in (  l  )") == "x in ( a, b )");
  CHECK(expand(kList, "l") == "a, b ");
  CHECK(expand(kList, "x=l") == "x= a, b ");
  CHECK(expand(kList, "x = \"l\"") == "x = \"l\"");
  CHECK(expand(kList, "x = \"y l z\"") == "x = \"y a, b z\"");
  CHECK(expand(kList, "x in (ll, l-, -l)") == "x in (ll, l-, -l)");
  CHECK(expand("- list: l\n  items: [a b, '\"c d\"', \"'e f'\", 'g,h']\n", "x in (l)") == "x in ( \"a b\", \"c d\", 'e f', g,h )");
}

TEST_CASE("empty lists and empty items") {
  constexpr std::string_view kEmpty = "- list: l\n  items: []\n";
  CHECK(expand(kEmpty, "x in (l)") == "x in (  )");
  CHECK(expand(kEmpty, "x in (l, a)") == "x in (   a)");
  CHECK(expand(kEmpty, "x in (a, l)") == "x in (a  )");
  CHECK(expand(kEmpty, "x in (a, l, b)") == "x in (a  , b)");
  CHECK(expand("- list: l\n  items: ['', a]\n", "x in (l)") == "x in ( a )");
  CHECK(expand("- list: l\n  items: [a, '']\n", "x in (l)") == "x in ( a,  )");
}

TEST_CASE("lists in lists expand in any order and depth") {
  CHECK(expand("- {list: l, items: [a, b]}\n- {list: l2, items: [l, c]}\n- {list: l3, items: [l2, d]}\n", "x in (l3)") ==
        "x in ( a, b, c, d )");
  CHECK(expand("- {list: l3, items: [x, l2]}\n- {list: l2, items: [l, c]}\n- {list: l, items: [a, b]}\n", "y in (l3)") ==
        "y in ( x, a, b, c )");
  CHECK(expand("- {list: l, items: [l, c]}\n", "x in (l)") == "x in ( l, c )");
  // A name inside an item is text that later lists see.
  CHECK(expand("- {list: l, items: ['\"x m y\"']}\n- {list: m, items: [z]}\n", "x in (l)") == "x in ( \"x z y\" )");
  CHECK(expand("- {list: m, items: [z]}\n- {list: l, items: ['\"x m y\"']}\n", "x in (l)") == "x in ( \"x m y\" )");
}

TEST_CASE("a circle of lists is an error that names it") {
  const Loaded loaded({"- {list: a, items: [b]}\n- {list: b, items: [x, c]}\n- {list: c, items: [a]}\n"});
  REQUIRE(loaded.slugs() == "list-cycle");
  CHECK(loaded.first().message == "list `a` contains itself: `a` holds `b` holds `c` holds `a`");
  CHECK(loaded.marked() == "a");
}

TEST_CASE("lists that multiply stop at the limit") {
  std::string text = "- {list: l0, items: [a, b]}\n";
  for (int i = 1; i < 40; ++i) {
    const std::string inner = "l" + std::to_string(i - 1);
    text += "- {list: l" + std::to_string(i) + ", items: [" + inner + ", " + inner + "]}\n";
  }
  CHECK(Loaded({text}).slugs() == "list-too-long");
  std::string long_chain = "- {list: l0, items: [a]}\n";
  for (int i = 1; i < 1000; ++i) long_chain += "- {list: l" + std::to_string(i) + ", items: [l" + std::to_string(i - 1) + "]}\n";
  CHECK(Loaded({long_chain}).slugs() == "");
  Loaded huge({"- {list: l, items: [" + std::string(100000, 'x') + "]}\n" +
               rule("'x in (l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, "
                    "l, l, l, l)'")});
  CHECK(huge.expanded("r") == "error");
  CHECK(huge.slugs() == "condition-too-long");
}

TEST_CASE("which lists are used") {
  Loaded loaded({"- {list: in, items: [a]}\n- {list: out, items: [in, fwd]}\n- {list: fwd, items: [b]}\n- {list: no, items: [c]}\n" +
                 rule("'x in (out)'")});
  ListUse use(loaded.collection);
  REQUIRE(expand_condition(loaded.collection, loaded.collection.rules[0], use, loaded.diags));
  CHECK(use.used == std::vector<bool>{true, true, true, false});
  CHECK(loaded.collection.lists[0].used_by_list);
  CHECK_FALSE(loaded.collection.lists[2].used_by_list);
}

TEST_CASE("expanded text leads back to the list and to the condition") {
  Loaded loaded({"- list: l\n  items: [bash, zsh]\n" + rule("'x in (l)'")});
  ListUse use(loaded.collection);
  const auto text = expand_condition(loaded.collection, loaded.collection.rules[0], use, loaded.diags);
  REQUIRE(text);
  const size_t zsh = text->text().find("zsh");
  CHECK(loaded.sources.locate(text->map(zsh, zsh + 3)).line == 2);
  CHECK(loaded.sources.text(text->map(zsh, zsh + 3)) == "zsh");
  CHECK(loaded.sources.text(text->map(0, text->size())) == "x in (l)");
}

TEST_CASE("exceptions become condition text") {
  CHECK(with_exceptions("  - {name: e, fields: f.g, values: [x, y z]}\n") == "(a) and not (f.g in (x, \"y z\"))");
  CHECK(with_exceptions("  - {name: e, fields: f.g, comps: startswith anyof, values: [x]}\n") == "(a) and not (f.g startswith anyof (x))");
  CHECK(with_exceptions("  - {name: e, fields: [f.g, h.i], values: [[x, y], [v w, u]]}\n") ==
        "(a) and not (( f.g = x and  h.i = y) or ( f.g = \"v w\" and  h.i = u))");
  CHECK(with_exceptions("  - {name: e, fields: [f.g, h.i], comps: [in, ' endswith '], values: [[[x, p q], y]]}\n") ==
        "(a) and not (( f.g in (x, \"p q\") and  h.i endswith y))");
  CHECK(with_exceptions("  - {name: e, fields: [f.g], comps: [in], values: [[x], ['(y, z)']]}\n") ==
        "(a) and not (( f.g in (x)) or ( f.g in (y, z)))");
  CHECK(with_exceptions("  - {name: e, fields: f.g}\n") == "(a)");
  CHECK(with_exceptions("  - {name: e, fields: f.g, values: [x]}\n  - {name: d, fields: h.i, values: [y]}\n") ==
        "(a) and not (f.g in (x)) and not (h.i in (y))");
}

TEST_CASE("exceptions that are wrong") {
  CHECK(with_exceptions("  - {name: e, fields: f.g, comps: =, values: [x]}\n") == "exception-bad-comp");
  CHECK(with_exceptions("  - {name: e, fields: f.g, comps: [in], values: [x]}\n") == "exception-comps-shape");
  CHECK(with_exceptions("  - {name: e, fields: [f.g, h.i], comps: in}\n") == "exception-comps-shape");
  CHECK(with_exceptions("  - {name: e, fields: [f.g, h.i], comps: [in]}\n") == "exception-comps-shape");
  CHECK(with_exceptions("  - {name: e, fields: [f.g], comps: [like]}\n") == "exception-bad-comp");
  CHECK(with_exceptions("  - {name: e, fields: f.g, values: [[x]]}\n") == "exception-values-shape");
  CHECK(with_exceptions("  - {name: e, fields: [f.g], values: [x]}\n") == "exception-values-shape");
  CHECK(with_exceptions("  - {name: e, fields: [f.g], values: [[x, y]]}\n") == "exception-values-shape");
  CHECK(with_exceptions("  - {name: e, fields: f.g, values: x}\n") == "not-sequence");
  CHECK(with_exceptions("  - {name: e, fields: f.g, values: }\n") == "not-sequence");
  CHECK(with_exceptions("  - {name: e, fields: f.g, values: ['']}\n") == "empty-value");
  CHECK(with_exceptions("  - {name: e, fields: []}\n") == "exception-no-fields");
  CHECK(with_exceptions("  - {name: e}\n") == "missing-key");
  CHECK(with_exceptions("  - {fields: f.g}\n") == "missing-key");
  CHECK(with_exceptions("  - e\n") == "exception-not-mapping");
  CHECK(with_exceptions("  - {name: e, fields: f.g}\n  - {name: e, fields: f.g}\n") == "exception-name-not-unique");
  LoadOptions options;
  options.known_field = [](std::string_view field) { return field == "f.g"; };
  CHECK(Loaded({rule("a", "  exceptions: [{name: e, fields: f.h}]\n")}, options).slugs() == "exception-unknown-field");
  CHECK(Loaded({rule("a", "  exceptions: [{name: e, fields: f.g}]\n")}, options).slugs() == "");
  CHECK(Loaded({rule("a", "  source: other\n  exceptions: [{name: e, fields: f.h}]\n")}, options).slugs() == "unknown-source");
}

TEST_CASE("appending to and replacing exceptions") {
  const std::string base = rule("a", "  exceptions: [{name: e, fields: [f.g], values: [[x]]}]\n");
  const auto append = [&](std::string_view exceptions, std::string_view op) {
    Loaded loaded({base + "- rule: r\n  exceptions: [" + std::string(exceptions) + "]\n  override: {exceptions: " + std::string(op) + "}\n"});
    return loaded.slugs().empty() ? loaded.expanded("r") : loaded.slugs();
  };
  CHECK(append("{name: e, values: [[y]]}", "append") == "(a) and not (( f.g = x) or ( f.g = y))");
  CHECK(append("{name: e, values: []}", "append") == "(a) and not (( f.g = x))");
  CHECK(append("{name: e}", "append") == "append-no-values");
  CHECK(append("{name: e, comps: [in], values: [[y]]}", "append") == "exception-append-shape");
  CHECK(append("{name: n, fields: h.i, values: [y]}", "append") == "(a) and not (( f.g = x)) and not (h.i in (y))");
  CHECK(append("{name: n, values: [y]}", "append") == "exception-no-fields");
  CHECK(append("{name: n, fields: h.i}", "append") == "append-no-values exception-no-values");
  CHECK(append("{name: n, fields: h.i, values: [y]}", "replace") == "(a) and not (h.i in (y))");
  CHECK(append("{name: n, values: [y]}", "replace") == "missing-key");
}
