// SPDX-License-Identifier: Apache-2.0
//
// RuleTree on `a and (b or not c)`.
#include <doctest/doctest.h>

#include "tests/support/rules_builder.h"
#include "tools/testing/rule_tree.h"

using namespace falcoc;
using namespace falcoc::testing;
using fvm::CmpOp;
using fvm::FieldId;
using Change = RuleTree::Change;

namespace {

struct Sample {
  test::RulesBuilder b;
  ExprId root = b.all(
      {b.check(FieldId::ProcName, CmpOp::Eq, {"a"}),
       b.any({b.check(FieldId::ProcName, CmpOp::Eq, {"b"}), b.negated(b.check(FieldId::ProcName, CmpOp::Eq, {"c"}))})});
  RuleTree tree{b.rules(), root};
};

using Leaves = std::vector<uint32_t>;

}  // namespace

TEST_CASE("truth follows the condition") {
  const Sample s;
  for (unsigned bits = 0; bits < 8; ++bits) {
    const bool a = (bits & 1) != 0, b = (bits & 2) != 0, c = (bits & 4) != 0;
    const Truths truths{a, b, c};
    CHECK(s.tree.holds(truths) == (a && (b || !c)));
    const auto node = [&](uint32_t leaf) { return s.tree.leaves()[leaf].node; };
    CHECK(s.tree.holds(truths, Change::Negate, node(1)) == (a && (!b || !c)));
    CHECK(s.tree.holds(truths, Change::Drop, node(0)) == (b || !c));
    CHECK(s.tree.holds(truths, Change::Drop, node(1)) == (a && !c));
    const auto root = static_cast<uint32_t>(s.tree.nodes().size() - 1);
    CHECK(s.tree.holds(truths, Change::Swap, root) == (a || b || !c));
    CHECK(s.tree.is_decisive(truths, 2) == (a && !b));
    // What is in the way is enough, and nothing is when nothing has to change.
    for (const bool wanted : {false, true}) {
      Truths repaired = truths;
      for (const uint32_t leaf : s.tree.in_the_way(truths, wanted)) repaired[leaf] ^= 1;
      CHECK(s.tree.holds(repaired) == wanted);
      for (uint32_t leaf = 0; leaf < 3; ++leaf) {
        Truths deciding = truths;
        for (const uint32_t l : s.tree.in_the_way_of(leaf, truths, wanted)) deciding[l] ^= 1;
        CHECK(s.tree.holds(deciding) == wanted);
        CHECK(s.tree.is_decisive(deciding, leaf));
      }
    }
  }
}

TEST_CASE("of several ways the lightest") {
  const Sample s;
  CHECK(s.tree.in_the_way({1, 0, 1}, true) == Leaves{1});
  const Leaves weights{1, 5, 1};
  CHECK(s.tree.in_the_way({1, 0, 1}, true, weights) == Leaves{2});
  CHECK(s.tree.in_the_way({0, 0, 1}, true, weights) == Leaves{0, 2});
}

TEST_CASE("placeholders can't come out both ways") {
  test::RulesBuilder b;
  const ExprId root = b.all({b.check(b.field(FieldId::EvtNum), CmpOp::Exists),
                             b.check(b.field(FieldId::EvtNum), CmpOp::Eq, {b.number(0, fvm::Kind::Uint)}),
                             b.check(b.field(FieldId::EvtNum), CmpOp::Eq, {b.number(1, fvm::Kind::Uint)}),
                             b.check(FieldId::EvtType, CmpOp::Eq, {"open"})});
  const RuleTree tree(b.rules(), root);
  CHECK(tree.leaves()[0].is_fixed);
  CHECK(tree.leaves()[1].is_fixed);
  CHECK_FALSE(tree.leaves()[2].is_fixed);
  CHECK_FALSE(tree.leaves()[3].is_fixed);
  CHECK(tree.leaves()[3].is_event_type);
}
