// SPDX-License-Identifier: Apache-2.0
//
// Which events and which parts of an event decide about a rule.
#include "vm/exec/rule_reach.h"

#include "tests/unit/loss/rules.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

std::vector<RuleReach> reach_of(const std::vector<NamedCondition>& rules) { return rule_reach(compiled(rules).view()); }
uint8_t needs(const std::string& condition) { return reach_of({{"r", condition}})[0].needs; }
bool decides(const RuleReach& reach, EventCode code) { return reach.events[static_cast<size_t>(code)]; }

}  // namespace

TEST_CASE("a rule's events are those of its condition") {
  const auto reach = reach_of({{"a", "evt.type = close"}, {"b", "evt.type in (close, chmod) and proc.name = x"}});
  REQUIRE(reach.size() == 2);
  CHECK(decides(reach[0], EventCode::SYSCALL_CLOSE_X));
  CHECK_FALSE(decides(reach[0], EventCode::SYSCALL_CHMOD_X));
  CHECK(decides(reach[1], EventCode::SYSCALL_CHMOD_X));
  CHECK_FALSE(decides(reach[1], EventCode::SYSCALL_DUP_X));
}

TEST_CASE("fields say what a rule needs") {
  CHECK(needs("evt.type = close") == 0);
  CHECK(needs("evt.type = close and evt.res = SUCCESS") == 0);
  CHECK(needs("evt.type = close and proc.name = x") == need::kThread);
  CHECK(needs("evt.type = close and user.name = x") == need::kThread);
  CHECK(needs("evt.type = close and container.id != host") == (need::kThread | need::kContainer));
  CHECK(needs("evt.type = open and evt.is_open_write = true") == need::kArguments);
  CHECK(needs("evt.type = close and fd.name = x") == (need::kArguments | need::kThread | need::kDescriptor));
  CHECK(needs("evt.type = close and tolower(proc.name) = x") == need::kThread);
  CHECK(needs("evt.type = close and proc.name = val(fd.name)") ==
        (need::kArguments | need::kThread | need::kDescriptor));
}

TEST_CASE("tests of other rules in the same program do not count") {
  const auto reach = reach_of({{"file", "evt.type = close and fd.name = x"},
                               {"plain", "evt.type = close and evt.res = SUCCESS"},
                               {"process", "evt.type = close and (proc.name = x or not proc.pname = y)"},
                               {"file again", "evt.type = close and evt.failed = true and fd.name = x"}});
  REQUIRE(reach.size() == 4);
  CHECK(reach[0].needs == reach[3].needs);
  CHECK((reach[0].needs & need::kDescriptor) != 0);
  CHECK(reach[1].needs == 0);
  CHECK(reach[2].needs == need::kThread);
}

TEST_CASE("every field has an answer, and those of processes need one") {
  for (size_t i = 0; i < kFieldCount; ++i) {
    const FieldInfo& field = kFields[i];
    const uint8_t needs = needs_of(static_cast<FieldId>(i));
    CAPTURE(field.name);
    CHECK((needs & ~need::kAll) == 0);
    if (field.field_class == FieldClass::Process || field.field_class == FieldClass::K8s)
      CHECK((needs & need::kThread) != 0);
    if (field.field_class == FieldClass::Fd) CHECK((needs & need::kDescriptor) != 0);
    if (field.field_class == FieldClass::EvtGeneric) CHECK(needs == 0);
  }
}
