// SPDX-License-Identifier: Apache-2.0
//
// What is proved, assuming that the author of the image is hostile and computes digests:
//
//   1. Every section lies inside the file, holds whole records, and no two overlap (ImageView::open). Every count,
//   offset, run
//      and id in a record then stays inside its section, so following any reference reads only image bytes.
//   2. Every code of a table (kinds, types, fields, operators, transformers, opcodes, priorities) has a row.
//   3. Terms refer to smaller term ids only, so they form no cycle; depth and cost are bounded, so evaluating one needs
//   little
//      stack and ends soon. Text that transformers produce is bounded while running (limits::kTermTextBytes).
//   4. A predicate compares operands of its left side's kind with an operator that has a meaning for it. A live field
//   that
//      yields another kind than its row says (evt.rawarg) compares false; it does not misread memory.
//   5. Regular expressions are short, few, and compile within the bound of vm/ops/regex.h, whose matching is linear.
//   6. Instructions have known codes and operands in range; jumps go forward and stay inside the program; the last
//   instruction
//      is an end. So the program counter grows with every step and every run stops after at most as many steps as there
//      are instructions. Match operands grow too, so a match set never exceeds the number of rules.
//   7. Domains of a predicate are those of its fields, so that caching by them is sound.
//   8. Verification itself is quick: runs tile their sections or their total is bounded, so no pass is quadratic.
//   9. Reserved bytes are zero: nothing is smuggled past an older VM.
//
// What is not proved: that the rules are good ones.
#include "vm/image/verifier.h"

#include "vm/abi/limits.h"
#include "vm/image/verifier_passes.h"

namespace fvm {

Result<VerifiedImage, VerifyError> verify(SealedImage image) { return Verifier::verify(std::move(image)); }

Result<VerifiedImage, VerifyError> Verifier::verify(SealedImage image) {
  auto view = ImageView::open(image.bytes());
  if (!view) return Err{view.error()};
  Verifier verifier(*view);
  using Pass = void (Verifier::*)();
  constexpr Pass kPasses[] = {
      &Verifier::verify_constants,  &Verifier::verify_fields,  &Verifier::verify_terms,
      &Verifier::verify_predicates, &Verifier::verify_regexes, &Verifier::verify_code,
      &Verifier::verify_dispatch,   &Verifier::verify_rules,   &Verifier::verify_source_map,
  };
  for (Pass pass : kPasses) {
    (verifier.*pass)();
    if (verifier.error_) return Err{*verifier.error_};
  }
  return VerifiedImage(std::move(image), *view);
}

void Verifier::verify_code() {
  const auto code = view_.code();
  const auto programs = view_.programs();
  const size_t predicates = view_.predicates().size();
  const size_t rules = view_.rules().size();
  uint64_t covered = 0;
  for (size_t p = 0; p < programs.size(); ++p) {
    const ProgramRec& program = programs[p];
    if (program.first != covered || program.count == 0 || program.count > code.size() - covered) {
      return fail(VerifyCode::BadProgram, SectionId::Programs, p);
    }
    covered += program.count;
    uint64_t next_rule = 0;
    for (uint32_t pc = 0; pc < program.count; ++pc) {
      const size_t at = program.first + pc;
      const Instr& instr = code[at];
      if (instr.op >= kOpCount) return fail(VerifyCode::BadOpcode, SectionId::Code, at);
      const OpInfo& info = kOps[instr.op];
      const auto operand_error = [&](Operand kind, uint32_t value) -> std::optional<VerifyCode> {
        bool sound = false;
        switch (kind) {
          case Operand::None:
            sound = value == 0;
            break;
          case Operand::Predicate:
            sound = value < predicates;
            break;
          case Operand::Rule:
            sound = value < rules && value >= next_rule;
            next_rule = uint64_t{value} + 1;
            break;
          case Operand::Target:
            if (value <= pc || value >= program.count) return VerifyCode::BadJump;
            sound = true;
            break;
        }
        return sound ? std::nullopt : std::optional(VerifyCode::BadOperand);
      };
      if (const auto error = operand_error(info.a, instr.a)) return fail(*error, SectionId::Code, at);
      if (const auto error = operand_error(info.b, instr.b)) return fail(*error, SectionId::Code, at);
    }
    const size_t last = program.first + program.count - 1;
    if (kOps[code[last].op].flow != Flow::End) return fail(VerifyCode::NoEnd, SectionId::Code, last);
  }
  if (covered != code.size()) fail(VerifyCode::BadProgram, SectionId::Code, covered);
}

void Verifier::verify_dispatch() {
  const auto dispatch = view_.dispatch();
  const auto interest = view_.interest();
  if (dispatch.size() != kEventCount) return fail(VerifyCode::BadCount, SectionId::Dispatch, 0);
  if (interest.size() != kInterestWords) return fail(VerifyCode::BadCount, SectionId::Interest, 0);
  uint64_t expected[kInterestWords] = {};
  for (size_t code = 0; code < kEventCount; ++code) {
    if (dispatch[code] == kNoProgram) continue;
    if (dispatch[code] >= view_.programs().size()) return fail(VerifyCode::BadDispatch, SectionId::Dispatch, code);
    expected[code / 64] |= uint64_t{1} << (code % 64);
  }
  for (size_t i = 0; i < kInterestWords; ++i)
    if (interest[i] != expected[i]) return fail(VerifyCode::WrongInterest, SectionId::Interest, i);
}

void Verifier::verify_rules() {
  const auto rules = view_.rules();
  if (rules.size() > limits::kRules) return fail(VerifyCode::BadCount, SectionId::Rules, 0);
  const auto text_ok = [&](TextRef ref) { return view_.text_ok(SectionId::RuleText, ref); };

  const auto tags = view_.tags();
  for (size_t i = 0; i < tags.size(); ++i)
    if (!text_ok(tags[i])) return fail(VerifyCode::BadText, SectionId::Tags, i);
  const auto parts = view_.output_parts();
  for (size_t i = 0; i < parts.size(); ++i) {
    if (!text_ok(parts[i].literal) || !text_ok(parts[i].token))
      return fail(VerifyCode::BadText, SectionId::OutputParts, i);
    if (!output_part_sound(parts[i])) return fail(VerifyCode::BadOutput, SectionId::OutputParts, i);
  }
  const auto fields = view_.output_fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    const OutputFieldRec& f = fields[i];
    if (f.zero != 0) return fail(VerifyCode::BadPadding, SectionId::OutputFields, i);
    if (!text_ok(f.key)) return fail(VerifyCode::BadText, SectionId::OutputFields, i);
    const bool sound = f.key.bytes != 0 && f.term < view_.terms().size() &&
                       view_.terms()[f.term].kind == static_cast<uint8_t>(TermKind::Field);
    if (!sound) return fail(VerifyCode::BadOutput, SectionId::OutputFields, i);
  }

  Tiling tag_runs;
  Tiling part_runs;
  Tiling field_runs;
  for (size_t i = 0; i < rules.size(); ++i) {
    const RuleRec& r = rules[i];
    if (r.zero != 0) return fail(VerifyCode::BadPadding, SectionId::Rules, i);
    for (TextRef ref : {r.name, r.source, r.desc, r.output})
      if (!text_ok(ref)) return fail(VerifyCode::BadText, SectionId::Rules, i);
    const bool runs = tag_runs.take(r.tags, tags.size()) && part_runs.take(r.parts, parts.size()) &&
                      field_runs.take(r.fields, fields.size());
    if (!runs) return fail(VerifyCode::BadRun, SectionId::Rules, i);
    if (r.priority >= kPriorities || (r.flags & ~kRuleCapture) != 0)
      return fail(VerifyCode::BadRule, SectionId::Rules, i);
    const auto own_tags = view_.tags(r);
    for (size_t t = 1; t < own_tags.size(); ++t) {
      if (view_.rule_text(own_tags[t - 1]) >= view_.rule_text(own_tags[t]))
        return fail(VerifyCode::BadRule, SectionId::Rules, i);
    }
    uint64_t width = 0;
    for (const OutputPartRec& part : view_.parts(r)) width += part.width;
    if (width > limits::kOutputWidth) return fail(VerifyCode::BadOutput, SectionId::Rules, i);
  }
}

bool Verifier::output_part_sound(const OutputPartRec& part) const {
  if (part.term == kNoTerm) return part.width == 0 && part.token.bytes == 0;
  return part.term < view_.terms().size() && part.literal.bytes == 0 && part.token.bytes != 0;
}

void Verifier::verify_source_map() {
  const auto map = view_.source_map();
  const bool empty = map.empty() && view_.header().sections[static_cast<size_t>(SectionId::MapText)].bytes == 0;
  if (view_.stripped() && !empty) return fail(VerifyCode::BadSourceMap, SectionId::SourceMap, 0);
  for (size_t i = 0; i < map.size(); ++i) {
    const MapRec& m = map[i];
    if (!view_.text_ok(SectionId::MapText, m.file)) return fail(VerifyCode::BadText, SectionId::SourceMap, i);
    const size_t subjects =
        m.subject == static_cast<uint32_t>(MapSubject::Rule) ? view_.rules().size() : view_.predicates().size();
    const bool sorted =
        i == 0 || map[i - 1].subject < m.subject || (map[i - 1].subject == m.subject && map[i - 1].id < m.id);
    if (m.subject >= kMapSubjects || m.id >= subjects || !sorted)
      return fail(VerifyCode::BadSourceMap, SectionId::SourceMap, i);
  }
}

}  // namespace fvm
