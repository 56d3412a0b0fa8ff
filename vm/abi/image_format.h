// SPDX-License-Identifier: Apache-2.0
//
// The `.fbc` rules image, byte by byte. Little endian; offsets, never pointers; every section starts at a multiple of 8
// and follows the one before it with at most 7 zero bytes between; what a picture below calls zero must be zero.
// Written by compiler/emit/image_writer.cc, proved by vm/image/verifier.cc, read through vm/image/image_view.h.
//
//   offset size  header
//        0    8  magic "FALCOFBC"
//        8    4  format version
//       12    4  flags: 1 = source map stripped
//       16    8  size of the whole file, a multiple of 8
//       24   48  fingerprints of the events, fields, opcodes, types, cmp_ops and transformers tables (fingerprint.h)
//       72   16  XXH3-128 of the file without these 16 bytes, big-endian (canonical) form
//       88   16  XXH3-128 of the sources, for people; never checked
//      104    4  number of sections, kSectionCount
//      108    4  zero
//      112    8  per section: offset, bytes (4 each); position in the table = SectionId
//
//   hot, in order                     |  cold
//     Strings      bytes              |    RuleText      bytes
//     Constants    ConstantRec        |    Rules         RuleRec
//     Operands     constant ids       |    Tags          TextRef into RuleText
//     Fields       FieldRec = slot    |    OutputParts   OutputPartRec
//     Terms        TermRec            |    OutputFields  OutputFieldRec
//     TermArgs     term ids           |    Interest      bit per event code, 64 to a word
//     Predicates   PredicateRec       |    MapText       bytes      } both empty when stripped
//     Code         Instr              |    SourceMap     MapRec     }
//     Programs     ProgramRec         |
//     Dispatch     program id per event code, kNoProgram = nothing to decide
#pragma once

#include <cstddef>
#include <cstdint>

#include "vm/abi/tables.h"

namespace fvm {

inline constexpr char kImageMagic[8] = {'F', 'A', 'L', 'C', 'O', 'F', 'B', 'C'};
inline constexpr uint32_t kImageVersion = 1;
inline constexpr uint32_t kImageStripped = 1;

/// FALCO_SECTION(Sym, "name", Record), in file order. Text pools have records of one byte.
#define FALCO_IMAGE_SECTIONS(FALCO_SECTION)             \
  FALCO_SECTION(Strings, "strings", char)               \
  FALCO_SECTION(Constants, "constants", ConstantRec)    \
  FALCO_SECTION(Operands, "operands", uint32_t)         \
  FALCO_SECTION(Fields, "fields", FieldRec)             \
  FALCO_SECTION(Terms, "terms", TermRec)                \
  FALCO_SECTION(TermArgs, "term-args", uint32_t)        \
  FALCO_SECTION(Predicates, "predicates", PredicateRec) \
  FALCO_SECTION(Code, "code", Instr)                    \
  FALCO_SECTION(Programs, "programs", ProgramRec)       \
  FALCO_SECTION(Dispatch, "dispatch", uint32_t)         \
  FALCO_SECTION(RuleText, "rule-text", char)            \
  FALCO_SECTION(Rules, "rules", RuleRec)                \
  FALCO_SECTION(Tags, "tags", TextRef)                  \
  FALCO_SECTION(OutputParts, "output-parts", OutputPartRec)    \
  FALCO_SECTION(OutputFields, "output-fields", OutputFieldRec) \
  FALCO_SECTION(Interest, "interest", uint64_t)         \
  FALCO_SECTION(MapText, "map-text", char)              \
  FALCO_SECTION(SourceMap, "source-map", MapRec)

enum class SectionId : uint8_t {
#define FALCO_SECTION(Sym, name, Record) Sym,
  FALCO_IMAGE_SECTIONS(FALCO_SECTION)
#undef FALCO_SECTION
};

struct SectionRec {
  uint32_t offset;
  uint32_t bytes;
};
static_assert(sizeof(SectionRec) == 8);

#define FALCO_SECTION(Sym, name, Record) +1
inline constexpr size_t kSectionCount = 0 FALCO_IMAGE_SECTIONS(FALCO_SECTION);
#undef FALCO_SECTION

struct Digest128 {
  uint8_t bytes[16];
  bool operator==(const Digest128&) const = default;
};

struct Fingerprints {
  uint64_t events;
  uint64_t fields;
  uint64_t opcodes;
  uint64_t types;
  uint64_t cmp_ops;
  uint64_t transformers;
  bool operator==(const Fingerprints&) const = default;
};

struct ImageHeader {
  char magic[8];
  uint32_t version;
  uint32_t flags;
  uint64_t file_bytes;
  Fingerprints fingerprints;
  Digest128 digest;
  Digest128 sources_digest;
  uint32_t section_count;
  uint32_t zero;
  SectionRec sections[kSectionCount];
};
static_assert(offsetof(ImageHeader, version) == 8 && offsetof(ImageHeader, file_bytes) == 16);
static_assert(offsetof(ImageHeader, fingerprints) == 24 && offsetof(ImageHeader, digest) == 72);
static_assert(offsetof(ImageHeader, sources_digest) == 88 && offsetof(ImageHeader, section_count) == 104);
static_assert(offsetof(ImageHeader, sections) == 112 && sizeof(ImageHeader) == 112 + 8 * kSectionCount);

/// Text in the pool that the owning record's section goes with. An empty text has offset 0.
struct TextRef {
  uint32_t offset;
  uint32_t bytes;
};
static_assert(sizeof(TextRef) == 8);

/// A run of records in another section. An empty run has first 0.
struct RunRef {
  uint32_t first;
  uint32_t count;
};
static_assert(sizeof(RunRef) == 8);

//   offset size  constant
//        0    1  Kind, not None
//        1    1  address family 4 or 6 (Ip, Net), else zero
//        2    1  prefix length in bits (Net), else zero
//        3    5  zero
//        8   16  Text, Bytes: TextRef into Strings, then zero | Int, Uint, Bool, Double: 8 bytes, then zero
//                Ip, Net: address; IPv4 is the first 4 bytes, then zero
struct ConstantRec {
  uint8_t kind;
  uint8_t family;
  uint8_t prefix;
  uint8_t zero[5];
  uint8_t payload[16];
  bool operator==(const ConstantRec&) const = default;
};
static_assert(sizeof(ConstantRec) == 24 && offsetof(ConstantRec, payload) == 8);

//   offset size  field use; position = slot
//        0    2  FieldId
//        2    1  FieldArg
//        3    1  TypeId of the value
//        4    4  zero
//        8    8  index (FieldArg::Index), else zero
//       16    8  key: TextRef into Strings (FieldArg::Key), else zero
struct FieldRec {
  uint16_t field;
  uint8_t arg;
  uint8_t type;
  uint32_t zero;
  int64_t index;
  TextRef key;
};
static_assert(sizeof(FieldRec) == 24 && offsetof(FieldRec, index) == 8);

enum class TermKind : uint8_t { Field, Call, String, List };
inline constexpr size_t kTermKinds = 4;
inline constexpr uint8_t kTermIsList = 1;

//   offset size  term: a value; arguments have smaller ids than the term
//        0    1  TermKind
//        1    1  Transformer (Call), else zero
//        2    1  TypeId of the value, or of the elements
//        3    1  flags: 1 = yields a list
//        4    4  slot (Field), else zero
//        8    8  arguments (Call) or elements (List): run of TermArgs, else zero
//       16    8  String: its text; Call of getopt: selector or empty; else zero. TextRef into Strings
struct TermRec {
  uint8_t kind;
  uint8_t transformer;
  uint8_t type;
  uint8_t flags;
  uint32_t slot;
  RunRef args;
  TextRef text;
};
static_assert(sizeof(TermRec) == 24 && offsetof(TermRec, args) == 8 && offsetof(TermRec, text) == 16);

/// How many of its operands must satisfy a predicate's operator; None: the operator says.
enum class Modifier : uint8_t { None, OneOf, AnyOf, AllOf };
inline constexpr size_t kModifiers = 4;
enum class RhsKind : uint8_t { None, Constants, Term };
inline constexpr size_t kRhsKinds = 3;

//   offset size  predicate
//        0    1  CmpOp
//        1    1  Modifier
//        2    1  RhsKind
//        3    1  domains its fields depend on, one bit per Domain: what its truth may be cached by
//        4    4  term id of the left side
//        8    8  Constants: run of Operands, in order as written | Term: {term id, 0} | None: zero
struct PredicateRec {
  uint8_t op;
  uint8_t modifier;
  uint8_t rhs;
  uint8_t domains;
  uint32_t lhs;
  RunRef operands;
};
static_assert(sizeof(PredicateRec) == 16 && offsetof(PredicateRec, operands) == 8);

enum class Opcode : uint32_t {
#define FALCO_OP(code, Sym, mnemonic, A, B, flow, doc) Sym = code,
#include "vm/abi/opcodes.def"
#undef FALCO_OP
};
enum class Operand : uint8_t { None, Predicate, Rule, Target };
enum class Flow : uint8_t { Next, Branch, Jump, End };

struct OpInfo {
  std::string_view mnemonic;
  Operand a;
  Operand b;
  Flow flow;
  std::string_view doc;
};
inline constexpr OpInfo kOps[] = {
#define FALCO_OP(code, Sym, mnemonic, A, B, flow, doc) {mnemonic, Operand::A, Operand::B, Flow::flow, doc},
#include "vm/abi/opcodes.def"
#undef FALCO_OP
};
inline constexpr size_t kOpCount = sizeof(kOps) / sizeof(kOps[0]);

//   offset size  instruction; a Target counts instructions from the program's first
//        0    4  Opcode
//        4    4  operand A
//        8    4  operand B
struct Instr {
  uint32_t op;
  uint32_t a;
  uint32_t b;
  bool operator==(const Instr&) const = default;
};
static_assert(sizeof(Instr) == 12);

/// A run of Code. Programs follow each other without gaps and cover the section.
struct ProgramRec {
  uint32_t first;
  uint32_t count;
};
static_assert(sizeof(ProgramRec) == 8);
inline constexpr uint32_t kNoProgram = UINT32_MAX;

inline constexpr uint32_t kPriorities = 8;  ///< 0 emergency ... 7 debug, as syslog
inline constexpr uint8_t kRuleCapture = 1;

//   offset size  rule; position = rule id, installation order
//        0    8  name                                     TextRefs are into RuleText
//        8    8  source of events
//       16    8  description
//       24    8  output as compiled
//       32    8  run of Tags, sorted bytewise, no duplicates
//       40    8  run of OutputParts
//       48    8  run of OutputFields
//       56    4  capture duration, milliseconds
//       60    1  priority
//       61    1  flags: 1 = starts a capture
//       62    2  zero
struct RuleRec {
  TextRef name;
  TextRef source;
  TextRef desc;
  TextRef output;
  RunRef tags;
  RunRef parts;
  RunRef fields;
  uint32_t capture_duration_ms;
  uint8_t priority;
  uint8_t flags;
  uint16_t zero;
};
static_assert(sizeof(RuleRec) == 64 && offsetof(RuleRec, tags) == 32 && offsetof(RuleRec, priority) == 60);

inline constexpr uint32_t kNoTerm = UINT32_MAX;

/// A piece of an output: literal text (term = kNoTerm, width 0, token empty) or a rendered term (literal empty).
struct OutputPartRec {
  uint32_t term;
  uint32_t width;   ///< bytes to pad or cut to; 0 = natural
  TextRef literal;  ///< into RuleText
  TextRef token;    ///< normal form without `%`; into RuleText
};
static_assert(sizeof(OutputPartRec) == 24);

/// One key of JSON `output_fields`; the term is a Field term.
struct OutputFieldRec {
  TextRef key;  ///< into RuleText
  uint32_t term;
  uint32_t zero;
};
static_assert(sizeof(OutputFieldRec) == 16);

inline constexpr size_t kInterestWords = (kEventCount + 63) / 64;

enum class MapSubject : uint32_t { Rule, Predicate };
inline constexpr size_t kMapSubjects = 2;

/// Where a rule or the first use of a predicate stands in the sources. Sorted by subject, then id.
struct MapRec {
  uint32_t subject;  ///< MapSubject
  uint32_t id;
  TextRef file;      ///< into MapText
  uint32_t line;     ///< from 1
  uint32_t column;   ///< bytes, from 1
};
static_assert(sizeof(MapRec) == 24);

struct SectionInfo {
  std::string_view name;
  uint32_t record_bytes;
};
inline constexpr SectionInfo kSections[] = {
#define FALCO_SECTION(Sym, name, Record) {name, sizeof(Record)},
    FALCO_IMAGE_SECTIONS(FALCO_SECTION)
#undef FALCO_SECTION
};
constexpr const SectionInfo& section_info(SectionId id) { return kSections[static_cast<size_t>(id)]; }

namespace detail {
#define FALCO_OP(code, ...) code,
inline constexpr int kOpIds[] = {
#include "vm/abi/opcodes.def"
};
#undef FALCO_OP
static_assert(dense(kOpIds));
}  // namespace detail

}  // namespace fvm
