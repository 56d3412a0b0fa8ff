// SPDX-License-Identifier: Apache-2.0
//
// Images from a hostile or careless world: wrong files, truncation, every flipped bit, targeted lies in each section.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>

#include "tests/support/run_image.h"
#include "tests/support/sample_rules.h"
#include "vm/abi/limits.h"

using namespace falcoc;
using namespace falcoc::test;
using fvm::SectionId;
using fvm::VerifyCode;

namespace {

using ImageBytes = std::vector<uint8_t>;

fvm::Result<fvm::VerifiedImage, fvm::VerifyError> verify_bytes(const ImageBytes& bytes) {
  auto sealed = fvm::SealedImage::from_bytes(bytes);
  REQUIRE(sealed);
  return fvm::verify(std::move(*sealed));
}

VerifyCode refusal(const ImageBytes& bytes) {
  auto image = verify_bytes(bytes);
  REQUIRE_FALSE(image);
  return image.error().code;
}

/// The sample with one lie in it and a matching digest.
template <typename T>
VerifyCode lie(SectionId section, const std::function<bool(const T&)>& which, const std::function<void(T&)>& change) {
  ImageBytes image = sample_image().bytes;
  for (T& r : records<T>(image, section)) {
    if (!which(r)) continue;
    change(r);
    redigest(image);
    return refusal(image);
  }
  FAIL("no such record");
  return {};
}
template <typename T>
VerifyCode lie_first(SectionId section, const std::function<void(T&)>& change) {
  return lie<T>(
      section, [](const T&) { return true; }, change);
}

struct TempDir {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("falco_image_test_" + std::to_string(::getpid()));
  TempDir() { std::filesystem::create_directories(path); }
  ~TempDir() { std::filesystem::remove_all(path); }
};

void write_file(const std::filesystem::path& path, const ImageBytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

TEST_CASE("files that are no images are named for what they are") {
  const TempDir dir;
  using Code = fvm::ImageFileError::Code;
  const auto code = [](const std::filesystem::path& path) {
    auto image = fvm::SealedImage::from_file(path);
    REQUIRE_FALSE(image);
    return image.error().code;
  };
  CHECK(code(dir.path) == Code::Directory);
  CHECK(code(dir.path / "missing") == Code::CantOpen);
  write_file(dir.path / "empty", {});
  CHECK(code(dir.path / "empty") == Code::Empty);
  REQUIRE(::mkfifo((dir.path / "fifo").c_str(), 0600) == 0);
  CHECK(code(dir.path / "fifo") == Code::NotRegular);
  {
    std::ofstream big(dir.path / "big");
    big << 'x';
  }
  std::filesystem::resize_file(dir.path / "big", fvm::limits::kImageBytes + 1);
  CHECK(code(dir.path / "big") == Code::TooBig);
  CHECK(fvm::describe(fvm::ImageFileError{Code::Directory, 0}, "x.fbc") == "x.fbc: is a directory");
  CHECK(fvm::describe(fvm::ImageFileError{Code::CantOpen, ENOENT}, "x.fbc") ==
        "can't open x.fbc: No such file or directory");
}

TEST_CASE("an image does not change when its file does") {
  const TempDir dir;
  const ImageBytes bytes = sample_image().bytes;
  write_file(dir.path / "rules.fbc", bytes);
  auto sealed = fvm::SealedImage::from_file(dir.path / "rules.fbc");
  REQUIRE(sealed);
  write_file(dir.path / "rules.fbc", ImageBytes(bytes.size(), 0));
  auto image = fvm::verify(std::move(*sealed));
  REQUIRE(image);
  CHECK(std::equal(bytes.begin(), bytes.end(), image->view().bytes().begin(), image->view().bytes().end()));
  CHECK(exercise(*image, true) > 0);
}

TEST_CASE("every truncation is refused") {
  const ImageBytes bytes = sample_image().bytes;
  for (size_t size = 1; size < bytes.size(); ++size) {
    ImageBytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const VerifyCode plain = refusal(cut);
    CHECK((plain == VerifyCode::BadMagic || plain == VerifyCode::TooShort || plain == VerifyCode::WrongSize));
    redigest(cut);
    refusal(cut);
    if (size >= sizeof(fvm::ImageHeader)) {
      reinterpret_cast<fvm::ImageHeader*>(cut.data())->file_bytes = size;
      redigest(cut);
      const VerifyCode honest_size = refusal(cut);
      CHECK((honest_size == VerifyCode::BadLayout || honest_size == VerifyCode::WrongSize));
    }
  }
}

TEST_CASE("a flipped bit without a new digest is refused") {
  ImageBytes bytes = sample_image().bytes;
  for (size_t i = 0; i < bytes.size(); i += 7) {
    bytes[i] ^= 0x10;
    CHECK_FALSE(verify_bytes(bytes));
    bytes[i] ^= 0x10;
  }
  bytes.back() ^= 1;
  CHECK(refusal(bytes) == VerifyCode::WrongDigest);
}

TEST_CASE("a flipped bit with a new digest is refused or harmless") {
  RulesBuilder b;
  b.rule("small", b.all({b.check(fvm::FieldId::EvtType, fvm::CmpOp::In, {"open", "close"}),
                         b.check(fvm::FieldId::ProcName, fvm::CmpOp::Glob, {"b*h"}),
                         b.check(b.call(fvm::Transformer::Concat, {b.field(fvm::FieldId::ProcName), b.string("x")}),
                                 fvm::CmpOp::Regex, {b.text("a[bc]+")})}));
  auto small = emit(b.rules(), {}, place_of);
  REQUIRE(small);
  size_t accepted = 0;
  size_t refused = 0;
  const auto flip = [&](ImageBytes& bytes, size_t at, unsigned bit) {
    ImageBytes tampered = bytes;
    tampered[at] ^= static_cast<uint8_t>(1u << bit);
    redigest(tampered);
    auto image = verify_bytes(tampered);
    if (image) exercise(*image, at % 64 == 0);
    ++(image ? accepted : refused);
  };
  for (size_t at = 0; at < small->bytes.size(); ++at)
    for (unsigned bit = 0; bit < 8; ++bit) flip(small->bytes, at, bit);
  ImageBytes sample = sample_image().bytes;
  std::mt19937 random(7);
  for (size_t at = 0; at < sample.size(); ++at) flip(sample, at, random() % 8);
  CHECK(accepted > 0);
  CHECK(refused > 10 * fvm::kEventCount);
}

TEST_CASE("random damage with a new digest is refused or harmless") {
  const ImageBytes sample = sample_image().bytes;
  std::mt19937 random(11);
  size_t refused = 0;
  for (int round = 0; round < 3000; ++round) {
    ImageBytes tampered = sample;
    for (int i = 0; i < 3; ++i) {
      const size_t at = sizeof(fvm::ImageHeader) + random() % (sample.size() - sizeof(fvm::ImageHeader));
      tampered[at] = static_cast<uint8_t>(random());
    }
    redigest(tampered);
    auto image = verify_bytes(tampered);
    if (image) exercise(*image, round % 16 == 0);
    refused += !image;
  }
  CHECK(refused > 1000);
}

TEST_CASE("identity: version and tables") {
  const auto header = [](const std::function<void(fvm::ImageHeader&)>& change) {
    ImageBytes image = sample_image().bytes;
    change(*reinterpret_cast<fvm::ImageHeader*>(image.data()));
    redigest(image);
    return refusal(image);
  };
  CHECK(header([](auto& h) { h.magic[0] = 'X'; }) == VerifyCode::BadMagic);
  CHECK(header([](auto& h) { h.version = 2; }) == VerifyCode::OtherVersion);
  CHECK(header([](auto& h) { ++h.fingerprints.events; }) == VerifyCode::OtherEvents);
  CHECK(header([](auto& h) { ++h.fingerprints.fields; }) == VerifyCode::OtherFields);
  CHECK(header([](auto& h) { ++h.fingerprints.opcodes; }) == VerifyCode::OtherOpcodes);
  CHECK(header([](auto& h) { ++h.fingerprints.types; }) == VerifyCode::OtherTypes);
  CHECK(header([](auto& h) { ++h.fingerprints.cmp_ops; }) == VerifyCode::OtherCmpOps);
  CHECK(header([](auto& h) { ++h.fingerprints.transformers; }) == VerifyCode::OtherTransformers);
  CHECK(header([](auto& h) { h.flags = 2; }) == VerifyCode::BadHeader);
  CHECK(header([](auto& h) { h.flags = fvm::kImageStripped; }) == VerifyCode::BadSourceMap);
  CHECK(header([](auto& h) { h.zero = 1; }) == VerifyCode::BadHeader);
  CHECK(header([](auto& h) { h.section_count = 3; }) == VerifyCode::BadCount);
  CHECK(header([](auto& h) { h.file_bytes += 8; }) == VerifyCode::WrongSize);
  CHECK(header([](auto& h) { h.sections[3].offset += 8; }) == VerifyCode::BadLayout);
  CHECK(header([](auto& h) { h.sections[3].bytes = UINT32_MAX; }) == VerifyCode::BadLayout);
  for (size_t i = 0; i < fvm::kSectionCount; ++i) {
    if (fvm::kSections[i].record_bytes > 1)
      CHECK(header([&](auto& h) { h.sections[i].bytes += 1; }) == VerifyCode::BadLayout);
  }
  const fvm::VerifyError other{VerifyCode::OtherFields, true, {}, 32};
  CHECK(fvm::describe(other) == "the image was compiled for other field tables; recompile the rules (header, byte 32)");
}

TEST_CASE("lies about values") {
  using fvm::ConstantRec, fvm::FieldRec, fvm::TermRec, fvm::PredicateRec;
  CHECK(lie_first<ConstantRec>(SectionId::Constants, [](auto& c) { c.kind = 200; }) == VerifyCode::BadEnum);
  CHECK(lie_first<ConstantRec>(SectionId::Constants, [](auto& c) { c.zero[2] = 1; }) == VerifyCode::BadPadding);
  CHECK(lie_first<ConstantRec>(SectionId::Constants, [](auto& c) { std::memset(c.payload, 0xff, 4); }) ==
        VerifyCode::BadText);
  CHECK(lie_first<ConstantRec>(SectionId::Constants, [](auto& c) { c.payload[15] = 1; }) == VerifyCode::BadConstant);
  const std::function<bool(const ConstantRec&)> is_net = [](const ConstantRec& c) { return c.prefix != 0; };
  CHECK(lie<ConstantRec>(SectionId::Constants, is_net, [](auto& c) { c.prefix = 129; }) == VerifyCode::BadConstant);
  CHECK(lie<ConstantRec>(SectionId::Constants, is_net, [](auto& c) { c.family = 5; }) == VerifyCode::BadConstant);
  CHECK(lie_first<uint32_t>(SectionId::Operands, [](auto& o) { o = 9999; }) == VerifyCode::BadRun);

  CHECK(lie_first<FieldRec>(SectionId::Fields, [](auto& f) { f.field = fvm::kFieldCount; }) == VerifyCode::BadField);
  CHECK(lie_first<FieldRec>(SectionId::Fields, [](auto& f) { f.arg = 1; }) == VerifyCode::BadField);
  CHECK(lie_first<FieldRec>(SectionId::Fields, [](auto& f) { f.index = 1; }) == VerifyCode::BadField);
  CHECK(lie_first<FieldRec>(SectionId::Fields, [](auto& f) { f.type = 3; }) == VerifyCode::BadField);
  CHECK(lie_first<FieldRec>(SectionId::Fields, [](auto& f) { f.zero = 3; }) == VerifyCode::BadPadding);
  const std::function<bool(const FieldRec&)> has_key = [](const FieldRec& f) { return f.key.bytes != 0; };
  CHECK(lie<FieldRec>(SectionId::Fields, has_key, [](auto& f) { f.key.bytes = 1u << 30; }) == VerifyCode::BadText);

  const std::function<bool(const TermRec&)> is_call = [](const TermRec& t) { return t.kind == 1; };
  const std::function<bool(const TermRec&)> is_list = [](const TermRec& t) { return t.kind == 3; };
  CHECK(lie_first<TermRec>(SectionId::Terms, [](auto& t) { t.slot = 500; }) == VerifyCode::BadTerm);
  CHECK(lie_first<TermRec>(SectionId::Terms, [](auto& t) { t.type = static_cast<uint8_t>(fvm::TypeId::UINT64); }) ==
        VerifyCode::BadTerm);
  CHECK(lie_first<TermRec>(SectionId::Terms, [](auto& t) { t.flags = 1; }) == VerifyCode::BadTerm);
  CHECK(lie_first<TermRec>(SectionId::Terms, [](auto& t) { t.kind = 9; }) == VerifyCode::BadEnum);
  CHECK(lie<TermRec>(SectionId::Terms, is_call, [](auto& t) { t.args.count = 1u << 30; }) == VerifyCode::BadRun);
  CHECK(lie<TermRec>(SectionId::Terms, is_call, [](auto& t) {
          t.transformer = static_cast<uint8_t>(fvm::Transformer::Join);
        }) == VerifyCode::BadCall);
  CHECK(lie<TermRec>(SectionId::Terms, is_call, [](auto& t) { t.type = static_cast<uint8_t>(fvm::TypeId::BOOL); }) ==
        VerifyCode::BadCall);
  CHECK(lie<TermRec>(SectionId::Terms, is_list, [](auto& t) { t.flags = 0; }) == VerifyCode::BadTerm);
  CHECK(lie_first<uint32_t>(SectionId::TermArgs, [](auto& a) { a = 9999; }) == VerifyCode::TermCycle);

  CHECK(lie_first<PredicateRec>(SectionId::Predicates, [](auto& p) { p.op = 77; }) == VerifyCode::BadEnum);
  CHECK(lie_first<PredicateRec>(SectionId::Predicates, [](auto& p) { p.lhs = 77; }) == VerifyCode::BadRun);
  CHECK(lie_first<PredicateRec>(SectionId::Predicates, [](auto& p) { p.domains ^= 2; }) == VerifyCode::WrongDomains);
  CHECK(lie_first<PredicateRec>(SectionId::Predicates, [](auto& p) {
          p.op = static_cast<uint8_t>(fvm::CmpOp::BContains);
        }) == VerifyCode::BadPredicate);
  CHECK(lie_first<PredicateRec>(SectionId::Predicates, [](auto& p) { p.operands.count = 2; }) ==
        VerifyCode::BadPredicate);
  CHECK(lie_first<PredicateRec>(SectionId::Predicates, [](auto& p) { p.operands.first = 1u << 31; }) ==
        VerifyCode::BadRun);
}

TEST_CASE("a regular expression that does not compile is refused") {
  RulesBuilder b;
  b.rule("r", b.check(fvm::FieldId::ProcName, fvm::CmpOp::Regex, {"a("}));
  auto image = emit(b.rules(), {}, place_of);
  REQUIRE(image);
  CHECK(refusal(image->bytes) == VerifyCode::BadRegex);
}

TEST_CASE("regular expressions that are too big together are refused") {
  RulesBuilder b;
  std::vector<ConstId> patterns;
  for (int i = 0; i < 300; ++i) patterns.push_back(b.text(".{900}" + std::to_string(i)));
  b.rule("r", b.check(b.field(fvm::FieldId::ProcName), fvm::CmpOp::Regex, patterns, Modifier::AnyOf));
  auto image = emit(b.rules(), {}, place_of);
  REQUIRE(image);
  CHECK(refusal(image->bytes) == VerifyCode::TooManyRegexes);
}

TEST_CASE("lies about code") {
  using fvm::Instr, fvm::ProgramRec;
  const auto is = [](fvm::Opcode op) -> std::function<bool(const Instr&)> {
    return [op](const Instr& i) { return i.op == static_cast<uint32_t>(op); };
  };
  CHECK(lie_first<Instr>(SectionId::Code, [](auto& i) { i.op = 5; }) == VerifyCode::BadOpcode);
  CHECK(lie<Instr>(SectionId::Code, is(fvm::Opcode::Test), [](auto& i) { i.a = 9999; }) == VerifyCode::BadOperand);
  CHECK(lie<Instr>(SectionId::Code, is(fvm::Opcode::Test), [](auto& i) { i.b = 0; }) == VerifyCode::BadJump);
  CHECK(lie<Instr>(SectionId::Code, is(fvm::Opcode::Test), [](auto& i) { i.b = 9999; }) == VerifyCode::BadJump);
  CHECK(lie<Instr>(SectionId::Code, is(fvm::Opcode::Match), [](auto& i) { i.a = 9999; }) == VerifyCode::BadOperand);
  CHECK(lie<Instr>(SectionId::Code, is(fvm::Opcode::Match), [](auto& i) { i.b = 1; }) == VerifyCode::BadOperand);
  CHECK(lie<Instr>(SectionId::Code, is(fvm::Opcode::Match), [](auto& i) { i.a = 3; }) == VerifyCode::BadOperand);
  CHECK(lie<Instr>(SectionId::Code, is(fvm::Opcode::End), [](auto& i) {
          i.op = static_cast<uint32_t>(fvm::Opcode::Match);
          i.a = 3;
        }) == VerifyCode::NoEnd);
  CHECK(lie_first<ProgramRec>(SectionId::Programs, [](auto& p) { p.count = 0; }) == VerifyCode::BadProgram);
  CHECK(lie_first<ProgramRec>(SectionId::Programs, [](auto& p) { p.first = 1; }) == VerifyCode::BadProgram);
  CHECK(lie_first<uint32_t>(SectionId::Dispatch, [](auto& d) { d = 9999; }) == VerifyCode::BadDispatch);
  CHECK(lie_first<uint32_t>(SectionId::Dispatch, [](auto& d) { d = fvm::kNoProgram; }) == VerifyCode::WrongInterest);
  CHECK(lie_first<uint64_t>(SectionId::Interest, [](auto& w) { w ^= 1; }) == VerifyCode::WrongInterest);
}

TEST_CASE("lies about rules and places") {
  using fvm::RuleRec, fvm::OutputPartRec, fvm::OutputFieldRec, fvm::MapRec, fvm::TextRef;
  CHECK(lie_first<RuleRec>(SectionId::Rules, [](auto& r) { r.priority = 8; }) == VerifyCode::BadRule);
  CHECK(lie_first<RuleRec>(SectionId::Rules, [](auto& r) { r.flags = 4; }) == VerifyCode::BadRule);
  CHECK(lie_first<RuleRec>(SectionId::Rules, [](auto& r) { r.zero = 4; }) == VerifyCode::BadPadding);
  CHECK(lie_first<RuleRec>(SectionId::Rules, [](auto& r) { r.name.bytes = 1u << 31; }) == VerifyCode::BadText);
  CHECK(lie_first<RuleRec>(SectionId::Rules, [](auto& r) { r.parts.count = 99; }) == VerifyCode::BadRun);
  CHECK(lie_first<TextRef>(SectionId::Tags, [](auto& t) { t.offset = 1u << 31; }) == VerifyCode::BadText);
  const std::function<bool(const OutputPartRec&)> is_term = [](const OutputPartRec& p) {
    return p.term != fvm::kNoTerm;
  };
  CHECK(lie<OutputPartRec>(SectionId::OutputParts, is_term, [](auto& p) { p.term = 9999; }) == VerifyCode::BadOutput);
  CHECK(lie<OutputPartRec>(SectionId::OutputParts, is_term, [](auto& p) { p.width = 1u << 31; }) ==
        VerifyCode::BadOutput);
  CHECK(lie<OutputPartRec>(SectionId::OutputParts, is_term, [](auto& p) { p.term = fvm::kNoTerm; }) ==
        VerifyCode::BadOutput);
  CHECK(lie_first<OutputFieldRec>(SectionId::OutputFields, [](auto& f) { f.term = 9999; }) == VerifyCode::BadOutput);
  CHECK(lie_first<OutputFieldRec>(SectionId::OutputFields, [](auto& f) { f.zero = 1; }) == VerifyCode::BadPadding);
  CHECK(lie_first<MapRec>(SectionId::SourceMap, [](auto& m) { m.subject = 2; }) == VerifyCode::BadSourceMap);
  CHECK(lie_first<MapRec>(SectionId::SourceMap, [](auto& m) { m.id = 99; }) == VerifyCode::BadSourceMap);
  CHECK(lie_first<MapRec>(SectionId::SourceMap, [](auto& m) { m.file.bytes = 99; }) == VerifyCode::BadText);
}

TEST_CASE("a sealed image stays where it is when moved") {
  auto sealed = fvm::SealedImage::from_bytes(sample_image().bytes);
  REQUIRE(sealed);
  const uint8_t* page = sealed->bytes().data();
  CHECK(reinterpret_cast<uintptr_t>(page) % 4096 == 0);
  const fvm::SealedImage moved = std::move(*sealed);
  CHECK(moved.bytes().data() == page);
  CHECK(sealed->bytes().empty());
}
