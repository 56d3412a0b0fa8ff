// SPDX-License-Identifier: Apache-2.0
//
// The machine over made-up fields: operators across lists, endpoints and ancestors, modifiers, missing values,
// once-per-event reading, matching modes, load-time selection.
#include <doctest/doctest.h>

#include <memory>
#include <random>

#include "tests/support/compiled_rules.h"
#include "tests/support/sample_rules.h"
#include "vm/exec/interpreter.h"
#include "vm/image/verifier.h"

using namespace falcoc;
using namespace falcoc::test;
using enum fvm::CmpOp;
using fvm::FieldId;
using fvm::Value;

namespace {

constexpr auto kEvent = fvm::EventCode::SYSCALL_CLOSE_X;

std::vector<uint32_t> matches(fvm::Machine& machine, const FakeFields& fields,
                              fvm::MatchMode mode = fvm::MatchMode::All, fvm::EventCode code = kEvent) {
  fvm::MatchSet out(machine.rule_count());
  machine.run(code, fields, mode, out);
  return {out.rules().begin(), out.rules().end()};
}

/// Whether a rule with one check matches.
struct OneCheck {
  RulesBuilder b;
  FakeFields fields;
  bool operator()(ExprId check) {
    b.rules().rules.clear();
    b.rule("r", check);
    const fvm::VerifiedImage image = compiled(b.rules());
    fvm::Machine machine(image);
    return !matches(machine, fields).empty();
  }
};

Value ip(const char* text) { return Value::ip(*fvm::ops::parse_ip(text)); }

}  // namespace

TEST_CASE("text operators") {
  OneCheck holds;
  holds.fields.set(FieldId::ProcName, {"bash"});
  const auto check = [&](fvm::CmpOp op, const char* text) {
    return holds(holds.b.check(FieldId::ProcName, op, {text}));
  };
  CHECK(check(Eq, "bash"));
  CHECK_FALSE(check(Eq, "bas"));
  CHECK(check(Ne, "sh"));
  CHECK_FALSE(check(Ne, "bash"));
  CHECK(check(Contains, "as"));
  CHECK(check(IContains, "AS"));
  CHECK(check(StartsWith, "ba"));
  CHECK(check(EndsWith, "sh"));
  CHECK(check(Glob, "b*h"));
  CHECK(check(IGlob, "B*H"));
  CHECK(check(Regex, "b[a-z]+"));
  CHECK_FALSE(check(Regex, "b"));
  CHECK(check(Lt, "bat"));
  CHECK(check(PMatch, "bash"));
  CHECK_FALSE(check(PMatch, "bas"));
  CHECK(holds(holds.b.check(FieldId::ProcName, Exists, {})));
}

TEST_CASE("sets, small and hashed") {
  OneCheck holds;
  holds.fields.set(FieldId::ProcName, {"bash"});
  CHECK(holds(holds.b.check(FieldId::ProcName, In, {"a", "bash"})));
  CHECK_FALSE(holds(holds.b.check(FieldId::ProcName, In, {"a", "b"})));
  CHECK_FALSE(holds(holds.b.check(FieldId::ProcName, In, {})));
  CHECK_FALSE(holds(holds.b.check(FieldId::ProcName, PMatch, {})));
  std::vector<ConstId> many;
  for (int i = 0; i < 1000; ++i) many.push_back(holds.b.text("name" + std::to_string(i)));
  CHECK_FALSE(holds(holds.b.check(holds.b.field(FieldId::ProcName), In, many)));
  holds.fields.set(FieldId::ProcName, {"name577"});
  CHECK(holds(holds.b.check(holds.b.field(FieldId::ProcName), In, many)));
  CHECK(holds(holds.b.check(holds.b.field(FieldId::ProcName), Eq, many, Modifier::AnyOf)));

  std::vector<ConstId> ports;
  for (int i = 0; i < 100; ++i) ports.push_back(holds.b.number(i, fvm::Kind::Uint));
  holds.fields.set(FieldId::FdSport, {Value::uinteger(99)});
  CHECK(holds(holds.b.check(holds.b.field(FieldId::FdSport), In, ports)));
  holds.fields.set(FieldId::FdSport, {Value::uinteger(100)});
  CHECK_FALSE(holds(holds.b.check(holds.b.field(FieldId::FdSport), In, ports)));
}

TEST_CASE("a missing value makes every check false and its negation true") {
  OneCheck holds;
  for (fvm::CmpOp op : {Eq, Ne, Lt, Contains, StartsWith, Glob, In, Intersects, PMatch}) {
    CHECK_FALSE(holds(holds.b.check(FieldId::ProcName, op, {""})));
    CHECK(holds(holds.b.negated(holds.b.check(FieldId::ProcName, op, {""}))));
  }
  CHECK_FALSE(holds(holds.b.check(FieldId::ProcName, Exists, {})));
  CHECK_FALSE(holds(holds.b.check(FieldId::ProcName, Ne, {"x"}, Modifier::AllOf)));
}

TEST_CASE("modifiers count operands") {
  OneCheck holds;
  holds.fields.set(FieldId::ProcName, {"bash"});
  const auto check = [&](fvm::CmpOp op, std::initializer_list<const char*> texts, Modifier m) {
    return holds(holds.b.check(FieldId::ProcName, op, texts, m));
  };
  CHECK(check(StartsWith, {"x", "ba"}, Modifier::AnyOf));
  CHECK_FALSE(check(StartsWith, {"x", "ba"}, Modifier::AllOf));
  CHECK(check(StartsWith, {"b", "ba"}, Modifier::AllOf));
  CHECK_FALSE(check(StartsWith, {"b", "ba"}, Modifier::OneOf));
  CHECK(check(StartsWith, {"x", "ba"}, Modifier::OneOf));
  CHECK_FALSE(check(Eq, {"bash", "bash"}, Modifier::OneOf));
  CHECK(check(Regex, {"x", "b.*"}, Modifier::AnyOf));
  CHECK(check(Ne, {"x", "y"}, Modifier::AllOf));
  for (Modifier m : {Modifier::AnyOf, Modifier::AllOf, Modifier::OneOf}) CHECK_FALSE(check(Ne, {}, m));
}

TEST_CASE("lists: in means all, intersects means some") {
  OneCheck holds;
  const auto check = [&](fvm::CmpOp op, std::initializer_list<const char*> texts) {
    return holds(holds.b.check(FieldId::FdTypes, op, texts));
  };
  holds.fields.set(FieldId::FdTypes, {"file", "ipv4"});
  CHECK(check(In, {"file", "ipv4", "pipe"}));
  CHECK_FALSE(check(In, {"file"}));
  CHECK(check(Intersects, {"file"}));
  CHECK_FALSE(check(Intersects, {"pipe"}));
  CHECK_FALSE(check(In, {}));
  holds.fields.set(FieldId::FdTypes, std::vector<Value>{});
  CHECK(check(In, {"file"}));
  CHECK(check(In, {}));
  CHECK_FALSE(check(Intersects, {"file"}));
  CHECK(check(Exists, {}));
}

TEST_CASE("endpoints: != needs both ends to differ") {
  OneCheck holds;
  RulesBuilder& b = holds.b;
  holds.fields.set(FieldId::FdIp, {ip("10.0.0.1"), ip("192.168.0.1")});
  holds.fields.set(FieldId::FdPort, {Value::uinteger(22), Value::uinteger(40000)});
  holds.fields.set(FieldId::FdNet, {ip("10.0.0.1"), ip("192.168.0.1")});
  CHECK(holds(b.check(b.field(FieldId::FdIp), Eq, {b.ip("192.168.0.1")})));
  CHECK_FALSE(holds(b.check(b.field(FieldId::FdIp), Ne, {b.ip("192.168.0.1")})));
  CHECK(holds(b.check(b.field(FieldId::FdIp), Ne, {b.ip("1.1.1.1")})));
  CHECK(holds(b.check(b.field(FieldId::FdIp), In, {b.ip("1.1.1.1"), b.ip("10.0.0.1")})));
  const auto port = [&](fvm::CmpOp op, int64_t n) {
    return holds(b.check(b.field(FieldId::FdPort), op, {b.number(n, fvm::Kind::Uint)}));
  };
  CHECK(port(Gt, 1000));
  CHECK(port(Lt, 1000));
  CHECK_FALSE(port(Ne, 22));
  CHECK(holds(b.check(b.field(FieldId::FdNet), In, {b.net("1.0.0.0/8"), b.net("192.168.0.0/16")})));
  CHECK_FALSE(holds(b.check(b.field(FieldId::FdNet), Ne, {b.net("10.0.0.0/8")})));
  // A descriptor without addresses: it exists, and nothing else holds.
  holds.fields.set(FieldId::FdIp, std::vector<Value>{});
  CHECK(holds(b.check(b.field(FieldId::FdIp), Exists)));
  CHECK_FALSE(holds(b.check(b.field(FieldId::FdIp), Ne, {b.ip("1.1.1.1")})));
}

TEST_CASE("ancestors: one that satisfies the whole check is enough") {
  OneCheck holds;
  holds.fields.set(FieldId::ProcAname, {"sh", "sshd", "init"});
  CHECK(holds(holds.b.check(FieldId::ProcAname, Eq, {"init"})));
  CHECK(holds(holds.b.check(FieldId::ProcAname, Ne, {"init"})));
  CHECK(holds(holds.b.check(FieldId::ProcAname, In, {"x", "sshd"})));
  CHECK_FALSE(holds(holds.b.check(FieldId::ProcAname, In, {"x"})));
  CHECK(holds(holds.b.check(FieldId::ProcAname, StartsWith, {"s", "ss"}, Modifier::AllOf)));
  CHECK_FALSE(holds(holds.b.check(FieldId::ProcAname, StartsWith, {"i", "ss"}, Modifier::AllOf)));
}

TEST_CASE("a value of another kind than the field's row compares false") {
  OneCheck holds;
  holds.fields.set(FieldId::ProcName, {Value::uinteger(7)});
  for (fvm::CmpOp op : {Eq, Ne, Lt, Contains, Glob, Regex, In, PMatch})
    CHECK_FALSE(holds(holds.b.check(FieldId::ProcName, op, {"7"})));
  CHECK_FALSE(holds(holds.b.check(FieldId::ProcName, In, {"1", "2", "3", "4", "5", "6", "7"})));
}

TEST_CASE("fields against fields and transformers") {
  OneCheck holds;
  RulesBuilder& b = holds.b;
  holds.fields.set(FieldId::ProcName, {"BASH"});
  holds.fields.set(FieldId::ProcPname, {"bash"});
  const TermId lower = b.call(fvm::Transformer::ToLower, {b.field(FieldId::ProcName)});
  const TermId parent = b.call(fvm::Transformer::Val, {b.field(FieldId::ProcPname)});
  CHECK(holds(b.check_terms(lower, Eq, parent)));
  CHECK_FALSE(holds(b.check_terms(b.field(FieldId::ProcName), Eq, parent)));
  CHECK_FALSE(holds(b.check_terms(lower, Ne, b.call(fvm::Transformer::Val, {b.field(FieldId::FdName)}))));
  const TermId length = b.call(fvm::Transformer::Len, {b.field(FieldId::ProcName)}, fvm::TypeId::UINT64);
  CHECK(holds(b.check(length, Eq, {b.number(4, fvm::Kind::Uint)})));
  const TermId joined =
      b.call(fvm::Transformer::Join, {b.string("-"), b.list({lower, b.string("x"), b.field(FieldId::ProcPname)})});
  CHECK(holds(b.check(joined, Eq, {b.text("bash-x-bash")})));
}

TEST_CASE("transformers that ask for too much text give missing, and are counted") {
  RulesBuilder b;
  TermId term = b.field(FieldId::ProcName);
  for (int i = 0; i < 10; ++i) term = b.call(fvm::Transformer::Concat, {term, term});
  b.rule("bomb", b.check(term, Exists));
  const fvm::VerifiedImage image = compiled(b.rules());
  fvm::Machine machine(image);
  FakeFields fields;
  const std::string big(1 << 20, 'x');
  fields.set(FieldId::ProcName, {Value::text(big)});
  CHECK(matches(machine, fields).empty());
  CHECK(machine.text_overruns() == 1);
  fields.set(FieldId::ProcName, {"x"});
  CHECK(matches(machine, fields).size() == 1);
  CHECK(machine.text_overruns() == 1);
}

TEST_CASE("a field is read once per event, however many predicates ask") {
  RulesBuilder b;
  for (const char* name : {"a", "b", "c", "d"}) b.rule(name, b.check(FieldId::ProcName, Eq, {name}));
  const fvm::VerifiedImage image = compiled(b.rules());
  fvm::Machine machine(image);
  FakeFields fields;
  fields.set(FieldId::ProcName, {"c"});
  CHECK(matches(machine, fields) == std::vector<uint32_t>{2});
  CHECK(fields.reads[FieldId::ProcName] == 1);
  fields.set(FieldId::ProcName, {"d"});
  CHECK(matches(machine, fields) == std::vector<uint32_t>{3});
  CHECK(fields.reads[FieldId::ProcName] == 2);
}

TEST_CASE("first stops at the first active rule, all goes on, both in installation order") {
  RulesBuilder b;
  b.rule("r0", b.check(FieldId::ProcName, StartsWith, {"b"})).tags = {"x"};
  b.rule("r1", b.check(FieldId::ProcName, Eq, {"nothing"}));
  b.rule("r2", b.check(FieldId::ProcName, EndsWith, {"sh"})).tags = {"x", "y"};
  b.rule("r3", b.check(FieldId::ProcName, Contains, {"as"})).priority = Priority::Debug;
  const fvm::VerifiedImage image = compiled(b.rules());
  fvm::Machine machine(image);
  FakeFields fields;
  fields.set(FieldId::ProcName, {"bash"});
  using Rules = std::vector<uint32_t>;
  CHECK(matches(machine, fields, fvm::MatchMode::All) == Rules{0, 2, 3});
  CHECK(matches(machine, fields, fvm::MatchMode::First) == Rules{0});
  machine.active_rules().set(0, false);
  CHECK(matches(machine, fields, fvm::MatchMode::First) == Rules{2});
  CHECK(matches(machine, fields, fvm::MatchMode::All) == Rules{2, 3});
}

TEST_CASE("rules are selected when an image is loaded") {
  RulesBuilder b;
  const ExprId e = b.check(FieldId::ProcName, Exists, {});
  b.rule("shell one", e).tags = {"cis", "x"};
  b.rule("shell two", e).tags = {"x"};
  b.rule("other", e).priority = Priority::Debug;
  b.rule("compiled out", e).enabled = false;
  const fvm::VerifiedImage image = compiled(b.rules());
  const auto on = [&](const fvm::RuleSelection& s) {
    const fvm::ActiveRules active = fvm::select_rules(image.view(), s);
    std::string out;
    for (uint32_t r = 0; r < active.size(); ++r) out += active.test(r) ? '1' : '0';
    return out;
  };
  CHECK(on({}) == "1110");
  CHECK(on({.only_tags = {"cis"}}) == "1000");
  CHECK(on({.only_tags = {"cis", "x"}}) == "1100");
  CHECK(on({.without_tags = {"cis"}}) == "0110");
  CHECK(on({.without_names = {"shell"}}) == "0010");
  CHECK(on({.lowest_priority = 4}) == "1100");
  CHECK(fvm::select_rules(image.view(), {}).count() == 3);
}

TEST_CASE("terms are evaluated for output") {
  RulesBuilder b;
  CheckedRule& r = b.rule("r", b.check(FieldId::ProcName, Exists, {}));
  r.parts = {{{}, b.call(fvm::Transformer::ToUpper, {b.field(FieldId::ProcName)}), 0, "toupper(proc.name)"}};
  const fvm::VerifiedImage image = compiled(b.rules());
  const fvm::Machine machine(image);
  FakeFields fields;
  fields.set(FieldId::ProcName, {"bash"});
  fvm::Arena arena;
  const auto parts = image.view().parts(image.view().rules()[0]);
  REQUIRE(parts.size() == 1);
  const fvm::ValueList value = machine.eval_term(parts[0].term, fields, arena);
  REQUIRE(value.present);
  REQUIRE(value.count == 1);
  CHECK(value.data[0].as_text() == "BASH");
}

namespace {

/// Random conditions over a few fields and values.
class RandomRules {
 public:
  explicit RandomRules(uint32_t seed) : random_(seed) {}
  CheckedRules make() {
    RulesBuilder b;
    for (int i = 0; i < 12; ++i) b.rule("r" + std::to_string(i), expr(b, 5));
    return b.rules();
  }
  FakeFields fields() {
    FakeFields f;
    for (FieldId id : kFields)
      if (pick(4) != 0) f.set(id, {kTexts[pick(4)]});
    return f;
  }
  size_t pick(size_t n) { return random_() % n; }

 private:
  static constexpr FieldId kFields[] = {FieldId::ProcName, FieldId::ProcPname, FieldId::FdName};
  static constexpr const char* kTexts[] = {"a", "ab", "b", ""};
  static constexpr const char* kEventNames[] = {"open", "close", "connect", "read"};
  static constexpr fvm::CmpOp kOps[] = {Eq, Ne, StartsWith, In, Contains};

  ExprId expr(RulesBuilder& b, int depth) {
    switch (depth == 0 ? 4 + pick(3) : pick(7)) {
      case 0:
        return b.all({expr(b, depth - 1), expr(b, depth - 1), expr(b, depth - 1)});
      case 1:
        return b.any({expr(b, depth - 1), expr(b, depth - 1)});
      case 2:
        return b.negated(expr(b, depth - 1));
      case 3:
        return b.all({expr(b, depth - 1), expr(b, depth - 1)});
      case 4:
        return b.check(FieldId::EvtType, pick(2) == 0 ? Eq : Ne, {kEventNames[pick(4)]});
      case 5:
        return b.check(FieldId::EvtDir, Eq, {pick(2) == 0 ? ">" : "<"});
      default:
        return b.check(kFields[pick(3)], kOps[pick(5)], {kTexts[pick(4)]});
    }
  }
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("passes change nothing about which rules match") {
  constexpr fvm::EventCode kCodes[] = {fvm::EventCode::SYSCALL_OPEN_X, fvm::EventCode::SYSCALL_CLOSE_X,
                                       fvm::EventCode::SOCKET_CONNECT_X, fvm::EventCode::SYSCALL_READ_E,
                                       fvm::EventCode::PROCEXIT_1_E};
  size_t matched = 0;
  for (uint32_t seed = 0; seed < 60; ++seed) {
    RandomRules random(seed);
    const CheckedRules rules = random.make();
    EmitOptions none;
    for (std::string_view name : pass_names()) none.passes_off.emplace_back(name);
    std::vector<fvm::VerifiedImage> images;
    images.push_back(compiled(rules));
    images.push_back(compiled(rules, none));
    for (const std::string& name : none.passes_off) {
      EmitOptions one;
      one.passes_off = {name};
      images.push_back(compiled(rules, one));
    }
    std::vector<std::unique_ptr<fvm::Machine>> machines;
    for (const auto& image : images) machines.push_back(std::make_unique<fvm::Machine>(image));
    for (int event = 0; event < 40; ++event) {
      FakeFields fields = random.fields();
      const fvm::EventCode code = kCodes[random.pick(std::size(kCodes))];
      fields.set(FieldId::EvtType, {Value::text(event_info(code).name)});
      fields.set(FieldId::EvtDir, {event_info(code).dir == fvm::Dir::Enter ? ">" : "<"});
      for (fvm::MatchMode mode : {fvm::MatchMode::First, fvm::MatchMode::All}) {
        const auto expected = matches(*machines[0], fields, mode, code);
        for (size_t m = 1; m < machines.size(); ++m) REQUIRE(matches(*machines[m], fields, mode, code) == expected);
        matched += expected.size();
      }
    }
  }
  CHECK(matched > 1000);
}
