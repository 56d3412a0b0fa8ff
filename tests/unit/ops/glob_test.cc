// SPDX-License-Identifier: Apache-2.0
//
// Globs: values of the language description, and random patterns against the C library's fnmatch in the C locale.
#include "vm/ops/glob.h"

#include <doctest/doctest.h>
#include <fnmatch.h>

#include <chrono>
#include <random>
#include <string>

using fvm::ops::Case;
using fvm::ops::glob_match;

TEST_CASE("glob matches whole values") {
  CHECK(glob_match("c*", "cat"));
  CHECK(glob_match("/etc/*", "/etc/shadow"));
  CHECK(glob_match("/etc/[^a]hadow", "/etc/shadow"));
  CHECK(glob_match("/e?c/shadow", "/etc/shadow"));
  CHECK(glob_match("\\/etc/*", "/etc/shadow"));
  CHECK(glob_match("*", "/a/.b"));
  CHECK(glob_match("", ""));
  CHECK_FALSE(glob_match("", "cat"));
  CHECK_FALSE(glob_match("shadow", "/etc/shadow"));
  CHECK_FALSE(glob_match("/etc/{shadow,x}", "/etc/shadow"));
  CHECK_FALSE(glob_match("C*", "cat"));
}

TEST_CASE("glob brackets") {
  CHECK(glob_match("[a-c]x", "bx"));
  CHECK_FALSE(glob_match("[a-c]x", "dx"));
  CHECK(glob_match("[!a-c]x", "dx"));
  CHECK(glob_match("[]]", "]"));
  CHECK(glob_match("[a-]", "-"));
  CHECK(glob_match("[[:digit:]]", "7"));
  CHECK_FALSE(glob_match("[[:digit:]]", "x"));
  CHECK_FALSE(glob_match("[[:nosuch:]]", "x"));
  CHECK(glob_match("[ab", "[ab"));
  CHECK(glob_match("[\\]]", "]"));
}

TEST_CASE("iglob folds ASCII case") {
  CHECK(glob_match("/ETC/*", "/etc/shadow", Case::Ignore));
  CHECK(glob_match("*.TXT", "a.txt", Case::Ignore));
  CHECK(glob_match("[A-C]", "b", Case::Ignore));
  CHECK_FALSE(glob_match("[A-C]", "d", Case::Ignore));
}

TEST_CASE("glob agrees with fnmatch") {
  std::mt19937 random(20240229);
  const std::string_view pattern_parts[] = {"*", "?", "[", "]", "!", "^", "-", "\\", "a", "b", "A", "Z", "/", ".",
                                            "[:alpha:]", "[:upper:]", "[:lower:]", "[=a=]", "[.-.]", "[.a.]", "[.Z.]", "[:x:]", "[a-c]", "[!a]", "[]a]"};
  const std::string_view text_parts[] = {"a", "b", "A", "Z", "/", ".", "[", "]", "-", "\\", "!", "c", "\x80"};
  size_t matches = 0;
  for (int round = 0; round < 400000; ++round) {
    std::string pattern;
    std::string text;
    for (auto n = random() % 7; n > 0; --n) pattern += pattern_parts[random() % std::size(pattern_parts)];
    for (auto n = random() % 5; n > 0; --n) text += text_parts[random() % std::size(text_parts)];
    const bool fold = random() % 2 == 0;
    const bool wanted = fnmatch(pattern.c_str(), text.c_str(), fold ? FNM_CASEFOLD : 0) == 0;
    matches += wanted;
    INFO("pattern " << pattern << " text " << text << " fold " << fold);
    REQUIRE(glob_match(pattern, text, fold ? Case::Ignore : Case::Exact) == wanted);
  }
  CHECK(matches > 10000);
}

TEST_CASE("glob takes no exponential time") {
  std::string pattern;
  for (int i = 0; i < 64; ++i) pattern += "a*";
  pattern += "b";
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(glob_match(pattern, std::string(20000, 'a')));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}
