// SPDX-License-Identifier: Apache-2.0
//
// The decision graph through the machine: what it leaves out, what it must not leave out, and how it stays bounded.
#include <doctest/doctest.h>

#include <string>

#include "tests/support/compiled_rules.h"
#include "tests/support/rules_builder.h"
#include "vm/exec/interpreter.h"

using namespace falcoc;
using namespace falcoc::test;
using enum fvm::CmpOp;
using fvm::FieldId;
using fvm::Value;

namespace {

constexpr auto kEvent = fvm::EventCode::SYSCALL_CLOSE_X;

std::vector<uint32_t> matches(fvm::Machine& machine, const FakeFields& fields) {
  fvm::MatchSet out(machine.rule_count());
  machine.run(kEvent, fields, fvm::MatchMode::All, out);
  return {out.rules().begin(), out.rules().end()};
}

}  // namespace

TEST_CASE("values that rules don't tell apart share a path") {
  RulesBuilder b;
  for (int i = 0; i < 20; ++i)
    b.rule("r" + std::to_string(i), b.check(FieldId::ProcName, Contains, {("n" + std::to_string(i) + "x").c_str()}));
  const fvm::VerifiedImage image = compiled(b.rules());
  fvm::Machine machine(image);
  FakeFields fields;
  for (int i = 0; i < 1000; ++i) {
    fields.set(FieldId::ProcName, {("name" + std::to_string(i)).c_str()});
    CHECK(matches(machine, fields).empty());
  }
  CHECK(machine.graph().size() == 2);  // the question and the end
  fields.set(FieldId::ProcName, {"n1x n19x"});
  CHECK(matches(machine, fields) == std::vector<uint32_t>{1, 19});
  CHECK(matches(machine, fields) == std::vector<uint32_t>{1, 19});
  fields.clear();
  CHECK(matches(machine, fields).empty());
}

TEST_CASE("a rule that can't match any more asks nothing, unless asking leaves a trace") {
  RulesBuilder b;
  b.rule("r", b.all({b.check(FieldId::ProcName, Eq, {"a"}), b.check(FieldId::FdName, Eq, {"f"})}));
  b.rule("s", b.all({b.check(b.field(FieldId::UtilCnt), Gt, {b.number(0, fvm::Kind::Uint)}),
                     b.check(FieldId::ProcName, Eq, {"a"})}));
  b.rule("t", b.all({b.check(FieldId::UserName, Eq, {"e"}), b.check(FieldId::ProcName, Eq, {"a"})}));
  const fvm::VerifiedImage image = compiled(b.rules());
  fvm::Machine machine(image);
  FakeFields fields;
  fields.set(FieldId::ProcName, {"b"});
  fields.set(FieldId::UtilCnt, {Value::uinteger(1)});
  fields.set(FieldId::UserName, {"e"});
  CHECK(matches(machine, fields).empty());
  CHECK(fields.reads[FieldId::UtilCnt] == 1);
  CHECK(fields.reads[FieldId::FdName] == 0);
  CHECK(fields.reads[FieldId::UserName] == 0);
  fields.set(FieldId::ProcName, {"a"});
  CHECK(matches(machine, fields) == std::vector<uint32_t>{1, 2});
}

namespace {

/// Name, directory and file name of a descriptor, as LiveFields makes them; counts what it makes.
struct FileFields {
  std::string name;
  uint8_t tag = 0;  ///< 0: no file name
  mutable int reads = 0;

  fvm::ValueList read(const fvm::FieldUse& use, fvm::Arena& arena) const {
    ++reads;
    const size_t slash = name.rfind('/');
    const std::string_view text = name;
    const auto one = [&](std::string_view part) {
      auto* value = arena.alloc_array<Value>(1);
      *value = Value::text(part);
      return fvm::ValueList{value, 1, true};
    };
    switch (use.id) {
      case FieldId::FdName:
        return one(text);
      case FieldId::FdDirectory:
        return one(text.substr(0, slash));
      case FieldId::FdFilename:
        return tag != 0 ? one(text.substr(slash + 1)) : fvm::ValueList::missing();
      default:
        return fvm::ValueList::missing();
    }
  }
  fvm::ValueList read_for_output(const fvm::FieldUse& use, fvm::Arena& arena) const { return read(use, arena); }
  bool family_key(fvm::FieldFamily, fvm::Arena&, std::string_view& text, uint8_t& its_tag) const {
    text = name;
    its_tag = tag;
    return true;
  }
};

}  // namespace

TEST_CASE("fields that follow from one text are asked together") {
  RulesBuilder b;
  b.rule("name", b.check(FieldId::FdName, Contains, {"secret"}));
  b.rule("directory", b.check(FieldId::FdDirectory, In, {"/etc", "/root"}));
  b.rule("file", b.check(FieldId::FdFilename, EndsWith, {".conf"}));
  b.rule("both", b.all({b.check(FieldId::FdDirectory, Eq, {"/etc"}), b.check(FieldId::FdFilename, Ne, {"x.conf"})}));
  const fvm::VerifiedImage image = compiled(b.rules());
  fvm::Machine machine(image), forgetful(image, {.memo = false}), interpreting(image, {.classes = false});
  for (int round = 0; round < 3; ++round) {
    for (const char* name : {"/etc/x.conf", "/etc/y", "/usr/secret/x.conf", "/root/.conf", "/home/u"}) {
      for (const uint8_t tag : {uint8_t{0}, uint8_t{1}}) {
        FileFields fields{name, tag};
        const auto found = [&](fvm::Machine& m) {
          fvm::MatchSet out(m.rule_count());
          m.run(kEvent, fields, fvm::MatchMode::All, out);
          return std::vector<uint32_t>(out.rules().begin(), out.rules().end());
        };
        const std::vector<uint32_t> expected = found(interpreting);
        CHECK(found(forgetful) == expected);
        fields.reads = 0;
        CHECK(found(machine) == expected);
        CHECK(fields.reads == (round == 0 ? 3 : 0));
      }
    }
  }
}

TEST_CASE("long values, values of every length, and more values than the memo holds") {
  RulesBuilder b;
  b.rule("r", b.check(FieldId::FdName, Contains, {"needle"}));
  const fvm::VerifiedImage image = compiled(b.rules());
  fvm::Machine machine(image);
  FakeFields fields;
  for (size_t length = 0; length < 300; ++length) {
    for (const char* end : {"needle", "needlf"}) {
      fields.set(FieldId::FdName, {(std::string(length, 'x') + end).c_str()});
      for (int round = 0; round < 2; ++round) CHECK(matches(machine, fields).size() == (end[5] == 'e' ? 1 : 0));
    }
  }
  CHECK(machine.memo().evictions() == 0);
  for (size_t i = 0; i < 2 * fvm::limits::kMemoEntries; ++i) {
    fields.set(FieldId::FdName, {("/tmp/" + std::to_string(i) + (i % 2 == 0 ? "needle" : "")).c_str()});
    REQUIRE(matches(machine, fields).size() == (i + 1) % 2);
  }
  CHECK(machine.memo().evictions() > 0);
}

TEST_CASE("a full graph is emptied when it has been of use, and the program runs until then") {
  RulesBuilder b;
  for (int i = 0; i < 8; ++i) {
    b.rule("r" + std::to_string(i), b.all({b.check(FieldId::ProcName, Contains, {std::to_string(i).c_str()}),
                                           b.check(FieldId::FdName, Contains, {std::to_string(i).c_str()})}));
  }
  const fvm::VerifiedImage image = compiled(b.rules());
  fvm::Machine machine(image, {.decision_nodes = 16});
  FakeFields fields;
  for (unsigned i = 0; i < 3000; ++i) {
    const unsigned name = i * 37 % 256, file = i * 101 % 256;
    std::string digits[2];
    std::vector<uint32_t> expected;
    for (uint32_t bit = 0; bit < 8; ++bit) {
      if (name >> bit & 1) digits[0] += std::to_string(bit);
      if (file >> bit & 1) digits[1] += std::to_string(bit);
      if (name >> bit & file >> bit & 1) expected.push_back(bit);
    }
    fields.set(FieldId::ProcName, {digits[0].c_str()});
    fields.set(FieldId::FdName, {digits[1].c_str()});
    REQUIRE(matches(machine, fields) == expected);
    REQUIRE(machine.graph().size() <= 16);
  }
  CHECK(machine.graph().evictions() > 0);
}
