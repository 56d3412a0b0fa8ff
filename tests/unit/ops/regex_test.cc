// SPDX-License-Identifier: Apache-2.0
//
// regex: values of section 3.5.
#include "vm/ops/regex.h"

#include <doctest/doctest.h>

using fvm::ops::Regex;

TEST_CASE("the whole value must match") {
  CHECK(Regex(".*shadow").matches("/etc/shadow"));
  CHECK(Regex("^/etc/shadow$").matches("/etc/shadow"));
  CHECK(Regex("/etc/(shadow|passwd)").matches("/etc/shadow"));
  CHECK(Regex("/etc/sh.*?").matches("/etc/shadow"));
  CHECK(Regex("/etc/\\x73hadow").matches("/etc/shadow"));
  CHECK(Regex("[[:lower:]]{3}").matches("cat"));
  CHECK(Regex("").matches(""));
  CHECK_FALSE(Regex("").matches("x"));
  CHECK_FALSE(Regex("shadow").matches("/etc/shadow"));
  CHECK_FALSE(Regex("cat|dog").matches("cat -n"));
  CHECK_FALSE(Regex("a.b").matches("a\nb"));
}

TEST_CASE("what POSIX-egrep mode lacks does not compile") {
  for (const char* pattern : {"/etc/\\w+", "(?i)x", "\\d", "\\pL+", "\\Acat\\z", "\\Qcat\\E", "(?:a)", "a{1001}", "(", "\\b"}) {
    const Regex regex(pattern);
    CHECK_MESSAGE(!regex.valid(), pattern);
    CHECK_FALSE(regex.error().empty());
    CHECK_FALSE(regex.matches(""));
  }
}

TEST_CASE("invalid UTF-8 counts as U+FFFD") {
  CHECK(Regex("a.b").matches("a\xff" "b"));
  CHECK(Regex("a\xef\xbf\xbd" "b").matches("a\x80" "b"));
  CHECK(Regex("a..b").matches("a\xc3\x28" "b"));
  CHECK(Regex("\xc3\xa4.").matches("\xc3\xa4\xed\xa0\x80") == false);
  CHECK(Regex("\xc3\xa4...").matches("\xc3\xa4\xed\xa0\x80"));
  CHECK(Regex("...").matches("\xf4\x8f\xbf\xbf\xe2\x82\xac\xc2\xa2"));
}

TEST_CASE("a pattern that needs too much memory is refused") {
  CHECK_FALSE(Regex("((a{100}){100}){100}").valid());
}
