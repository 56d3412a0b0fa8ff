// SPDX-License-Identifier: Apache-2.0
//
// The rule's program holds other rules, too. What decides is found by reach: a test after which the rule's match can no
// longer be reached has kept the event from it.
#include "tools/falco-vm/explain.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <vector>

#include "tools/falco-vm/options.h"
#include "vm/alert/event_format.h"
#include "vm/alert/value_text.h"
#include "vm/event_pump.h"
#include "vm/exec/interpreter.h"
#include "vm/field/field_memory.h"
#include "vm/image/disasm.h"

namespace falco_vm {
namespace {

constexpr size_t kListedEvents = 20;
constexpr size_t kPredicateBytes = 160;

struct Step {
  uint32_t instruction;  ///< in the code of the image
  bool holds;
};

class StepProbe {
 public:
  explicit StepProbe(std::vector<Step>& steps) : steps_(steps) {}
  void entered(uint32_t) { steps_.clear(); }
  void tested(uint32_t instruction, bool holds) { steps_.push_back({instruction, holds}); }
  void matched(uint32_t, bool) {}
  void left() {}

 private:
  std::vector<Step>& steps_;
};

class Explainer {
 public:
  Explainer(const fvm::VerifiedImage& image, uint32_t rule, std::optional<uint64_t> wanted, std::FILE* out)
      : image_(image.view()),
        rule_(rule),
        wanted_(wanted),
        out_(out),
        machine_(image),
        matches_(machine_.rule_count()) {
    find_reach();
  }

  /// False: nothing more is wanted.
  bool look(fvm::EvalContext& context) {
    const fvm::EventView& event = *context.event;
    if (!machine_.watches(event.code)) return !is_the_one(event);
    context.memory = &memory_;
    const fvm::LiveFields fields(context);
    matches_.clear();
    machine_.run(event.code, fields, fvm::MatchMode::All, matches_, StepProbe(steps_));
    const bool alerts = std::ranges::find(matches_.rules(), rule_) != matches_.rules().end();
    if (is_the_one(event)) {
      describe(event, fields, alerts);
      return false;
    }
    if (wanted_ || !watches(event.code)) return true;
    ++looked_at_;
    if (alerts) {
      if (alerts_.size() < kListedEvents) alerts_.push_back(event.num);
      ++alert_count_;
    } else if (const Step* step = deciding_step()) {
      ++kept_[{image_.code()[step->instruction].a, step->holds}];
    }
    return true;
  }

  void summary() const {
    if (wanted_) {
      if (!was_found_)
        std::fprintf(out_, "no event %llu is shown to rules\n", static_cast<unsigned long long>(*wanted_));
      return;
    }
    std::fprintf(out_, "%llu events looked at, %llu alerts\n", ull(looked_at_), ull(alert_count_));
    std::vector<std::pair<uint64_t, std::pair<uint32_t, bool>>> rows;
    for (const auto& [what, count] : kept_) rows.emplace_back(count, what);
    std::ranges::sort(rows, std::greater{}, &std::pair<uint64_t, std::pair<uint32_t, bool>>::first);
    for (const auto& [count, what] : rows) {
      std::fprintf(out_, "%10llu kept from it because this is %s: %s\n", ull(count), what.second ? "true" : "false",
                   predicate(what.first).c_str());
    }
    if (alerts_.empty()) return;
    std::fputs("alerts at events:", out_);
    for (const uint64_t number : alerts_) std::fprintf(out_, " %llu", ull(number));
    std::fputs(alert_count_ > alerts_.size() ? " ...\n" : "\n", out_);
  }

 private:
  static unsigned long long ull(uint64_t n) { return n; }
  /// The disassembler's text has no raw bytes.
  std::string predicate(uint32_t number) const {
    std::string text = fvm::predicate_text(image_, number);
    if (text.size() > kPredicateBytes) text = text.substr(0, kPredicateBytes - 3) + "...";
    return text;
  }
  bool is_the_one(const fvm::EventView& event) const { return wanted_ && event.num == *wanted_; }
  bool watches(fvm::EventCode code) const {
    const uint32_t program = image_.dispatch()[static_cast<size_t>(code)];
    return program != fvm::kNoProgram && reach_[image_.programs()[program].first];
  }

  /// From which instructions the rule's match can be reached. Jumps go forward, so one pass from behind is enough.
  void find_reach() {
    reach_.assign(image_.code().size(), false);
    for (const fvm::ProgramRec& program : image_.programs()) {
      for (uint32_t i = program.count; i-- > 0;) {
        const fvm::Instr& instr = image_.code()[program.first + i];
        const auto at = [&](uint32_t pc) { return pc < program.count && reach_[program.first + pc]; };
        bool reached = false;
        switch (static_cast<fvm::Opcode>(instr.op)) {
          case fvm::Opcode::End:
            break;
          case fvm::Opcode::Match:
            reached = instr.a == rule_ || at(i + 1);
            break;
          case fvm::Opcode::Test:
          case fvm::Opcode::TestNot:
            reached = at(i + 1) || at(instr.b);
            break;
          case fvm::Opcode::Goto:
            reached = at(instr.b);
            break;
        }
        reach_[program.first + i] = reached;
      }
    }
  }

  bool reaches_after(const Step& step, bool holds) const {
    const fvm::Instr& instr = image_.code()[step.instruction];
    const auto program = std::ranges::find_if(
        image_.programs(), [&](const fvm::ProgramRec& p) { return step.instruction - p.first < p.count; });
    const bool goes_on = holds == (static_cast<fvm::Opcode>(instr.op) == fvm::Opcode::Test);
    const uint32_t next = goes_on ? step.instruction + 1 : program->first + instr.b;
    return next < program->first + program->count && reach_[next];
  }

  /// The test that kept the event from the rule; null: the rule was reached.
  const Step* deciding_step() const {
    for (const Step& step : steps_)
      if (reach_[step.instruction] && !reaches_after(step, step.holds)) return &step;
    return nullptr;
  }

  void describe(const fvm::EventView& event, const fvm::LiveFields& fields, bool alerts) {
    was_found_ = true;
    std::fprintf(out_, "event %llu, %s: %s\n", ull(event.num), std::string(event.info().name).c_str(),
                 alerts ? "the rule alerts" : "the rule does not alert");
    if (!watches(event.code)) {
      std::fputs("  the rule doesn't look at events of this type\n", out_);
      return;
    }
    const Step* const last = deciding_step();
    for (const Step& step : steps_) {
      // Of the other rules' tests only those matter that could have gone past this one.
      if (!reach_[step.instruction] || (reaches_after(step, true) && reaches_after(step, false))) continue;
      const uint32_t number = image_.code()[step.instruction].a;
      std::fprintf(out_, "  %-5s %s%s\n", step.holds ? "true" : "false", predicate(number).c_str(),
                   left_side(number, fields).c_str());
      if (&step == last) {
        std::fputs("  that decided\n", out_);
        return;
      }
    }
  }

  /// `   (it is VALUE)`.
  std::string left_side(uint32_t number, const fvm::LiveFields& fields) {
    const uint32_t term = image_.predicates()[number].lhs;
    arena_.reset();
    const fvm::ValueList value = machine_.eval_term(term, fields, arena_);
    if (!value.present) return "   (it has no value)";
    fvm::PrintStyle style;
    const fvm::TermRec& record = image_.terms()[term];
    if (record.kind == static_cast<uint8_t>(fvm::TermKind::Field))
      style = fvm::style_of(machine_.field_uses()[record.slot]);
    std::string text;
    fvm::append_text(text, value, style);
    return "   (it is " + fvm::escape_line(text) + ")";
  }

  fvm::ImageView image_;
  uint32_t rule_;
  std::optional<uint64_t> wanted_;
  std::FILE* out_;
  fvm::Machine machine_;
  fvm::MatchSet matches_;
  fvm::FieldMemory memory_;
  fvm::Arena arena_;
  std::vector<bool> reach_;  ///< by instruction
  std::vector<Step> steps_;
  uint64_t looked_at_ = 0, alert_count_ = 0;
  std::map<std::pair<uint32_t, bool>, uint64_t> kept_;  ///< by predicate and truth
  std::vector<uint64_t> alerts_;                        ///< the first of them
  bool was_found_ = false;
};

std::optional<uint32_t> find_rule(const fvm::ImageView& image, std::string_view name) {
  for (uint32_t i = 0; i < image.rules().size(); ++i)
    if (image.rule_text(image.rules()[i].name) == name) return i;
  return std::nullopt;
}

}  // namespace

int explain(const ExplainRequest& request, const fvm::VerifiedImage& image, fvm::EventSource& source, std::FILE* out) {
  std::string_view name = request.what;
  std::optional<uint64_t> event;
  if (const size_t at = name.rfind('@'); at != std::string_view::npos) {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(name.data() + at + 1, name.data() + name.size(), number);
    if (error == std::errc{} && end == name.data() + name.size()) {
      event = number;
      name = name.substr(0, at);
    }
  }
  const auto rule = find_rule(image.view(), name);
  if (!rule) {
    std::fprintf(stderr, "falco-vm: error: --explain: the compiled rules have none called `%s`\n",
                 fvm::escape_line(name).c_str());
    return kUsage;
  }
  Explainer explainer(image, *rule, event, out);
  fvm::EventPump pump(request.max_event_time_ns);
  fvm::EvalContext context;
  fvm::BatchStatus status = fvm::BatchStatus::Events;
  bool goes_on = true;
  while (status == fvm::BatchStatus::Events && goes_on && *request.stop == 0) {
    status = pump.poll(source, [&](const fvm::EventView&, bool is_visible) {
      if (!is_visible) return true;
      pump.state().describe(context);
      goes_on = explainer.look(context);
      return goes_on;
    });
  }
  explainer.summary();
  const bool written = std::fflush(out) == 0;
  if (status == fvm::BatchStatus::Failed) {
    std::fprintf(stderr, "falco-vm: error: %s; events up to there were looked at\n",
                 fvm::escape_line(source.error().message).c_str());
  }
  return written && status != fvm::BatchStatus::Failed ? kOk : kOutsideWorld;
}

}  // namespace falco_vm
