// SPDX-License-Identifier: Apache-2.0
//
// Jumps go forward, so one walk from the end of a program to its start says for each instruction what becomes of one
// rule from there on: reported whatever happens, not reported whatever happens, or decided by the test at some
// instruction. Both ways of a test with the same fate: the test does not matter. The tests that matter at the start of
// the program, and those that matter behind them, are the rule's own.

#include "vm/exec/rule_reach.h"

#include <algorithm>

namespace fvm {
namespace {

/// Instructions looked at for all rules of an image together; a program made to need more gets kAll. Compiled rules
/// stay near the size of the code, because a rule's tests stand together.
constexpr uint64_t kMaxSteps = 100'000'000;

// Fate of a rule: one of these, or kDecidedAt + the instruction whose test decides.
constexpr uint32_t kNever = 0;
constexpr uint32_t kAlways = 1;
constexpr uint32_t kDecidedAt = 2;

class TermNeeds {
 public:
  explicit TermNeeds(const ImageView& image) {
    for (const TermRec& term : image.terms()) {  // arguments have smaller ids
      uint8_t needs = 0;
      if (static_cast<TermKind>(term.kind) == TermKind::Field) {
        needs = needs_of(static_cast<FieldId>(image.fields()[term.slot].field));
      }
      for (const uint32_t argument : image.args(term)) needs |= of_term_[argument];
      of_term_.push_back(needs);
    }
  }
  uint8_t of(const PredicateRec& p) const {
    const bool two_sided = static_cast<RhsKind>(p.rhs) == RhsKind::Term;
    return static_cast<uint8_t>(of_term_[p.lhs] | (two_sided ? of_term_[p.operands.first] : 0));
  }

 private:
  std::vector<uint8_t> of_term_;
};

class ProgramWalk {
 public:
  ProgramWalk(const ImageView& image, const TermNeeds& terms, uint64_t& steps)
      : image_(image), terms_(terms), steps_(steps) {}

  /// Adds `program`, which decides the events `codes`, to the rules it can report.
  void add(const ProgramRec& program, const std::bitset<kEventCount>& codes, std::vector<RuleReach>& rules) {
    code_ = image_.code().subspan(program.first, program.count);
    furthest_.assign(code_.size() + 1, 0);
    fate_.assign(code_.size() + 1, kNever);
    seen_by_.assign(code_.size(), 0);
    written_to_ = 0;
    for (size_t i = 0; i < code_.size(); ++i) furthest_[i + 1] = std::max(furthest_[i], target(code_[i]));
    for (size_t i = code_.size(); i-- > 0;) {
      if (static_cast<Opcode>(code_[i].op) != Opcode::Match) continue;
      RuleReach& reach = rules[code_[i].a];
      reach.events |= codes;
      reach.needs |= needs(code_[i].a, i);
    }
  }

 private:
  uint32_t target(const Instr& instr) const {
    switch (static_cast<Opcode>(instr.op)) {
      case Opcode::Test:
      case Opcode::TestNot:
      case Opcode::Goto:
        return instr.b;
      case Opcode::End:
        return static_cast<uint32_t>(code_.size());
      case Opcode::Match:
        break;
    }
    return 0;
  }

  uint8_t needs(uint32_t rule, size_t match) {
    // A program reports a rule at one place only, so behind it lies nothing but what rules with greater numbers left.
    for (size_t i = match + 1; i <= written_to_; ++i) fate_[i] = kNever;
    written_to_ = match;
    for (size_t i = match + 1; i-- > 0;) {
      if (++steps_ > kMaxSteps) return need::kAll;
      const Instr& instr = code_[i];
      switch (static_cast<Opcode>(instr.op)) {
        case Opcode::Match:
          fate_[i] = i == match ? kAlways : fate_[i + 1];
          break;
        case Opcode::End:
          fate_[i] = kNever;
          break;
        case Opcode::Goto:
          fate_[i] = fate_[instr.b];
          break;
        case Opcode::Test:
        case Opcode::TestNot:
          fate_[i] = fate_[i + 1] == fate_[instr.b] ? fate_[i + 1] : kDecidedAt + static_cast<uint32_t>(i);
          break;
      }
      if (furthest_[i] <= i) return collect(i, rule);  // whatever stands in front only leads here
    }
    return collect(0, rule);
  }

  /// Needs of the tests that matter from instruction `start` on.
  uint8_t collect(size_t start, uint32_t rule) {
    uint8_t all = 0;
    if (fate_[start] < kDecidedAt) return all;
    todo_ = {fate_[start] - kDecidedAt};
    while (!todo_.empty()) {
      const uint32_t at = todo_.back();
      todo_.pop_back();
      if (seen_by_[at] == rule + 1) continue;
      seen_by_[at] = rule + 1;
      ++steps_;
      all |= terms_.of(image_.predicates()[code_[at].a]);
      for (const uint32_t next : {fate_[at + 1], fate_[code_[at].b]}) {
        if (next >= kDecidedAt) todo_.push_back(next - kDecidedAt);
      }
    }
    return all;
  }

  const ImageView& image_;
  const TermNeeds& terms_;
  uint64_t& steps_;
  std::span<const Instr> code_;
  std::vector<uint32_t> furthest_;  ///< the furthest target of all instructions in front
  std::vector<uint32_t> fate_;
  size_t written_to_ = 0;  ///< the last match walked from
  std::vector<uint32_t> todo_;
  std::vector<uint32_t> seen_by_;  ///< rule + 1
};

}  // namespace

uint8_t needs_of(FieldId field) {
  switch (field) {
    case FieldId::EvtDir:
    case FieldId::EvtType:
    case FieldId::EvtTypeIs:
    case FieldId::SyscallType:
    case FieldId::EvtCpu:
    case FieldId::EvtRes:
    case FieldId::EvtRawres:
    case FieldId::EvtFailed:
    case FieldId::EvtIsIo:
    case FieldId::EvtIsIoRead:
    case FieldId::EvtIsIoWrite:
    case FieldId::EvtIoDir:
    case FieldId::EvtIsWait:
    case FieldId::EvtWaitLatency:
    case FieldId::EvtCount:
    case FieldId::EvtCountError:
    case FieldId::EvtCountExit:
    case FieldId::EvtAround:
    case FieldId::EvtDeltatime:
    case FieldId::EvtDeltatimeS:
    case FieldId::EvtDeltatimeNs:
      return 0;
    case FieldId::EvtCategory:
      return need::kDescriptor;
    case FieldId::EvtIsOpenRead:
    case FieldId::EvtIsOpenWrite:
    case FieldId::EvtIsOpenExec:
    case FieldId::EvtIsOpenCreate:
    case FieldId::EvtBuffer:
    case FieldId::EvtBuflen:
    case FieldId::EvtBuflenIn:
    case FieldId::EvtBuflenOut:
      return need::kArguments;
    default:
      break;
  }
  switch (field_info(field).field_class) {
    case FieldClass::EvtGeneric:
    case FieldClass::Util:
      return 0;
    case FieldClass::Process:
    case FieldClass::User:
    case FieldClass::Group:
      return need::kThread;
    case FieldClass::Container:
    case FieldClass::K8s:
      return need::kThread | need::kContainer;
    case FieldClass::Evt:
    case FieldClass::Fd:
    case FieldClass::FsPath:
    case FieldClass::FdList:
      break;  // paths are relative to what the thread and its descriptors say
  }
  return need::kArguments | need::kThread | need::kDescriptor;
}

std::vector<RuleReach> rule_reach(const ImageView& image) {
  std::vector<RuleReach> rules(image.rules().size());
  std::vector<std::bitset<kEventCount>> codes(image.programs().size());
  for (size_t code = 0; code < kEventCount; ++code) {
    if (image.dispatch()[code] != kNoProgram) codes[image.dispatch()[code]].set(code);
  }
  const TermNeeds terms(image);
  uint64_t steps = 0;
  ProgramWalk walk(image, terms, steps);
  for (size_t p = 0; p < codes.size(); ++p) {
    if (codes[p].any()) walk.add(image.programs()[p], codes[p], rules);
  }
  return rules;
}

}  // namespace fvm
