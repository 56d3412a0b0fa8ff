// SPDX-License-Identifier: Apache-2.0
//
// For each call one walk along the program, in which the call's name decides the tests that ask for nothing else; of
// other tests both ways are gone. Jumps go forward, so one pass does.

#include "vm/exec/generic_calls.h"

#include <span>
#include <vector>

namespace fvm {
namespace {

enum class Truth : uint8_t { No, Yes, Unknown };

bool asks_for_name(const ImageView& image, const Predicate& predicate) {
  const TermRec& term = image.terms()[predicate.lhs];
  if (predicate.rhs != RhsKind::Constants || static_cast<TermKind>(term.kind) != TermKind::Field) return false;
  const auto field = static_cast<FieldId>(image.fields()[term.slot].field);
  return field == FieldId::EvtType || field == FieldId::SyscallType;
}

class GenericWalk {
 public:
  GenericWalk(const ImageView& image, const PredicateTable& predicates, const ProgramRec& program)
      : image_(image), predicates_(predicates), code_(image.code().subspan(program.first, program.count)) {}

  bool may_match(size_t syscall) {
    reached_.assign(code_.size() + 1, false);
    reached_[0] = true;
    for (size_t i = 0; i < code_.size(); ++i) {
      if (!reached_[i]) continue;
      const Instr& instr = code_[i];
      switch (static_cast<Opcode>(instr.op)) {
        case Opcode::Match:
          return true;
        case Opcode::End:
          break;
        case Opcode::Goto:
          reached_[instr.b] = true;
          break;
        case Opcode::Test:
        case Opcode::TestNot: {
          const Truth truth = truth_of(instr.a, syscall);
          const Truth goes_on = static_cast<Opcode>(instr.op) == Opcode::Test ? Truth::Yes : Truth::No;
          if (truth == Truth::Unknown || truth == goes_on) reached_[i + 1] = true;
          if (truth == Truth::Unknown || truth != goes_on) reached_[instr.b] = true;
          break;
        }
      }
    }
    return false;
  }

 private:
  Truth truth_of(uint32_t predicate, size_t syscall) const {
    const Predicate& p = predicates_[predicate];
    // calls without a code have names by their native number
    if (syscall == 0 || !asks_for_name(image_, p)) return Truth::Unknown;
    const Value name = Value::text(kSyscalls[syscall].name);
    return holds(p, ValueList{&name, 1, true}) ? Truth::Yes : Truth::No;
  }

  const ImageView& image_;
  const PredicateTable& predicates_;
  std::span<const Instr> code_;
  std::vector<bool> reached_;
};

}  // namespace

SyscallSet generic_calls(const ImageView& image, const PredicateTable& predicates) {
  SyscallSet calls;
  const uint32_t program = image.dispatch()[static_cast<size_t>(EventCode::GENERIC_X)];
  if (program == kNoProgram) return calls;
  GenericWalk walk(image, predicates, image.programs()[program]);
  for (size_t syscall = 0; syscall < kSyscallCount; ++syscall) calls[syscall] = walk.may_match(syscall);
  return calls;
}

}  // namespace fvm
