// SPDX-License-Identifier: Apache-2.0
//
// ImageView: the sections of an image as spans of records. The only place that gives image bytes a type.
// open() proves that header and section table are sound, so a span never leaves the image; what the records say is
// proved by the verifier. Until then use the checked accessors (`text_ok`, `run_ok`) before `text` and `run`.
// Borrows the bytes; copy freely.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "vm/abi/image_format.h"
#include "vm/base/bytes.h"
#include "vm/base/check.h"
#include "vm/base/result.h"
#include "vm/image/verify_error.h"

namespace fvm {

class ImageView {
 public:
  /// `bytes` start at a multiple of 8. Checks magic, version, fingerprints, size, digest and the section table.
  static Result<ImageView, VerifyError> open(Bytes bytes);

  const ImageHeader& header() const { return *reinterpret_cast<const ImageHeader*>(bytes_.data()); }
  Bytes bytes() const { return bytes_; }
  bool stripped() const { return (header().flags & kImageStripped) != 0; }

  std::span<const ConstantRec> constants() const { return records<ConstantRec>(SectionId::Constants); }
  std::span<const uint32_t> operands() const { return records<uint32_t>(SectionId::Operands); }
  std::span<const FieldRec> fields() const { return records<FieldRec>(SectionId::Fields); }
  std::span<const TermRec> terms() const { return records<TermRec>(SectionId::Terms); }
  std::span<const uint32_t> term_args() const { return records<uint32_t>(SectionId::TermArgs); }
  std::span<const PredicateRec> predicates() const { return records<PredicateRec>(SectionId::Predicates); }
  std::span<const Instr> code() const { return records<Instr>(SectionId::Code); }
  std::span<const ProgramRec> programs() const { return records<ProgramRec>(SectionId::Programs); }
  std::span<const uint32_t> dispatch() const { return records<uint32_t>(SectionId::Dispatch); }
  std::span<const RuleRec> rules() const { return records<RuleRec>(SectionId::Rules); }
  std::span<const TextRef> tags() const { return records<TextRef>(SectionId::Tags); }
  std::span<const OutputPartRec> output_parts() const { return records<OutputPartRec>(SectionId::OutputParts); }
  std::span<const OutputFieldRec> output_fields() const { return records<OutputFieldRec>(SectionId::OutputFields); }
  std::span<const uint64_t> interest() const { return records<uint64_t>(SectionId::Interest); }
  std::span<const MapRec> source_map() const { return records<MapRec>(SectionId::SourceMap); }

  /// Texts of the three pools. The reference must lie inside its pool.
  std::string_view string(TextRef ref) const { return text(SectionId::Strings, ref); }
  std::string_view rule_text(TextRef ref) const { return text(SectionId::RuleText, ref); }
  std::string_view map_text(TextRef ref) const { return text(SectionId::MapText, ref); }
  bool text_ok(SectionId pool, TextRef ref) const {
    const uint64_t pool_bytes = header().sections[static_cast<size_t>(pool)].bytes;
    return uint64_t{ref.offset} + ref.bytes <= pool_bytes && (ref.bytes != 0 || ref.offset == 0);
  }
  /// Whether a run lies inside a section of `total` records.
  static bool run_ok(RunRef ref, size_t total) {
    return uint64_t{ref.first} + ref.count <= total && (ref.count != 0 || ref.first == 0);
  }

  std::span<const uint32_t> operands(const PredicateRec& p) const { return run(operands(), p.operands); }
  std::span<const uint32_t> args(const TermRec& t) const { return run(term_args(), t.args); }
  std::span<const TextRef> tags(const RuleRec& r) const { return run(tags(), r.tags); }
  std::span<const OutputPartRec> parts(const RuleRec& r) const { return run(output_parts(), r.parts); }
  std::span<const OutputFieldRec> fields(const RuleRec& r) const { return run(output_fields(), r.fields); }

  /// File offset of record `index` of a section, for messages.
  uint64_t offset_of(SectionId id, size_t index) const {
    return header().sections[static_cast<size_t>(id)].offset + uint64_t{index} * section_info(id).record_bytes;
  }

 private:
  explicit ImageView(Bytes bytes) : bytes_(bytes) {}

  template <typename T>
  std::span<const T> records(SectionId id) const {
    const SectionRec& s = header().sections[static_cast<size_t>(id)];
    return {reinterpret_cast<const T*>(bytes_.data() + s.offset), s.bytes / sizeof(T)};
  }
  std::string_view text(SectionId pool, TextRef ref) const {
    FALCO_DCHECK(text_ok(pool, ref));
    const SectionRec& s = header().sections[static_cast<size_t>(pool)];
    return as_text(bytes_.subspan(s.offset + ref.offset, ref.bytes));
  }
  template <typename T>
  static std::span<const T> run(std::span<const T> all, RunRef ref) {
    FALCO_DCHECK(run_ok(ref, all.size()));
    return all.subspan(ref.first, ref.count);
  }

  Bytes bytes_;
};

/// The digest an image with these bytes must carry: everything but the digest itself. At least a header long.
Digest128 content_digest(Bytes image);

}  // namespace fvm
