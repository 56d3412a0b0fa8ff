// SPDX-License-Identifier: Apache-2.0
//
// The table of diagnostics: numbers ascend and slugs are unique, so that a number in a bug report or a suppression means one
// thing; texts keep the house style.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include "compiler/diag/diagnostics.h"

TEST_CASE("ids ascend and slugs are unique") {
  std::set<std::string_view> slugs;
  std::set<std::string_view> symbols;
  uint16_t last = 0;
  for (const falcoc::DiagInfo& info : falcoc::kDiagnostics) {
    CAPTURE(info.number());
    CHECK(info.number() > last);
    CHECK(info.number() >= 1000);
    CHECK(info.number() <= 9999);
    CHECK(slugs.insert(info.slug).second);
    CHECK(symbols.insert(info.symbol).second);
    last = info.number();
  }
  CHECK(slugs.size() > 20);
}

TEST_CASE("messages start in lower case without a full stop; explanations are sentences") {
  for (const falcoc::DiagInfo& info : falcoc::kDiagnostics) {
    CAPTURE(std::string(info.slug));
    REQUIRE_FALSE(info.text.empty());
    REQUIRE_FALSE(info.explanation.empty());
    CHECK(info.text.back() != '.');
    CHECK(info.explanation.back() == '.');
    const std::string first_word(info.text.substr(0, info.text.find(' ')));
    const bool acronym = first_word.size() > 1 && std::isupper(static_cast<unsigned char>(first_word[1])) != 0;
    CHECK((acronym || std::isupper(static_cast<unsigned char>(first_word[0])) == 0));
    CHECK(std::none_of(info.slug.begin(), info.slug.end(), [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }));
  }
}

TEST_CASE("a diagnostic is found by number and by slug") {
  for (const falcoc::DiagInfo& info : falcoc::kDiagnostics) {
    CHECK(falcoc::find_diag("FC" + std::to_string(info.number())) == &falcoc::diag_info(info.id));
    CHECK(falcoc::find_diag(info.slug) == &falcoc::diag_info(info.id));
  }
  CHECK(falcoc::find_diag("FC0") == nullptr);
  CHECK(falcoc::find_diag("no-such-slug") == nullptr);
}
