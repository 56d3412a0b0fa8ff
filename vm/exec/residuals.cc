// SPDX-License-Identifier: Apache-2.0
//
// Cold: a workload makes most of its residuals in its first moments.
#include "vm/exec/residuals.h"

#include <algorithm>
#include <tuple>
#include <type_traits>

namespace fvm {
namespace {

/// Where each instruction leads, jumps taken; the program's end is its size.
class CodeFlow {
 public:
  explicit CodeFlow(std::span<const Instr> code) : code_(code), places_(code.size()) {
    for (uint32_t pc = size(); pc-- > 0;) {
      const auto op = static_cast<Opcode>(code[pc].op);
      places_[pc] = op == Opcode::Goto ? place(code[pc].b) : op == Opcode::End ? size() : pc;
    }
  }
  uint32_t size() const { return static_cast<uint32_t>(code_.size()); }
  /// The first instruction from pc on that tests or matches.
  uint32_t place(uint32_t pc) const { return pc < size() ? places_[pc] : size(); }
  bool does_something(uint32_t pc) const { return places_[pc] == pc; }
  uint32_t if_holds(uint32_t pc) const {
    return place(static_cast<Opcode>(code_[pc].op) == Opcode::TestNot ? code_[pc].b : pc + 1);
  }
  uint32_t if_fails(uint32_t pc) const {
    return place(static_cast<Opcode>(code_[pc].op) == Opcode::Test ? code_[pc].b : pc + 1);
  }

 private:
  std::span<const Instr> code_;
  std::vector<uint32_t> places_;
};

}  // namespace

Residuals::Residuals(const ImageView& image, const Questions& questions)
    : image_(image), questions_(questions), held_(questions.predicates()) {
  clear();
}

void Residuals::clear() {
  all_.clear();
  masks_.clear();
  process_questions_.clear();
  known_.clear();
  kept_.reset();
  add({});
}

std::vector<uint32_t> Residuals::of_program(uint32_t program) {
  const ProgramRec& p = image_.programs()[program];
  const std::span<const Instr> code = image_.code().subspan(p.first, p.count);
  const CodeFlow flow(code);
  std::vector<uint32_t> row;
  std::vector<uint32_t> numbers(code.size());  // of an instruction, in its region
  for (uint32_t pc = flow.place(0); pc < flow.size();) {
    const uint32_t first = pc;
    uint32_t count = 0;
    uint32_t end = pc + 1;  // of the region as far as it is known
    for (; pc < end && pc < flow.size(); ++pc) {
      if (!flow.does_something(pc)) continue;
      numbers[pc] = count++;
      end = std::max({end, flow.if_holds(pc), flow.if_fails(pc)});
    }
    std::vector<Step> steps;
    const auto number = [&](uint32_t at) { return at < end ? numbers[at] : count; };
    for (uint32_t at = first; at < end; ++at) {
      if (!flow.does_something(at)) continue;
      const bool is_match = static_cast<Opcode>(code[at].op) == Opcode::Match;
      const uint32_t what = code[at].a + (is_match ? static_cast<uint32_t>(questions_.predicates()) : 0);
      steps.push_back({what, number(flow.if_holds(at)), number(flow.if_fails(at))});
    }
    const uint32_t left = intern(reduce(steps, 0, [&](uint32_t what) { return unknown(what); }));
    if (left != kNothing) row.push_back(left);
    pc = end;
  }
  return row;
}

Residuals::Truth Residuals::unknown(uint32_t what) const {
  return what < questions_.predicates() && questions_.has(what, Questions::kDroppable) ? Truth::Moot : Truth::Unknown;
}

uint32_t Residuals::after(uint32_t residual, Group& group) {
  const bool none = std::ranges::none_of(group.span(), [&](uint32_t p) { return held_[p] == answer_; });
  if (none && group.when_none != kUnknown) return group.when_none;
  const uint32_t left = intern(reduce_about(residual, group.question, [&](uint32_t predicate) {
    return held_[predicate] == answer_ ? Truth::Holds : Truth::Lie;
  }));
  if (none) group.when_none = left;
  return left;
}

uint32_t Residuals::after_match(uint32_t residual) {
  const std::span<const Step> steps = all_[residual].steps;
  return intern(reduce(steps, steps[0].holds, [&](uint32_t what) { return unknown(what); }));
}

/// reduce() by what is known of one question's predicates alone.
template <typename TruthOf>
std::span<const Residuals::Step> Residuals::reduce_about(uint32_t residual, uint32_t question, TruthOf&& truth_of) {
  return reduce(all_[residual].steps, 0, [&](uint32_t what) {
    return what < questions_.predicates() && questions_.of(what) == question ? truth_of(what) : unknown(what);
  });
}

std::span<const Residuals::Step> Residuals::reduce_usual(uint32_t residual, uint32_t question) {
  return reduce_about(residual, question, [&](uint32_t predicate) {
    return questions_.has(predicate, Questions::kUnlikely) ? Truth::Lie : unknown(predicate);
  });
}

uint32_t Residuals::after_usual(uint32_t residual, uint32_t question) {
  return group_of(residual, question) != nullptr ? intern(reduce_usual(residual, question)) : residual;
}

size_t Residuals::tests_after_usual(uint32_t residual, uint32_t question) {
  const std::span<const Step> left = group_of(residual, question) != nullptr ? reduce_usual(residual, question) : steps(residual);
  return static_cast<size_t>(std::ranges::count_if(left, [&](const Step& step) { return is_test(step); }));
}

/// What is left of `steps` from `entry` on: first backwards where each step leads, then forwards which of them are still reached.
/// Valid until the next call.
template <typename TruthOf>
std::span<const Residuals::Step> Residuals::reduce(std::span<const Step> steps, uint32_t entry, TruthOf&& truth_of) {
  const auto count = static_cast<uint32_t>(steps.size());
  if (marks_.size() < count + 1) {
    marks_.resize(count + 1);
    steps_.resize(count);
  }
  Mark* const marks = marks_.data();
  marks[count] = {count, kUnknown};
  for (uint32_t i = count; i-- > entry;) {
    const uint32_t holds = marks[steps[i].holds].target, fails = marks[steps[i].fails].target;
    uint32_t target = i;
    switch (truth_of(steps[i].what)) {
      case Truth::Unknown:
        break;
      case Truth::Moot:
        if (holds == fails) target = holds;
        break;
      case Truth::Lie:
        target = fails;
        break;
      case Truth::Holds:
        target = holds;
        break;
    }
    marks[i] = {target, kUnknown};
  }
  constexpr uint32_t kReached = 0;
  Step* left = steps_.data();
  marks[marks[entry].target].place = kReached;
  for (uint32_t i = entry; i < count; ++i) {
    if (marks[i].place == kUnknown) continue;
    marks[i].place = static_cast<uint32_t>(left - steps_.data());
    *left = {steps[i].what, marks[steps[i].holds].target, marks[steps[i].fails].target};
    marks[left->holds].place = marks[left->fails].place = kReached;
    ++left;
  }
  const std::span<Step> all(steps_.data(), left);
  marks[count].place = static_cast<uint32_t>(all.size());
  for (Step& step : all) step = {step.what, marks[step.holds].place, marks[step.fails].place};
  return all;
}

uint32_t Residuals::intern(std::span<const Step> steps) {
  static_assert(std::has_unique_object_representations_v<Step>);
  if (steps.empty()) return kNothing;
  const uint64_t hash = hash64(Bytes(reinterpret_cast<const uint8_t*>(steps.data()), steps.size_bytes()));
  const auto [known, is_new] = known_.try_emplace(hash, static_cast<uint32_t>(all_.size()));
  const auto equal = [](const Step& a, const Step& b) { return a.what == b.what && a.holds == b.holds && a.fails == b.fails; };
  if (!is_new && std::ranges::equal(all_[known->second].steps, steps, equal)) return known->second;
  add(steps);
  return static_cast<uint32_t>(all_.size() - 1);
}

void Residuals::add(std::span<const Step> steps) {
  Residual residual{.steps = keep(steps), .groups = {}, .leaves_trace = false};
  uint32_t process_question = Questions::kNone;
  asked_.clear();
  for (const Step& step : steps) {
    if (!is_test(step)) continue;
    const uint32_t question = questions_.of(step.what);
    asked_.push_back({question, step.what});
    residual.leaves_trace |= !questions_.has(step.what, Questions::kDroppable);
    if (process_question == Questions::kNone && questions_.has(step.what, Questions::kOfProcess) && !questions_.is_alone(question))
      process_question = question;
  }
  std::ranges::sort(asked_, {}, [](const Asked& a) { return std::tuple(low_bits(a.question), a.question, a.predicate); });
  asked_.erase(std::unique(asked_.begin(), asked_.end()), asked_.end());
  size_t groups = 0;
  uint32_t* const predicates = kept_.alloc_array<uint32_t>(asked_.size());
  for (size_t i = 0; i < asked_.size(); ++i) {
    predicates[i] = asked_[i].predicate;
    groups += i == 0 || asked_[i].question != asked_[i - 1].question ? 1 : 0;
  }
  residual.groups = {kept_.alloc_array<Group>(groups), groups};
  uint64_t mask = 0;
  auto group = residual.groups.begin();
  for (size_t first = 0, end = 0; first < asked_.size(); first = end, ++group) {
    const uint32_t question = asked_[first].question;
    while (end < asked_.size() && asked_[end].question == question) ++end;
    *group = {question, kUnknown, predicates + first, static_cast<uint32_t>(end - first)};
    mask |= bit_of(question);
  }
  all_.push_back(residual);
  masks_.push_back(mask);
  process_questions_.push_back(process_question);
}

template <typename T>
std::span<T> Residuals::keep(std::span<const T> values) {
  T* const kept = kept_.alloc_array<T>(values.size());
  std::ranges::copy(values, kept);
  return {kept, values.size()};
}

}  // namespace fvm
