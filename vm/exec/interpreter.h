// SPDX-License-Identifier: Apache-2.0
//
// Machine: runs the decision program of an event. Each field use is read, each transformer applied and each predicate
// tested at most once per event, however many rules ask; marks with the event's number say what is already known, so
// that nothing has to be cleared between events. Trusts the verifier: no check here repeats what it proved. Hot: no
// heap after warm-up, no exceptions, no look-up by name. Not thread-safe; one Machine per thread may share an image.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <memory>
#include <vector>

#include "vm/abi/limits.h"
#include "vm/base/arena.h"
#include "vm/exec/decision_graph.h"
#include "vm/exec/detour.h"
#include "vm/exec/match_set.h"
#include "vm/exec/predicate.h"
#include "vm/exec/process_memo.h"
#include "vm/exec/rule_selection.h"
#include "vm/exec/text_matcher.h"
#include "vm/exec/value_memo.h"
#include "vm/field/field_use.h"
#include "vm/image/verified_image.h"
#include "vm/ops/transform.h"

namespace fvm {

/// Where field values come from: LiveFields, or made-up values in tests. Values live until the next event or arena
/// reset.
template <typename F>
concept FieldSource = requires(const F& fields, const FieldUse& use, Arena& arena) {
  { fields.read(use, arena) } -> std::same_as<ValueList>;
  { fields.read_for_output(use, arena) } -> std::same_as<ValueList>;
};

/// What may be switched off to compare; none of it changes which rules match.
struct MachineOptions {
  bool classes = true;  ///< run programs specialised by what is known, see DecisionGraph
  bool matchers = true;  ///< find what holds for a text in one pass, see TextMatcher; used by classes only
  bool memo = true;     ///< remember where values led, see ValueMemo; used by classes only
  bool processes = true;  ///< remember where processes led, see ProcessMemo; used by classes only
  bool ready = false;  ///< make matchers and the graph's starts at once: for who waits for events anyway; else when first needed
  size_t decision_nodes = limits::kDecisionNodes;
};

/// Watches nothing, and is nothing in the code. Others look like it: vm/profile/trace_probe.h.
struct NoProbe {
  void entered(uint32_t) {}         ///< this program
  void tested(uint32_t, bool) {}    ///< instruction of the image's code, its predicate's truth
  void matched(uint32_t, bool) {}   ///< instruction of the image's code, whether its rule is active
  void left() {}                    ///< the event has been decided
};

class Machine {
 public:
  /// The image must outlive the machine.
  explicit Machine(const VerifiedImage& image, const MachineOptions& options = {});

  /// Appends the active rules that match to `out`: the first one, or all of them, in installation order. With a probe the program
  /// is run as it is in the image, whatever the options say.
  template <FieldSource F, typename Probe = NoProbe>
  void run(EventCode code, const F& fields, MatchMode mode, MatchSet& out, Probe probe = {});

  /// The value of a term in output. Nothing is remembered; results live in `arena` or in what the fields borrow from.
  template <FieldSource F>
  ValueList eval_term(uint32_t term, const F& fields, Arena& arena) const;

  /// Whether some rule, active or not, looks at events of this code.
  bool watches(EventCode code) const { return dispatch_[static_cast<size_t>(code)] != kNoProgram; }
  ActiveRules& active_rules() { return active_; }
  const ActiveRules& active_rules() const { return active_; }
  const ImageView& image() const { return view_; }
  size_t rule_count() const { return view_.rules().size(); }
  /// The field uses of the image by slot.
  std::span<const FieldUse> field_uses() const { return uses_; }
  const PredicateTable& predicates() const { return predicates_; }
  const DecisionGraph& graph() const { return graph_; }
  const ValueMemo& memo() const { return memo_; }
  const ProcessMemo& processes() const { return processes_; }
  /// Has every detour timed from now on; null: none. The meter must outlive this.
  void measure_detours(DetourMeter* meter) {
    detours_ = meter;
    graph_.measure_detours(meter);
  }
  /// Events whose transformers asked for more than limits::kTermTextBytes; the excess was taken as missing.
  uint64_t text_overruns() const { return text_overruns_ + (text_bytes_ > limits::kTermTextBytes ? 1 : 0); }

 private:
  struct Term {
    TermKind kind{};
    Transformer transformer{};
    bool is_list = false;
    uint32_t slot = 0;
    std::span<const uint32_t> args;
    std::string_view text;
    Value literal;  ///< TermKind::String
  };
  struct Memo {
    uint32_t event = 0;  ///< number of the event the value belongs to
    ValueList value;
  };

  template <FieldSource F, typename Probe>
  void interpret(uint32_t program, const F& fields, MatchMode mode, MatchSet& out, Probe& probe);
  template <FieldSource F>
  class ProcessRun;
  template <FieldSource F>
  bool decide(uint32_t program, const F& fields, MatchMode mode, MatchSet& out);
  template <FieldSource F>
  uint32_t ask(uint32_t node, const F& fields);
  template <typename Answer>
  uint32_t remembered(const ValueMemo::Key& key, Answer&& answer);
  template <FieldSource F>
  uint32_t ask_descriptor(uint32_t node, const F& fields);
  template <FieldSource F>
  uint32_t answer_family(uint32_t node, const F& fields, uint64_t number = 0);
  uint32_t answer(uint32_t node, const ValueList& lhs);
  void find_truths(std::span<const uint32_t> predicates, const ValueList& lhs, uint64_t number, std::span<uint64_t> words, size_t first);

  TextMatcher& matcher_of(uint32_t term);
  void make_matchers();
  template <FieldSource F>
  bool test(uint32_t predicate, const F& fields);
  template <FieldSource F>
  ValueList value(uint32_t term, const F& fields);
  template <typename Argument>
  ValueList combine(const Term& term, Argument&& argument, size_t& text_bytes, Arena& arena) const;
  ValueList apply(const Term& term, std::span<const ops::TransformArg> args, size_t& text_bytes, Arena& arena) const;
  void begin_event();

  MachineOptions options_;
  ImageView view_;
  std::span<const Instr> code_;
  std::span<const ProgramRec> programs_;
  std::span<const uint32_t> dispatch_;
  std::vector<FieldUse> uses_;
  std::vector<Term> terms_;
  PredicateTable predicates_;
  ActiveRules active_;
  DecisionGraph graph_;
  uint32_t edition_ = 0;  ///< of the graph that memo_ is about
  ValueMemo memo_;
  ProcessMemo processes_;
  std::vector<std::unique_ptr<TextMatcher>> matchers_;  ///< by left side; null until needed
  std::vector<uint64_t> answer_;  ///< room for the truth of all predicates
  DetourMeter* detours_ = nullptr;

  Arena arena_;
  uint32_t event_ = 0;           ///< at most kEventNumbers; 0 = never
  std::vector<uint32_t> known_;  ///< per predicate: event << 1 | truth
  std::vector<Memo> slots_;
  std::vector<Memo> calls_;  ///< per term; used by Call and List
  size_t text_bytes_ = 0;    ///< produced by transformers for this event
  uint64_t text_overruns_ = 0;

  static constexpr size_t kWorthMatching = 4;  ///< fewer predicates are tested one by one
  static constexpr uint32_t kEventNumbers = UINT32_MAX >> 1;
};

template <FieldSource F, typename Probe>
void Machine::run(EventCode code, const F& fields, MatchMode mode, MatchSet& out, Probe probe) {
  const uint32_t program = dispatch_[static_cast<size_t>(code)];
  if (program == kNoProgram) return;
  if constexpr (!std::same_as<Probe, NoProbe>) {
    // What a rule asks shows in its program only.
    probe.entered(program);
    begin_event();
    interpret(program, fields, mode, out, probe);
  } else {
    begin_event();
    if (!options_.classes || !decide(program, fields, mode, out)) interpret(program, fields, mode, out, probe);
  }
}

/// Runs the program as it is in the image.
template <FieldSource F, typename Probe>
void Machine::interpret(uint32_t program, const F& fields, MatchMode mode, MatchSet& out, Probe& probe) {
  const Instr* const first = code_.data() + programs_[program].first;
  for (const Instr* ip = first;;) {
    switch (static_cast<Opcode>(ip->op)) {
      case Opcode::End:
        return probe.left();
      case Opcode::Match: {
        const bool active = active_.test(ip->a);
        probe.matched(static_cast<uint32_t>(ip - code_.data()), active);
        if (active) {
          out.add(ip->a);
          if (mode == MatchMode::First) return probe.left();
        }
        ++ip;
        break;
      }
      case Opcode::Test: {
        const bool holds = test(ip->a, fields);
        probe.tested(static_cast<uint32_t>(ip - code_.data()), holds);
        ip = holds ? ip + 1 : first + ip->b;
        break;
      }
      case Opcode::TestNot: {
        const bool holds = test(ip->a, fields);
        probe.tested(static_cast<uint32_t>(ip - code_.data()), holds);
        ip = holds ? first + ip->b : ip + 1;
        break;
      }
      case Opcode::Goto:
        ip = first + ip->b;
        break;
    }
  }
}

/// Questions about the process that follow each other in the graph: the next time this process, in this state, comes to the first
/// of them, it steps over all.
template <FieldSource F>
class Machine::ProcessRun {
 public:
  ProcessRun(Machine& machine, const F& fields) : machine_(machine), fields_(fields), edition_(machine.graph_.edition()) {}
  /// To be called with each node; true: it went on to another one.
  bool steps_over(uint32_t& at, const DecisionGraph::Node& node) {
    if (!node.is_of_process) {
      if (first_ == DecisionGraph::kNone) return false;
      if (edition_ == machine_.graph_.edition()) machine_.processes_.put(first_, process_, at);
      first_ = DecisionGraph::kNone;
      return false;
    }
    if (first_ != DecisionGraph::kNone || !knows_process()) return false;
    const uint32_t next = machine_.processes_.find(at, process_);
    if (next == ProcessMemo::kNone) {
      first_ = at;
      return false;
    }
    at = next;
    return true;
  }

 private:
  bool knows_process() {
    if (!is_asked_) {
      is_asked_ = true;
      if constexpr (requires(ProcessState process) { fields_.process_state(process); })
        is_known_ = machine_.options_.processes && fields_.process_state(process_);
    }
    return is_known_;
  }

  Machine& machine_;
  const F& fields_;
  uint32_t edition_;  ///< nodes got new numbers since: what it began with is void
  bool is_asked_ = false, is_known_ = false;
  ProcessState process_;
  uint32_t first_ = DecisionGraph::kNone;  ///< of the run at hand
};

/// The same through the decision graph. False: it had no room, nothing was found; what was read is remembered.
template <FieldSource F>
bool Machine::decide(uint32_t program, const F& fields, MatchMode mode, MatchSet& out) {
  const size_t before = out.size();
  uint32_t at = graph_.start(program);
  if (edition_ != graph_.edition()) {
    memo_.clear();
    processes_.clear();
    edition_ = graph_.edition();
  }
  ProcessRun run(*this, fields);
  while (at != DecisionGraph::kNone) {
    const DecisionGraph::Node& node = graph_[at];
    if (run.steps_over(at, node)) continue;
    switch (node.kind) {
      case DecisionGraph::Kind::End:
        return true;
      case DecisionGraph::Kind::Match:
        if (active_.test(node.subject)) {
          out.add(node.subject);
          if (mode == MatchMode::First) return true;
        }
        at = graph_.after_match(at);
        break;
      case DecisionGraph::Kind::Ask:
        at = ask(at, fields);
        break;
      case DecisionGraph::Kind::Test:
        at = graph_.follow(at, test(node.subject, fields) ? 1 : 0);
        break;
    }
  }
  out.shrink(before);
  return false;
}

template <FieldSource F>
uint32_t Machine::ask(uint32_t at, const F& fields) {
  const DecisionGraph::Node& node = graph_[at];
  if (node.family == FieldFamily::DescriptorName) return ask_descriptor(at, fields);
  if constexpr (requires(uint64_t number) { fields.shorthand(uses_[0], number); }) {
    const Term& term = terms_[node.subject];
    uint64_t number = 0;
    if (node.remember && options_.memo && term.kind == TermKind::Field && fields.shorthand(uses_[term.slot], number)) {
      return remembered(ValueMemo::Key(at, number), [&] {
        return node.family == FieldFamily::None ? answer(at, value(node.subject, fields)) : answer_family(at, fields, number);
      });
    }
  }
  if (node.family != FieldFamily::None) return answer_family(at, fields);
  const ValueList lhs = value(node.subject, fields);
  if (!lhs.present) return graph_.follow_nothing(at);
  if (!node.remember || !options_.memo || lhs.count != 1) return answer(at, lhs);
  return remembered(ValueMemo::Key(at, lhs.data[0]), [&] { return answer(at, lhs); });
}

/// Where the key led the last time, else where `answer` leads.
template <typename Answer>
uint32_t Machine::remembered(const ValueMemo::Key& key, Answer&& answer) {
  if (!key.fits()) return answer();
  uint32_t next = memo_.find(key);
  if (next != ValueMemo::kNone) return next;
  const ValueDetour detour(detours_);
  next = answer();
  if (next != DecisionGraph::kNone) memo_.put(key, next);
  return next;
}

/// Asks about the fields of a descriptor's name at once.
template <FieldSource F>
uint32_t Machine::ask_descriptor(uint32_t at, const F& fields) {
  if constexpr (requires(std::string_view text, uint8_t tag) { fields.family_key(FieldFamily{}, arena_, text, tag); }) {
    std::string_view text;
    uint8_t tag = 0;
    if (options_.memo && fields.family_key(graph_[at].family, arena_, text, tag)) {
      return remembered(ValueMemo::Key(at, text, tag), [&] { return answer_family(at, fields); });
    }
  }
  return answer_family(at, fields);
}

template <FieldSource F>
uint32_t Machine::answer_family(uint32_t at, const F& fields, uint64_t number) {
  const std::span<const uint32_t> asked = graph_.asked(graph_[at]);
  const std::span<uint64_t> words(answer_.data(), DecisionGraph::words_of(asked.size()));
  std::ranges::fill(words, 0);
  for (size_t first = 0; first < asked.size();) {
    const uint32_t term = predicates_[asked[first]].lhs;
    const auto rest = asked.subspan(first);
    const auto end = std::partition_point(rest.begin(), rest.end(), [&](uint32_t p) { return predicates_[p].lhs == term; });
    const auto count = static_cast<size_t>(end - rest.begin());
    find_truths(rest.first(count), value(term, fields), number, words, first);
    first += count;
  }
  return asked.size() <= DecisionGraph::kFew ? graph_.follow(at, static_cast<uint32_t>(words[0])) : graph_.follow_many(at, words);
}

template <FieldSource F>
bool Machine::test(uint32_t predicate, const F& fields) {
  uint32_t& known = known_[predicate];
  if (known >> 1 == event_) return (known & 1) != 0;
  const Predicate& p = predicates_[predicate];
  const ValueList lhs = value(p.lhs, fields);
  bool truth = false;
  if (lhs.present) truth = p.rhs == RhsKind::Term ? holds(p, lhs, value(p.rhs_term, fields)) : holds(p, lhs);
  known = event_ << 1 | static_cast<uint32_t>(truth);
  return truth;
}

template <FieldSource F>
ValueList Machine::value(uint32_t id, const F& fields) {
  const Term& term = terms_[id];
  if (term.kind == TermKind::String) return {&term.literal, 1, true};
  const bool is_field = term.kind == TermKind::Field;
  Memo& memo = is_field ? slots_[term.slot] : calls_[id];
  if (memo.event == event_) return memo.value;
  ValueList result;
  if (is_field) {
    result = fields.read(uses_[term.slot], arena_);
  } else {
    result = combine(
        term, [&](uint32_t arg) { return value(arg, fields); }, text_bytes_, arena_);
  }
  memo = {event_, result};
  return result;
}

template <FieldSource F>
ValueList Machine::eval_term(uint32_t id, const F& fields, Arena& arena) const {
  struct Walk {
    const Machine& machine;
    const F& fields;
    Arena& arena;
    size_t text_bytes = 0;
    ValueList operator()(uint32_t arg) {
      const Term& term = machine.terms_[arg];
      if (term.kind == TermKind::String) return {&term.literal, 1, true};
      if (term.kind == TermKind::Field) return fields.read_for_output(machine.uses_[term.slot], arena);
      return machine.combine(term, *this, text_bytes, arena);
    }
  };
  Walk walk{*this, fields, arena};
  return walk(id);
}

/// A Call or List from its arguments, each evaluated by `argument(id)`.
template <typename Argument>
ValueList Machine::combine(const Term& term, Argument&& argument, size_t& text_bytes, Arena& arena) const {
  text_bytes += term.args.size() * sizeof(ops::TransformArg);
  if (text_bytes > limits::kTermTextBytes) return ValueList::missing();
  if (term.kind == TermKind::List) {
    text_bytes += term.args.size() * sizeof(Value);
    auto* elements = arena.alloc_array<ValueList>(term.args.size());
    for (size_t i = 0; i < term.args.size(); ++i) elements[i] = argument(term.args[i]);
    return ops::gather({elements, term.args.size()}, arena);
  }
  auto* args = arena.alloc_array<ops::TransformArg>(term.args.size());
  for (size_t i = 0; i < term.args.size(); ++i) args[i] = {argument(term.args[i]), terms_[term.args[i]].is_list};
  return apply(term, {args, term.args.size()}, text_bytes, arena);
}

}  // namespace fvm
