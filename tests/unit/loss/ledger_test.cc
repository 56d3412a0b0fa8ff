// SPDX-License-Identifier: Apache-2.0
//
// From losses by event code to rules that may have missed something.
#include "tests/unit/loss/rules.h"
#include "vm/loss.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

constexpr auto kClose = static_cast<size_t>(EventCode::SYSCALL_CLOSE_X);
constexpr auto kChmod = static_cast<size_t>(EventCode::SYSCALL_CHMOD_X);
constexpr auto kExec = static_cast<size_t>(EventCode::SYSCALL_EXECVE_19_X);

struct Rules {
  VerifiedImage image = compiled({{"result", "evt.type = chmod and evt.res = SUCCESS"},
                                  {"process", "evt.type = chmod and proc.name = x"},
                                  {"file", "evt.type = close and fd.name = x"},
                                  {"container", "evt.type = kill and container.image = x"}});
  LossLedger ledger{image.view()};
  ActiveRules active = installed_rules(image.view());
  LossCounts lost;

  /// "process,file": names of blinded rules; those that know outdated records only in parentheses.
  std::string blinded() const {
    std::string out;
    for (const BlindedRule& rule : ledger.blinded(lost, active)) {
      const std::string name(image.view().rule_text(image.view().rules()[rule.rule].name));
      out += (out.empty() ? "" : ",") + (rule.directly() ? name : "(" + name + ")");
    }
    return out;
  }
};

}  // namespace

TEST_CASE("nothing lost, nobody blinded") {
  const Rules rules;
  CHECK_FALSE(rules.lost.any());
  CHECK(rules.blinded() == "");
}

TEST_CASE("a lost event blinds every rule it could have matched") {
  for (const LossKind kind : {LossKind::Dropped, LossKind::ExitMissing, LossKind::Refused}) {
    Rules rules;
    rules.lost.of(kind)[kChmod] = 2;
    CHECK(rules.blinded() == "result,process");
    CHECK(rules.ledger.blinded(rules.lost, rules.active)[0].of(kind) == 2);
  }
}

TEST_CASE("an incomplete event blinds rules that look at what is missing") {
  Rules rules;
  rules.lost.of(LossKind::UnknownThread)[kChmod] = 1;
  CHECK(rules.blinded() == "process");
  rules.lost = {};
  rules.lost.of(LossKind::UnknownDescriptor)[kChmod] = 1;
  CHECK(rules.blinded() == "");
  rules.lost.of(LossKind::UnknownDescriptor)[kClose] = 1;
  CHECK(rules.blinded() == "file");
  rules.lost = {};
  rules.lost.of(LossKind::EnterMissing)[kChmod] = 1;
  CHECK(rules.blinded() == "");
  rules.lost = {};
  rules.lost.of(LossKind::EnterMissing)[kClose] = 1;
  CHECK(rules.blinded() == "file");
}

TEST_CASE("a lost change of state outdates what rules know") {
  Rules rules;
  rules.lost.of(LossKind::ExitMissing)[kExec] = 3;
  CHECK(rules.blinded() == "(process),(file),(container)");
  CHECK(rules.ledger.blinded(rules.lost, rules.active)[0].of(LossKind::StaleThreads) == 3);
  rules.lost = {};
  rules.lost.of(LossKind::ExitMissing)[kClose] = 1;
  CHECK(rules.blinded() == "file");
  rules.lost = {};
  rules.lost.descriptor_records = 1;
  CHECK(rules.blinded() == "(file)");
  rules.lost = {};
  rules.lost.container_records = 1;
  CHECK(rules.blinded() == "(container)");
}

TEST_CASE("a loss without a name blinds every active rule") {
  Rules rules;
  rules.lost.unnamed = 1;
  CHECK(rules.blinded() == "result,process,file,container");
  rules.active.set(2, false);
  CHECK(rules.blinded() == "result,process,container");
}

TEST_CASE("an interval holds what was lost in it") {
  Rules rules;
  rules.lost.of(LossKind::ExitMissing)[kChmod] = 4;
  rules.lost.thread_records = 2;
  LossCounts later = rules.lost;
  CHECK_FALSE(later.since(rules.lost).any());
  later.of(LossKind::ExitMissing)[kChmod] += 3;
  later.of(LossKind::Refused)[kClose] += 1;
  later.unnamed += 5;
  const LossCounts interval = later.since(rules.lost);
  CHECK(interval.of(LossKind::ExitMissing)[kChmod] == 3);
  CHECK(interval.of_event(kClose) == 1);
  CHECK(interval.of_all_events() == 4);
  CHECK(interval.thread_records == 0);
  CHECK(interval.unnamed == 5);
}
