// SPDX-License-Identifier: Apache-2.0
//
// What answers leave of programs: of compiled ones region by region, and of code that jumps wherever the verifier lets it.
#include "vm/exec/residuals.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "tests/support/compiled_rules.h"
#include "tests/support/rules_builder.h"
#include "tests/support/run_image.h"
#include "vm/exec/interpreter.h"

using namespace falcoc;
using namespace falcoc::test;
using enum fvm::CmpOp;
using fvm::FieldId;
using fvm::Questions;
using fvm::Residuals;

namespace {

constexpr auto kEvent = fvm::EventCode::SYSCALL_CLOSE_X;

/// The question that a residual's first step asks.
uint32_t first_question(const Residuals& residuals, const Questions& questions, uint32_t residual) {
  return questions.of(residuals.steps(residual)[0].what);
}

}  // namespace

TEST_CASE("an answer changes the residuals that ask about it, equal ones are one, and a match is left until it is taken") {
  RulesBuilder b;
  const ExprId name = b.check(FieldId::ProcName, Eq, {"a"}), other = b.check(FieldId::ProcName, Eq, {"b"});
  const ExprId user = b.check(FieldId::UserName, Eq, {"u"});
  b.rule("one", b.all({name, user}));
  b.rule("two", other);
  b.rule("three", user);
  const fvm::VerifiedImage image = compiled(b.rules());
  const Questions questions(image.view());
  Residuals residuals(image.view(), questions);
  const std::vector<uint32_t> row = residuals.of_program(0);
  REQUIRE(row.size() == 3);
  CHECK(residuals.of_program(0) == row);
  const uint32_t about_name = first_question(residuals, questions, row[0]);
  const uint32_t about_user = first_question(residuals, questions, row[2]);
  CHECK(residuals.asks(row[0], about_name).size() == 1);
  CHECK(residuals.asks(row[0], about_user).size() == 1);
  CHECK(residuals.asks(row[1], about_user).empty());

  residuals.begin_answer();
  for (int i = 0; i < 2; ++i) {  // found, then remembered
    CHECK(residuals.after(row[0], about_name) == Residuals::kNothing);
    CHECK(residuals.after(row[1], about_name) == Residuals::kNothing);
    CHECK(residuals.after(row[2], about_name) == row[2]);
  }
  residuals.begin_answer();
  residuals.note_holds(residuals.asks(row[0], about_name)[0]);
  const uint32_t left = residuals.after(row[0], about_name);
  CHECK(residuals.after(row[1], about_name) == Residuals::kNothing);
  CHECK(first_question(residuals, questions, left) == about_user);
  residuals.begin_answer();
  residuals.note_holds(residuals.asks(left, about_user)[0]);
  const uint32_t match = residuals.after(left, about_user);
  REQUIRE(residuals.steps(match).size() == 1);
  CHECK_FALSE(residuals.is_test(residuals.steps(match)[0]));
  CHECK(residuals.rule(residuals.steps(match)[0]) == 0);
  CHECK(residuals.after_match(match) == Residuals::kNothing);

  residuals.clear();
  CHECK(residuals.of_program(0).size() == 3);
}

TEST_CASE("code that jumps wherever it may matches what it matches when it is run as it is") {
  constexpr const char* kLetters[] = {"a", "b", "c"};
  constexpr FieldId kIds[] = {FieldId::ProcName, FieldId::UserName, FieldId::FdName, FieldId::ProcExe};
  RulesBuilder b;
  for (int i = 0; i < 24; ++i) {
    const auto check = [&](int j) { return b.check(kIds[(i + j) % 4], Eq, {kLetters[(i / 4 + j) % 3]}); };
    b.rule("r" + std::to_string(i), b.any({b.all({check(0), check(1)}), b.negated(check(2))}));
  }
  const auto emitted = emit(b.rules(), {}, place_of);
  REQUIRE(emitted);
  std::mt19937 random(7);
  size_t matched = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<uint8_t> bytes = emitted->bytes;
    const auto code = records<fvm::Instr>(bytes, fvm::SectionId::Code);
    for (const fvm::ProgramRec& program : records<fvm::ProgramRec>(bytes, fvm::SectionId::Programs)) {
      for (uint32_t pc = 0; pc + 1 < program.count; ++pc) {
        fvm::Instr& instr = code[program.first + pc];
        const bool is_test = instr.op == static_cast<uint32_t>(fvm::Opcode::Test) || instr.op == static_cast<uint32_t>(fvm::Opcode::TestNot);
        if (!is_test || random() % 4 != 0) continue;
        const auto target = static_cast<uint32_t>(pc + 1 + random() % (program.count - pc - 1));
        switch (random() % 8) {
          case 0:
            instr = {static_cast<uint32_t>(fvm::Opcode::Goto), 0, target};
            break;
          case 1:
            if (random() % 8 == 0) instr = {static_cast<uint32_t>(fvm::Opcode::End), 0, 0};
            break;
          default:
            instr.b = random() % 2 == 0 ? target : std::min(pc + 1 + static_cast<uint32_t>(random() % 6), program.count - 1);
            break;
        }
      }
    }
    redigest(bytes);
    const fvm::VerifiedImage image = verified(bytes);
    fvm::Machine machine(image, {.decision_nodes = round % 2 == 0 ? fvm::limits::kDecisionNodes : 40}), plain(image, {.classes = false});
    for (int event = 0; event < 400; ++event) {
      FakeFields fields;
      for (const FieldId id : kIds)
        if (random() % 5 != 0) fields.set(id, {kLetters[random() % 3]});
      const auto found = [&](fvm::Machine& m) {
        fvm::MatchSet out(m.rule_count());
        m.run(kEvent, fields, fvm::MatchMode::All, out);
        return std::vector<uint32_t>(out.rules().begin(), out.rules().end());
      };
      const std::vector<uint32_t> expected = found(plain);
      matched += expected.size();
      REQUIRE(found(machine) == expected);
    }
  }
  CHECK(matched > 10000);
}
