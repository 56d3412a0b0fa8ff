// SPDX-License-Identifier: Apache-2.0
//
// From checked rules to image bytes: what is written verifies, reads back as meant, is reproducible, and looks like the
// goldens.
#include "compiler/emit/emit.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/support/sample_rules.h"
#include "vm/abi/limits.h"
#include "vm/image/disasm.h"
#include "vm/image/verifier.h"

using namespace falcoc;
using namespace falcoc::test;
using enum fvm::CmpOp;
using fvm::FieldId;

namespace {

fvm::VerifiedImage verified(const std::vector<uint8_t>& bytes) {
  auto sealed = fvm::SealedImage::from_bytes(bytes);
  REQUIRE(sealed);
  auto image = fvm::verify(std::move(*sealed));
  if (!image) FAIL(fvm::describe(image.error()));
  return std::move(*image);
}

fvm::VerifiedImage compiled(const CheckedRules& rules, const EmitOptions& options = {}) {
  auto image = emit(rules, options, place_of);
  REQUIRE(image);
  return verified(image->bytes);
}

void check_golden(const std::string& name, const std::string& now) {
  const std::string path = std::string(FALCO_SOURCE_DIR) + "/tests/golden/" + name;
  if (const char* bless = std::getenv("FALCOC_BLESS"); bless != nullptr && *bless == '1') std::ofstream(path) << now;
  std::ifstream file(path);
  std::stringstream expected;
  expected << file.rdbuf();
  CHECK_MESSAGE(expected.str() == now, path);
}

size_t programs_with(const fvm::ImageView& view, fvm::Opcode op) {
  size_t count = 0;
  for (const fvm::Instr& i : view.code()) count += i.op == static_cast<uint32_t>(op);
  return count;
}

}  // namespace

TEST_CASE("the sample image reads as the goldens say") {
  const CompiledImage image = sample_image();
  const fvm::VerifiedImage v = verified(image.bytes);
  check_golden("asm/sample.asm", fvm::disassemble(v));
  check_golden("ir/sample.ir", dump_ir(sample_rules(), {}, false));
  check_golden("ir/sample.opt.ir", dump_ir(sample_rules(), {}, true));
}

TEST_CASE("the same rules give the same bytes") {
  CHECK(sample_image().bytes == sample_image().bytes);
  EmitOptions other;
  other.sources_digest = digest_sources({"a", "b"});
  CHECK(sample_image(other).bytes != sample_image().bytes);
  CHECK(digest_sources({"a", "b"}) != digest_sources({"ab", ""}));
}

TEST_CASE("stripping removes the source map and nothing else") {
  EmitOptions strip;
  strip.strip = true;
  const CompiledImage full = sample_image();
  const CompiledImage stripped = sample_image(strip);
  CHECK(stripped.bytes.size() < full.bytes.size());
  const fvm::VerifiedImage v = verified(stripped.bytes);
  CHECK(v.view().stripped());
  CHECK(v.view().source_map().empty());
  CHECK(v.view().rules().size() == 4);
  CHECK_FALSE(verified(full.bytes).view().stripped());
}

TEST_CASE("equal predicates of different rules are one") {
  RulesBuilder b;
  b.rule("a", b.all({b.check(FieldId::ProcName, Eq, {"x"}), b.check(FieldId::FdName, Eq, {"y"})}));
  b.rule("b", b.all({b.check(FieldId::FdName, Eq, {"y"}), b.check(FieldId::ProcName, Eq, {"x"})}));
  const fvm::VerifiedImage v = compiled(b.rules());
  CHECK(v.view().predicates().size() == 2);
  CHECK(v.view().fields().size() == 2);
  CHECK(v.view().programs().size() == 1);
}

TEST_CASE("event types are decided by the compiler") {
  RulesBuilder b;
  b.rule("open", b.all({b.check(FieldId::EvtType, Eq, {"open"}), b.check(FieldId::ProcName, Eq, {"x"})}));
  const fvm::VerifiedImage v = compiled(b.rules());
  const auto dispatch = v.view().dispatch();
  CHECK(dispatch[static_cast<size_t>(fvm::EventCode::SYSCALL_OPEN_X)] != fvm::kNoProgram);
  CHECK(dispatch[static_cast<size_t>(fvm::EventCode::SYSCALL_CLOSE_X)] == fvm::kNoProgram);
  // Generic and asynchronous events carry their name in a parameter, so the check stays in their program.
  const uint32_t generic = dispatch[static_cast<size_t>(fvm::EventCode::GENERIC_X)];
  REQUIRE(generic != fvm::kNoProgram);
  CHECK(generic == dispatch[static_cast<size_t>(fvm::EventCode::ASYNCEVENT_E)]);
  CHECK(generic != dispatch[static_cast<size_t>(fvm::EventCode::SYSCALL_OPEN_X)]);
  CHECK(v.view().programs()[dispatch[static_cast<size_t>(fvm::EventCode::SYSCALL_OPEN_X)]].count == 3);

  EmitOptions off;
  off.passes_off = {"fold-events"};
  const fvm::VerifiedImage plain = compiled(b.rules(), off);
  CHECK(plain.view().dispatch()[static_cast<size_t>(fvm::EventCode::SYSCALL_CLOSE_X)] != fvm::kNoProgram);
}

TEST_CASE("evt.num counts from 1") {
  RulesBuilder b;
  const auto fold = [&](fvm::CmpOp op, std::vector<int64_t> numbers) {
    b.rules().rules.clear();
    std::vector<ConstId> constants;
    for (int64_t n : numbers) constants.push_back(b.number(n, fvm::Kind::Uint));
    b.rule("r", b.check(b.field(FieldId::EvtNum), op, constants));
    const fvm::VerifiedImage v = compiled(b.rules());
    if (v.view().code().empty()) return "never";
    return v.view().predicates().empty() ? "always" : "depends";
  };
  using std::string;
  CHECK(string(fold(Eq, {0})) == "never");
  CHECK(string(fold(Ne, {0})) == "always");
  CHECK(string(fold(Eq, {1})) == "depends");
  CHECK(string(fold(Ne, {7})) == "depends");
  CHECK(string(fold(Lt, {1})) == "never");
  CHECK(string(fold(Lt, {2})) == "depends");
  CHECK(string(fold(Le, {0})) == "never");
  CHECK(string(fold(Ge, {1})) == "always");
  CHECK(string(fold(Gt, {0})) == "always");
  CHECK(string(fold(Gt, {1})) == "depends");
  CHECK(string(fold(In, {0})) == "never");
  CHECK(string(fold(In, {})) == "never");
  CHECK(string(fold(In, {0, 3})) == "depends");
}

TEST_CASE("dispatch sets are honoured; the asynchronous event is always added") {
  RulesBuilder b;
  CheckedRule& r = b.rule("close", b.check(FieldId::ProcName, Eq, {"x"}));
  r.events.reset();
  r.events.set(static_cast<size_t>(fvm::EventCode::SYSCALL_CLOSE_X));
  CheckedRule& other = b.rule("other source", b.check(FieldId::ProcName, Eq, {"x"}));
  other.source = "k8s_audit";
  const fvm::VerifiedImage v = compiled(b.rules());
  for (size_t code = 0; code < fvm::kEventCount; ++code) {
    const auto event = static_cast<fvm::EventCode>(code);
    const bool wanted = event == fvm::EventCode::SYSCALL_CLOSE_X || event == fvm::EventCode::ASYNCEVENT_E;
    CHECK((v.view().dispatch()[code] != fvm::kNoProgram) == wanted);
    CHECK(((v.view().interest()[code / 64] >> (code % 64) & 1) != 0) == wanted);
  }
  CHECK(programs_with(v.view(), fvm::Opcode::Match) == 1);
}

TEST_CASE("disabled rules keep their name but have no code and no output") {
  RulesBuilder b;
  b.rule("off", b.check(FieldId::ProcName, Eq, {"x"})).enabled = false;
  const fvm::VerifiedImage v = compiled(b.rules());
  CHECK(v.view().code().empty());
  CHECK(v.view().predicates().empty());
  REQUIRE(v.view().rules().size() == 1);
  CHECK(v.view().rule_text(v.view().rules()[0].name) == "off");
  CHECK(v.view().parts(v.view().rules()[0]).empty());
}

TEST_CASE("an empty ruleset is an image") {
  const fvm::VerifiedImage v = compiled(CheckedRules{});
  CHECK(v.view().rules().empty());
  CHECK(v.view().dispatch().size() == fvm::kEventCount);
}

TEST_CASE("the source map says where rules and predicates stand") {
  RulesBuilder b;
  b.rule("r", b.check(FieldId::ProcName, Eq, {"x"}));
  const fvm::VerifiedImage v = compiled(b.rules());
  REQUIRE(v.view().source_map().size() == 2);
  const fvm::MapRec& rule = v.view().source_map()[0];
  CHECK(rule.subject == static_cast<uint32_t>(fvm::MapSubject::Rule));
  CHECK(rule.line == 2);
  const fvm::MapRec& predicate = v.view().source_map()[1];
  CHECK(predicate.line == 1);
  CHECK(v.view().map_text(predicate.file) == "rules.yaml");
}

TEST_CASE("what does not fit is refused with the rule to blame") {
  RulesBuilder b;
  ExprId e = b.check(FieldId::ProcName, Eq, {"x"});
  for (size_t i = 0; i < 5000; ++i) {
    const ExprId other = b.check(FieldId::FdName, Eq, {"y"});
    e = i % 2 == 0 ? b.all({e, other}) : b.any({e, other});
  }
  b.rule("deep", e);
  auto image = emit(b.rules(), {}, place_of);
  REQUIRE_FALSE(image);
  CHECK(image.error().code == EmitError::Code::TooDeep);
  CHECK(words(image.error().code) == "the condition is nested too deep");

  RulesBuilder t;
  TermId term = t.field(FieldId::ProcName);
  for (size_t i = 0; i < 70; ++i) term = t.call(fvm::Transformer::ToLower, {term});
  t.rule("deep term", t.check(term, Eq, {t.text("x")}));
  auto refused = emit(t.rules(), {}, place_of);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == EmitError::Code::TermTooDeep);

  RulesBuilder r;
  std::vector<ConstId> patterns;
  for (size_t i = 0; i <= fvm::limits::kRegexes; ++i) patterns.push_back(r.text("a" + std::to_string(i)));
  r.rule("regexes", r.check(r.field(FieldId::ProcName), Regex, patterns, Modifier::AnyOf));
  auto many = emit(r.rules(), {}, place_of);
  REQUIRE_FALSE(many);
  CHECK(many.error().code == EmitError::Code::TooManyRegexes);
}

TEST_CASE("evt.around compares a distance") {
  RulesBuilder b;
  b.rule("near", b.check(b.field(FieldId::EvtAround, fvm::FieldArg::Index, 1000), Eq, {b.number(5, fvm::Kind::Uint)}));
  const fvm::VerifiedImage v = compiled(b.rules());
  REQUIRE(v.view().predicates().size() == 1);
  CHECK(v.view().predicates()[0].op == static_cast<uint8_t>(Le));
}

TEST_CASE("pass names are distinct and known") {
  const auto names = pass_names();
  CHECK(std::set<std::string_view>(names.begin(), names.end()).size() == names.size());
  CHECK(names.size() == 4);
}
