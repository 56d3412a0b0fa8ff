// SPDX-License-Identifier: Apache-2.0
//
// All predicates over one text at once say what each says by itself: made-up predicates and texts out of few letters,
// so that much nearly matches. And the indexes by themselves.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/support/compiled_rules.h"
#include "tests/support/rules_builder.h"
#include "vm/exec/text_matcher.h"

using namespace falcoc;
using namespace falcoc::test;
using enum fvm::CmpOp;
using fvm::FieldId;

namespace {

std::mt19937 random_source(4711);
size_t below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_source); }

/// Few letters, slashes and capitals among them; now and then a byte that no ASCII text has, or nothing.
std::string some_text(size_t most) {
  constexpr std::string_view kLetters = "aabBc/./~";
  std::string text;
  for (size_t i = below(most + 1); i > 0; --i) text += kLetters[below(kLetters.size())];
  if (below(40) == 0) text += "\xc3\xa9";
  return text;
}

std::string some_path(size_t most) {
  std::string path;
  for (size_t i = below(most + 1); i > 0; --i) path += "/" + some_text(3);
  return path;
}

std::string some_operand(fvm::CmpOp op) {
  switch (op) {
    case Glob:
    case IGlob: {
      constexpr const char* kPatterns[] = {"*a*", "ab*", "*/b", "a?b*", "*[ab]c*", "*.*", "*aB*c*", "*", "", "\\a*"};
      return below(2) == 0 ? kPatterns[below(std::size(kPatterns))] : "*" + some_text(4) + "*";
    }
    case Regex: {
      constexpr const char* kPatterns[] = {".*abc.*", ".*[aA]bb.*", "a+b", ".*(aab|bba).*",
                                           ".*",      "[a-c/]+",    "",    ".*\xc3\xa9.*"};
      return kPatterns[below(std::size(kPatterns))];
    }
    case PMatch: {
      constexpr const char* kPaths[] = {"/", "", "/a", "a", "/a/b", "//a//", "/a*/b", "/ab/", "/a/[ab]", "/aa/b?"};
      return below(2) == 0 ? kPaths[below(std::size(kPaths))] : some_path(3);
    }
    default:
      return below(8) == 0 ? std::string() : some_text(4);
  }
}

}  // namespace

TEST_CASE("in one pass as one by one") {
  constexpr fvm::CmpOp kOps[] = {Eq,   Ne,    In,     StartsWith, EndsWith, Contains, IContains,
                                 Glob, IGlob, PMatch, Regex,      Lt,       Exists};
  size_t held = 0, sure_ones = 0, compared = 0;
  for (int round = 0; round < 30; ++round) {
    RulesBuilder b;
    std::vector<ExprId> checks;
    for (size_t i = 0; i < 60; ++i) {
      const fvm::CmpOp op = kOps[below(std::size(kOps))];
      std::vector<ConstId> constants;
      const bool is_list = op == In || op == PMatch;
      const bool any = op != Ne && op != Exists && op != Lt && op != PMatch && op != In && below(6) == 0;
      const size_t count = op == Exists ? 0 : op == In && below(10) == 0 ? 100 : is_list || any ? 1 + below(4) : 1;
      for (size_t k = 0; k < count; ++k) constants.push_back(b.text(some_operand(op)));
      checks.push_back(
          b.check(b.field(FieldId::FdName), op, std::move(constants), any ? Modifier::AnyOf : Modifier::None));
    }
    b.rule("r", b.any(checks));
    const fvm::VerifiedImage image = compiled(b.rules());
    const fvm::PredicateTable predicates(image.view());
    const uint32_t term = predicates[0].lhs;
    fvm::TextMatcher matcher(predicates, term);
    for (int i = 0; i < 400; ++i) {
      const std::string text = below(2) == 0 ? some_text(12) : some_path(4);
      const fvm::Value value = fvm::Value::text(text);
      const fvm::ValueList lhs{&value, 1, true};
      std::map<uint32_t, bool> said;
      matcher.match(text, [&](uint32_t predicate, bool sure) { CHECK(said.emplace(predicate, sure).second); });
      const auto numbered = matcher.match_numbered(static_cast<uint64_t>(i) + 1, lhs, predicates);
      const std::vector<uint32_t> found(numbered.begin(), numbered.end());
      std::vector<uint32_t> expected;
      for (uint32_t p = 0; p < predicates.size(); ++p) {
        if (predicates[p].lhs != term) continue;
        const bool holds = fvm::holds(predicates[p], lhs);
        if (holds) expected.push_back(p);
        const auto it = said.find(p);
        INFO("predicate ", static_cast<int>(predicates[p].op), " text ", text);
        if (holds) CHECK(it != said.end());
        if (it != said.end() && it->second) CHECK(holds);
        held += holds ? 1 : 0;
        sure_ones += it != said.end() && it->second ? 1 : 0;
        ++compared;
      }
      CHECK(found == expected);
      const auto again = matcher.match_numbered(static_cast<uint64_t>(i) + 1, lhs, predicates);
      CHECK(std::vector<uint32_t>(again.begin(), again.end()) == expected);
    }
  }
  CHECK(compared > 500'000);
  CHECK(held > compared / 20);
  CHECK(sure_ones > held / 10);  // what is unequal or less is always tested by itself
}

TEST_CASE("most of what can't hold is not even a candidate") {
  RulesBuilder b;
  std::vector<ExprId> checks;
  for (int i = 0; i < 1000; ++i) {
    const std::string word = "word" + std::to_string(i) + "x";
    constexpr fvm::CmpOp kOps[] = {Eq, StartsWith, EndsWith, Contains, IContains};
    checks.push_back(b.check(FieldId::FdName, kOps[i % 5], {word.c_str()}));
    checks.push_back(b.check(FieldId::FdName, Glob, {("*/" + word + "/*").c_str()}));
  }
  for (int i = 0; i < 100; ++i)
    checks.push_back(b.check(FieldId::FdName, Regex, {(".*(one|two)thing" + std::to_string(i) + "z.*").c_str()}));
  b.rule("r", b.any(checks));
  const fvm::VerifiedImage image = compiled(b.rules());
  const fvm::PredicateTable predicates(image.view());
  fvm::TextMatcher matcher(predicates, predicates[0].lhs);
  const auto named = [&](std::string_view text) {
    size_t count = 0;
    matcher.match(text, [&](uint32_t, bool) { ++count; });
    return count;
  };
  CHECK(named("/usr/lib/x86_64-linux-gnu/libcrypto.so.3") == 0);
  CHECK(named("/srv/WORD4X/data") == 2);      // icontains, and a glob that may
  CHECK(named("/srv/word9x/data") == 2);      // and the glob
  CHECK(named("/srv/onething7z/data") == 1);  // the pattern
}

TEST_CASE("the trie: beginnings and endings") {
  const std::vector<fvm::TextTrie::Entry> entries{{"", 0},       {"a", 1},  {"ab", 2}, {"abcdef", 3},
                                                  {"abcdxy", 4}, {"ab", 5}, {"b", 6}};
  const auto walk = [&](fvm::TextTrie::Of of, std::string_view text) {
    const fvm::TextTrie trie(of, entries);
    std::set<std::pair<uint32_t, size_t>> found;
    trie.walk(text, [&](uint32_t number, size_t bytes) { found.emplace(number, bytes); });
    return found;
  };
  using Found = std::set<std::pair<uint32_t, size_t>>;
  CHECK(walk(fvm::TextTrie::Of::Beginnings, "abcdefg") == Found{{0, 0}, {1, 1}, {2, 2}, {5, 2}, {3, 6}});
  CHECK(walk(fvm::TextTrie::Of::Beginnings, "abcd") == Found{{0, 0}, {1, 1}, {2, 2}, {5, 2}});
  CHECK(walk(fvm::TextTrie::Of::Beginnings, "") == Found{{0, 0}});
  CHECK(walk(fvm::TextTrie::Of::Endings, "xxabcdxy") == Found{{0, 0}, {4, 6}});
  CHECK(walk(fvm::TextTrie::Of::Endings, "ab") == Found{{0, 0}, {6, 1}, {2, 2}, {5, 2}});
  fvm::TextTrie(fvm::TextTrie::Of::Endings).walk("ab", [](uint32_t, size_t) { FAIL("nothing was put in"); });
}

TEST_CASE("grams: every place of every entry") {
  std::vector<std::string> texts;
  for (int i = 0; i < 300; ++i) {
    std::string text;
    for (size_t n = 2 + below(7); n > 0; --n) text += "abc"[below(3)];
    texts.push_back(text);
  }
  std::vector<fvm::GramIndex::Entry> entries;
  for (uint32_t i = 0; i < texts.size(); ++i) entries.push_back({texts[i], i});
  const fvm::GramIndex index(entries);
  size_t places = 0;
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (size_t n = below(40); n > 0; --n) text += "abc"[below(3)];
    std::multiset<std::pair<uint32_t, size_t>> found, expected;
    index.find(text, [&](uint32_t number, size_t place) { found.emplace(number, place); });
    for (uint32_t i = 0; i < texts.size(); ++i)
      for (size_t at = text.find(texts[i]); at != std::string::npos; at = text.find(texts[i], at + 1))
        expected.emplace(i, at);
    CHECK(found == expected);
    places += expected.size();
  }
  CHECK(places > 10'000);
  fvm::GramIndex().find("abc", [](uint32_t, size_t) { FAIL("nothing was put in"); });
}
