// SPDX-License-Identifier: Apache-2.0
//
// Static costs against sums made by hand from the same prices.
#include "compiler/cost/rule_cost.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "compiler/cost/costs.h"
#include "tests/support/rules_builder.h"

using namespace falcoc;
using namespace falcoc::test;
using enum fvm::CmpOp;
using fvm::FieldId;

namespace {

constexpr Cost op(fvm::CmpOp o) { return kOpCosts[static_cast<size_t>(o)]; }
constexpr Cost field(FieldId f) { return kFieldCosts[static_cast<size_t>(f)]; }

/// The worst case of a rule with this condition.
Cost cost_of(RulesBuilder& b, ExprId condition) {
  b.rules().rules.clear();
  b.rule("r", condition);
  const auto costs = rule_costs(b.rules());
  REQUIRE(costs.size() == 1);
  return costs[0].worst();
}

}  // namespace

TEST_CASE("one check: a step, the field, the operator") {
  RulesBuilder b;
  CHECK(cost_of(b, b.check(FieldId::ProcName, Eq, {"cat"})) == kStepCost + field(FieldId::ProcName) + op(Eq));
  CHECK(cost_of(b, b.check(FieldId::ProcEnv, Contains, {"x"})) == kStepCost + field(FieldId::ProcEnv) + op(Contains));
  CHECK(cost_of(b, b.negated(b.check(FieldId::ProcName, Regex, {"x"}))) ==
        kStepCost + field(FieldId::ProcName) + op(Regex));
}

TEST_CASE("numbers and networks have prices of their own") {
  RulesBuilder b;
  CHECK(cost_of(b, b.check(b.field(FieldId::ProcPid), Gt, {b.number(5)})) ==
        kStepCost + field(FieldId::ProcPid) + kNumberCost);
  const auto nets =
      b.check(b.field(FieldId::FdNet), In, {b.net("10.0.0.0/8"), b.net("192.168.0.0/16"), b.net("fe80::/10")});
  const Cost ends = kAssumedValues[static_cast<size_t>(fvm::field_info(FieldId::FdNet).quant)];
  CHECK(cost_of(b, nets) == kStepCost + field(FieldId::FdNet) + 3 * kNetworkCost * ends);
}

TEST_CASE("a list is one look-up, a modifier one comparison per constant") {
  RulesBuilder b;
  CHECK(cost_of(b, b.check(FieldId::ProcName, In, {"a", "b", "c"})) == kStepCost + field(FieldId::ProcName) + op(In));
  CHECK(cost_of(b, b.check(FieldId::ProcName, StartsWith, {"a", "b", "c"}, Modifier::AnyOf)) ==
        kStepCost + field(FieldId::ProcName) + 3 * op(StartsWith));
}

TEST_CASE("fields of several values cost one comparison each; one of them, chosen by number, costs one") {
  RulesBuilder b;
  const Cost ancestors = kAssumedValues[static_cast<size_t>(fvm::Quant::Ancestor)];
  CHECK(cost_of(b, b.check(FieldId::ProcAname, Eq, {"x"})) ==
        kStepCost + field(FieldId::ProcAname) + ancestors * op(Eq));
  CHECK(cost_of(b, b.check(b.field(FieldId::ProcAname, fvm::FieldArg::Index, 2), Eq, {b.text("x")})) ==
        kStepCost + field(FieldId::ProcAname) + op(Eq));
}

TEST_CASE("a field, a transformer and a predicate that occur again are paid once") {
  RulesBuilder b;
  const auto name = b.field(FieldId::ProcName);
  const auto lower = b.call(fvm::Transformer::ToLower, {name});
  const auto condition = b.all({b.check(lower, Eq, {b.text("a")}), b.check(lower, Contains, {b.text("b")}),
                                b.check(name, StartsWith, {b.text("c")})});
  CHECK(cost_of(b, condition) == 3 * kStepCost + field(FieldId::ProcName) +
                                     kTransformerCosts[static_cast<size_t>(fvm::Transformer::ToLower)] + op(Eq) +
                                     op(Contains) + op(StartsWith));
}

TEST_CASE("alternatives: all that can be asked of one event, and no more") {
  RulesBuilder b;
  const auto cheap = b.check(FieldId::ProcName, Eq, {"a"});
  const auto dear = b.check(FieldId::ProcCmdline, Regex, {"b"});
  const auto other = b.check(FieldId::ProcCwd, Eq, {"c"});
  b.rule("r", b.any({b.all({cheap, dear}), other}));
  const auto costs = rule_costs(b.rules());
  const Cost all = 3 * kStepCost + field(FieldId::ProcName) + field(FieldId::ProcCmdline) + field(FieldId::ProcCwd) + op(Eq) +
                   op(Regex) + op(Eq);
  CHECK(costs[0].worst() == all);
  CHECK(costs[0].events[0].tests == 3);
  CHECK(costs[0].events[0].dearest.cost == field(FieldId::ProcCmdline) + op(Regex));
  CHECK(costs[0].events[0].dearest.text.starts_with("proc.cmdline regex"));
  CHECK(costs[0].events[0].dearest.range.known());
  // `(not a or regex) and ...`: whichever outcome `a` has, one of two dear checks is skipped.
  const auto glob = b.check(FieldId::ProcExe, Glob, {"*d"});
  const auto condition = b.any({b.all({cheap, dear}), b.all({b.negated(cheap), glob})});
  const Cost content = 4 * kStepCost + field(FieldId::ProcName) + field(FieldId::ProcCmdline) + field(FieldId::ProcExe) + op(Eq) +
                       op(Regex) + op(Glob);
  CHECK(cost_of(b, condition) <= content);
}

TEST_CASE("events that the condition excludes cost nothing; asynchronous ones are left out") {
  RulesBuilder b;
  b.rule("Opening", b.all({b.check(FieldId::EvtType, In, {"open", "openat"}), b.check(FieldId::FdName, Eq, {"/x"})}));
  b.rule("Everything", b.check(FieldId::ProcName, Eq, {"cat"}));
  b.rule("Nothing", b.all({b.check(FieldId::EvtType, Eq, {"open"}), b.check(FieldId::EvtType, Eq, {"close"})}));
  for (CheckedRule& rule : b.rules().rules) {
    // Their type is known at run time only.
    rule.events.reset(static_cast<size_t>(fvm::EventCode::GENERIC_E));
    rule.events.reset(static_cast<size_t>(fvm::EventCode::GENERIC_X));
  }
  const auto costs = rule_costs(b.rules());
  REQUIRE(costs.size() == 3);
  CHECK(costs[2].rule == 2);
  CHECK(costs[2].events.empty());
  CHECK(costs[2].worst() == 0);
  for (const RuleCost& cost : costs) {
    for (const EventCost& on : cost.events) {
      CHECK(std::ranges::find(on.events, "asyncevent") == on.events.end());
      if (cost.rule == 0) CHECK(on.events == std::vector<std::string_view>{"open", "openat"});
      if (cost.rule == 1) CHECK(on.events.size() > 100);
    }
  }
}

TEST_CASE("disabled rules have no cost; the dearest rule comes first") {
  RulesBuilder b;
  b.rule("Cheap", b.check(FieldId::ProcName, Eq, {"cat"}));
  b.rule("Dear", b.check(FieldId::ProcName, Glob, {"*cat*"}));
  b.rule("Off", b.check(FieldId::ProcName, Regex, {"cat"})).enabled = false;
  const auto costs = rule_costs(b.rules());
  REQUIRE(costs.size() == 2);
  CHECK(costs[0].rule == 1);
  CHECK(costs[1].rule == 0);
}
