// SPDX-License-Identifier: Apache-2.0
//
// What is read of a profile: what falco-vm writes comes through, anything else is refused with a reason.
#include "compiler/cost/measured.h"

#include <doctest/doctest.h>

#include "tools/profile/profile_json.h"

using namespace falcoc;

namespace {

fvm::Profile sample() {
  fvm::Profile p;
  p.events = 1000;
  fvm::Profile::Rule rule;
  rule.name = "Shell \"x\" ä";
  rule.evaluations = 30;
  rule.matches = 2;
  rule.ns = 1500;
  rule.events = {{"openat", 20, 2, 1000}, {"close", 10, 0, 500}};
  fvm::Profile::Rule idle;
  idle.name = "Idle";
  p.rules = {rule, idle};
  return p;
}

std::string why_not(std::string_view text) {
  const auto run = read_profile(text);
  REQUIRE_FALSE(run);
  return run.error();
}

}  // namespace

TEST_CASE("what the profiler writes is read back") {
  const auto run = read_profile(profile_report::to_json(sample(), {}).dump());
  REQUIRE(run);
  CHECK(run->events == 1000);
  REQUIRE(run->rules.size() == 2);
  const MeasuredRule& rule = run->rules.at("Shell \"x\" ä");
  CHECK(rule.evaluations == 30);
  CHECK(rule.matches == 2);
  CHECK(rule.ns == 1500);
  CHECK(rule.evaluations_on.at("openat") == 20);
  CHECK(rule.evaluations_on.at("close") == 10);
}

TEST_CASE("what is no profile is refused with a reason") {
  CHECK(why_not("") == "it is not JSON");
  CHECK(why_not("{") == "it is not JSON");
  CHECK(why_not(std::string(100'000, '[')) == "it is not JSON");
  CHECK(why_not("[]") == "falco-vm did not write it");
  CHECK(why_not("{}") == "falco-vm did not write it");
  CHECK(why_not(R"({"format": 7})") == "falco-vm did not write it");
  CHECK(why_not(R"({"format": "falco-vm profile", "version": 99})") == "another version of falco-vm wrote it");
  const auto with = [](const char* rest) {
    return why_not(std::string(R"({"format": "falco-vm profile", "version": 1, )") + rest + "}");
  };
  CHECK(with(R"("events": 1)") == "`rules` is missing");
  CHECK(with(R"("events": -1, "rules": [])") == "`events` is no count");
  CHECK(with(R"("events": 1e99, "rules": [])") == "`events` is no count");
  CHECK(with(R"("events": 1, "rules": {})") == "`rules` is no list");
  CHECK(with(R"("events": 1, "rules": [7])") == "`name` is missing");
  CHECK(with(R"("events": 1, "rules": [{"name": 7}])") == "`name` is no text");
  CHECK(with(R"("events": 1, "rules": [{"name": "r", "evaluations": 1, "matches": 0, "evaluation_ns": "x"}])") ==
        "`evaluation_ns` is no number");
}

TEST_CASE("weights: each event type at its own worst case, unknown ones at the rule's") {
  const RuleCost cost{0, {{{"openat", "open"}, 300, 4, {}}, {{"close"}, 50, 2, {}}}};
  MeasuredRule measured;
  CHECK(weighted_cost(cost, measured) == 0);
  measured.evaluations = 10;
  CHECK(weighted_cost(cost, measured) == 3000);
  measured.evaluations_on = {{"openat", 4}, {"close", 5}, {"later", 1}};
  CHECK(weighted_cost(cost, measured) == 4 * 300 + 5 * 50 + 1 * 300);
  CHECK(weighted_cost(RuleCost{}, measured) == 0);
}
