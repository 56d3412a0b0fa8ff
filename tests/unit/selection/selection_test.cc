// SPDX-License-Identifier: Apache-2.0
#include "compiler/driver/selection.h"

#include <doctest/doctest.h>

using namespace falcoc;

namespace {

CheckedRule rule(std::string name, Priority priority, std::vector<std::string> tags, bool enabled = true) {
  CheckedRule r;
  r.name = std::move(name);
  r.priority = priority;
  r.tags = std::move(tags);
  r.enabled = enabled;
  return r;
}

CheckedRules sample() {
  CheckedRules rules;
  rules.rules.push_back(rule("Terminal shell", Priority::Notice, {"shell", "container"}));
  rules.rules.push_back(rule("Write below etc", Priority::Error, {"filesystem", "cis"}));
  rules.rules.push_back(rule("Package manager run", Priority::Informational, {"sofware_mgmt"}, false));
  rules.rules.push_back(rule("Database shell", Priority::Warning, {"database", "shell"}));
  return rules;
}

std::string enabled(const CheckedRules& rules) {
  std::string out;
  for (const CheckedRule& r : rules.rules) {
    if (r.enabled) out += (out.empty() ? "" : ",") + r.name;
  }
  return out;
}

}  // namespace

TEST_CASE("without options the rules' own flag decides") {
  CheckedRules rules = sample();
  Diagnostics diags;
  CHECK(select(rules, {}, diags).line() == "selected 3 of 4 rules (enabled: false: 1 disabled)");
  CHECK(diags.empty());
}

TEST_CASE("-T disables by tag and -D by text in the name") {
  CheckedRules rules = sample();
  Diagnostics diags;
  SelectionOptions options;
  options.without_tags = {"cis"};
  options.without_names = {"shell"};
  CHECK(select(rules, options, diags).selected == 0);
  CHECK(diags.error_count() == 1);
  CHECK(diags.all().front().id == DiagId::NothingSelected);

  rules = sample();
  Diagnostics fine;
  options.without_names = {"Terminal*"};
  CHECK(select(rules, options, fine).line() ==
        "selected 1 of 4 rules (enabled: false: 1 disabled; -T cis: 1 disabled; -D Terminal*: 1 disabled)");
  CHECK(enabled(rules) == "Database shell");
}

TEST_CASE("-t keeps only the tag, brings back disabled rules, and knows both spellings of the 2017 tag") {
  CheckedRules rules = sample();
  Diagnostics diags;
  SelectionOptions options;
  options.only_tags = {"software_mgmt", "database"};
  CHECK(select(rules, options, diags).selected == 2);
  CHECK(enabled(rules) == "Package manager run,Database shell");
}

TEST_CASE("rules below the priority are gone for good") {
  CheckedRules rules = sample();
  Diagnostics diags;
  SelectionOptions options;
  options.min_priority = Priority::Warning;
  options.entries = {{true, "*", std::nullopt}};
  select(rules, options, diags);
  CHECK(enabled(rules) == "Write below etc,Database shell");
}

TEST_CASE("entries apply in order and revived rules move to the end") {
  CheckedRules rules = sample();
  Diagnostics diags;
  SelectionOptions options;
  options.entries = {{false, "*", std::nullopt}, {true, std::nullopt, "cis"}, {true, "Terminal shell", std::nullopt}};
  CHECK(select(rules, options, diags).selected == 2);
  CHECK(enabled(rules) == "Write below etc,Terminal shell");
  CHECK(rules.rules.back().name == "Terminal shell");
}

TEST_CASE("a criterion that matches nothing is said") {
  CheckedRules rules = sample();
  Diagnostics diags;
  SelectionOptions options;
  options.without_tags = {"no-such-tag"};
  select(rules, options, diags);
  REQUIRE(diags.warning_count() == 1);
  CHECK(diags.all().front().id == DiagId::UnmatchedSelection);
}

TEST_CASE("wildcards backtrack") {
  CHECK(matches_pattern("*ab", "abab"));
  CHECK(matches_pattern("a*b*c", "aXbYbZc"));
  CHECK_FALSE(matches_pattern("a*b", "abc"));
  CHECK(matches_pattern("**", ""));
  CHECK_FALSE(matches_pattern("", "x"));
}
