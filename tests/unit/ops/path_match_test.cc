// SPDX-License-Identifier: Apache-2.0
//
// pmatch: values of section 3.7, and the trie against the definition.
#include "vm/ops/path_match.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using fvm::ops::path_match;
using fvm::ops::PathSet;

TEST_CASE("path_match compares components") {
  const std::string_view path = "/etc/shadow";
  for (const std::string_view operand : {"/etc", "etc", "/etc/shadow", "//etc//shadow", "/", "", "/*/shadow", "/*", "/*/*", "/e[st]c", "etc/"})
    CHECK_MESSAGE(path_match(path, operand), operand);
  for (const std::string_view operand : {"/et", "/*/*/*", "/ETC", "/etc/../x", "/etc/shadow/x"})
    CHECK_MESSAGE(!path_match(path, operand), operand);
}

TEST_CASE("PathSet tries every wildcard of a level") {
  const std::string_view operands[] = {"/e*/x", "/et*/shadow"};
  CHECK(PathSet(operands).matches("/etc/shadow"));
  CHECK(PathSet(operands).matches("/etc/x/y"));
  CHECK_FALSE(PathSet(operands).matches("/etc/y"));
  CHECK_FALSE(PathSet().matches("/etc"));
}

TEST_CASE("PathSet equals path_match of some operand") {
  std::mt19937 random(7);
  const std::string_view parts[] = {"/", "a", "b", "*", "?", "[ab]", "//", "a*"};
  size_t hits = 0;
  for (int round = 0; round < 20000; ++round) {
    std::vector<std::string> texts(random() % 4);
    for (std::string& text : texts)
      for (auto n = random() % 6; n > 0; --n) text += parts[random() % std::size(parts)];
    if (random() % 8 == 0 && !texts.empty()) texts[0] += std::string(300, '/') + "b";
    std::string path;
    for (auto n = random() % 6; n > 0; --n) path += parts[random() % 3];
    const std::vector<std::string_view> operands(texts.begin(), texts.end());
    const bool wanted = std::ranges::any_of(operands, [&](std::string_view o) { return path_match(path, o); });
    hits += wanted;
    REQUIRE(PathSet(operands).matches(path) == wanted);
  }
  CHECK(hits > 2000);
  CHECK(hits < 18000);
}
