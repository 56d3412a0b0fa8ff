// SPDX-License-Identifier: Apache-2.0
//
// Order per rule as in the reference: exception shapes, output, syntax, macros, warnings, types. The reference stops at
// the first mistake; here a wrong output doesn't hide what is wrong with the condition. A macro is typed when
// the first rule uses it, so an unused one may name fields that do not exist; its mistake is told once, by the first
// rule that meets it.
#include "compiler/sema/checker.h"

#include <algorithm>
#include <deque>
#include <map>
#include <vector>

#include "compiler/ast/ast_print.h"
#include "compiler/sema/condition_checker.h"
#include "compiler/sema/event_set.h"
#include "compiler/sema/fields.h"
#include "compiler/sema/macros.h"
#include "compiler/sema/output_checker.h"
#include "vm/abi/limits.h"

namespace falcoc {

namespace {

/// What the warnings about names look at, before any typing.
struct UnitFacts {
  std::vector<std::pair<const fvm::FieldInfo*, SourceRange>> deprecated;
  std::optional<std::pair<std::string, SourceRange>> unsafe_na;
};

/// The mistakes of a unit, one for each wrong check. Whether a rule is skipped for them the first one decides.
struct Mistake {
  std::deque<Diagnostic> diagnostics;
  std::vector<size_t> offsets;  ///< of the checks, in the text of their unit
  bool tolerable = false;
  const ParsedUnit* unit = nullptr;
  bool reported = false;
};

struct MacroState {
  enum class State : uint8_t { New, Ok, Failed } state = State::New;
  ExprId expr = ExprId::None;
  std::optional<Mistake> mistake;  ///< its own; a macro that only names a failed one has none
  uint32_t failed = 0;             ///< Failed: the macro with the mistake
  std::vector<ConstantDoubt> doubts;
  std::optional<UnitFacts> facts;
  std::optional<std::string> normal_form;
};

class Checker {
 public:
  Checker(const Collection& collection, const CheckOptions& options, Diagnostics& diags)
      : collection_(collection),
        options_(options),
        diags_(diags),
        lists_(collection),
        macros_(collection, lists_, options.recall, diags),
        states_(macros_.size()),
        events_(out_),
        macro_expr_([this](std::string_view name) { return macro_expr(name); }) {}

  std::optional<CheckedRules> run() {
    const size_t errors_before = diags_.error_count();
    for (const RuleDecl& rule : collection_.rules) {
      if (rule.source_known) check_rule(rule);
    }
    if (diags_.error_count() != errors_before || !all_macros_usable()) return std::nullopt;
    macros_.report_unused(diags_);
    for (size_t i = 0; i < collection_.lists.size(); ++i) {
      const ListDecl& list = collection_.lists[i];
      if (!lists_.used[i] && !list.used_by_list) diags_.emit<diag::UnusedList>(list.name_range, list.name);
    }
    return std::move(out_);
  }

 private:
  bool all_macros_usable() const {
    for (size_t i = 0; i < macros_.size(); ++i)
      if (!macros_.usable(i)) return false;
    return true;
  }

  void check_rule(const RuleDecl& decl) {
    if (!check_exception_shapes(decl, diags_)) return;
    CheckedRule rule;
    rule.name = decl.name;
    rule.source = decl.source;
    rule.desc = decl.desc;
    rule.priority = decl.priority;
    rule.tags = decl.tags;
    rule.enabled = decl.enabled;
    rule.capture = decl.capture;
    rule.capture_duration_ms = decl.capture_duration_ms;
    rule.range = decl.range;
    rule.condition_range = decl.condition.range;
    const Output output = check_output(decl, rule);
    if (output == Output::Skipped) return;

    auto text = expand_condition(collection_, decl, lists_, diags_);
    if (!text) return;
    ParsedUnit unit;
    unit.text = std::move(*text);
    unit.mark = decl.condition.mark;
    if (!macros_.parse(unit, diags_) || !macros_.resolve(unit, decl.mark, diags_)) return;
    macros_.use(unit.macros);
    const std::vector<uint32_t> macros = macros_.closure(unit.macros);
    warn_about_names(unit, macros);
    if (!check_condition(decl, unit, macros, rule) || output == Output::Wrong) return;
    out_.rules.push_back(std::move(rule));
  }

  enum class Output : uint8_t { Right, Wrong, Skipped };
  Output check_output(const RuleDecl& decl, CheckedRule& rule) {
    MappedText output = decl.output.text;
    for (const std::string& more : options_.append_output) output.append(" " + more, SourceRange{});
    constexpr std::string_view kContainerInfo = "%container.info";
    if (size_t at = output.view().find(kContainerInfo); at != std::string_view::npos) {
      diags_.emit<diag::DeprecatedContainerInfo>(output.map(at, at + kContainerInfo.size()));
      MappedText kept;
      size_t from = 0;
      for (; at != std::string_view::npos; at = output.view().find(kContainerInfo, from)) {
        kept.append(output, from, at);
        from = at + kContainerInfo.size();
      }
      kept.append(output, from, output.size());
      output = kept.trimmed();
    }
    warn_deprecated_in_output(output, diags_);
    rule.output = output.text();
    Diagnostics found;
    const OutputResult result = check_output_text(output, out_, rule, found);
    if (!result.ok && result.tolerable && decl.skip_if_unknown_filter) {
      skip(decl, found.all().front());
      return Output::Skipped;
    }
    diags_.take(std::move(found));
    return result.ok ? Output::Right : Output::Wrong;
  }

  void skip(const RuleDecl& decl, const Diagnostic& why) {
    diags_.emit<diag::SkippedRule>(why.range.known() ? why.range : decl.name_range, decl.name, why.message);
  }

  // ---- warnings about names

  UnitFacts facts_of(const ParsedUnit& unit) const {
    UnitFacts facts;
    for (const ast::Node& node : unit.ast().nodes) {
      if (node.kind != ast::Node::Kind::Check) continue;
      collect_deprecated(unit, node.lhs, facts);
      const ast::Operand& lhs = unit.ast().operand(node.lhs);
      const bool suspect =
          lhs.kind == ast::Operand::Kind::Field && (lhs.text.starts_with("ka.") || lhs.text.starts_with("jevt."));
      if (!suspect || node.modifier != Modifier::None || facts.unsafe_na) continue;
      const OperatorInfo* info = find_operator(node.name);
      if (info == nullptr ||
          (info->op != fvm::CmpOp::Eq && info->op != fvm::CmpOp::Ne && info->shape != OperandShape::List))
        continue;
      for (ast::OperandId value : node.values) {
        if (unit.ast().operand(value).text == "<NA>")
          facts.unsafe_na = {lhs.text, unit.text.map(node.range.begin, node.range.end)};
      }
    }
    return facts;
  }

  void collect_deprecated(const ParsedUnit& unit, ast::OperandId id, UnitFacts& facts) const {
    const ast::Operand& operand = unit.ast().operand(id);
    if (operand.kind != ast::Operand::Kind::Field) {
      for (ast::OperandId argument : operand.args) collect_deprecated(unit, argument, facts);
      return;
    }
    const FieldResult field = resolve_field(operand.text, operand.has_index ? &operand.index : nullptr);
    if (!field.ok()) return;
    const fvm::FieldInfo& info = fvm::field_info(field.field.id);
    if (is_deprecated_field(info))
      facts.deprecated.emplace_back(&info, unit.text.map(operand.range.begin, operand.range.end));
  }

  void warn_about_names(const ParsedUnit& unit, const std::vector<uint32_t>& macros) {
    std::map<const fvm::FieldInfo*, SourceRange> deprecated;
    std::optional<std::pair<std::string, SourceRange>> unsafe_na;
    const auto merge = [&](const UnitFacts& facts) {
      deprecated.insert(facts.deprecated.begin(), facts.deprecated.end());
      if (!unsafe_na) unsafe_na = facts.unsafe_na;
    };
    merge(facts_of(unit));
    for (uint32_t macro : macros) {
      if (!states_[macro].facts) states_[macro].facts = facts_of(macros_.unit(macro));
      merge(*states_[macro].facts);
    }
    if (unsafe_na) diags_.emit<diag::UnsafeNaCheck>(unsafe_na->second, unsafe_na->first);
    for (const auto& [info, range] : deprecated) diags_.emit<diag::DeprecatedField>(range, info->name);
  }

  // ---- types

  /// Runs one unit; on failure its mistake, or the macro that failed below it.
  std::optional<ExprId> check_unit(const ParsedUnit& unit, std::vector<ConstantDoubt>& doubts,
                                   std::optional<Mistake>& mistake) {
    Diagnostics found;
    ConditionChecker checker(out_, unit, macro_expr_, found);
    const auto expr = checker.run();
    doubts = std::move(checker.doubts);
    if (!expr && !found.empty()) {
      mistake = Mistake{found.all(), checker.error_offsets(), checker.tolerable(), &unit};
    }
    return expr;
  }

  std::optional<ExprId> macro_expr(std::string_view name) {
    const uint32_t index = *macros_.find(name);
    MacroState& state = states_[index];
    if (state.state == MacroState::State::New) {
      const auto expr = check_unit(macros_.unit(index), state.doubts, state.mistake);
      state.state = expr ? MacroState::State::Ok : MacroState::State::Failed;
      if (expr) state.expr = *expr;
      state.failed = state.mistake ? index : failed_macro_;
    }
    if (state.state == MacroState::State::Ok) return state.expr;
    failed_macro_ = state.failed;
    return std::nullopt;
  }

  bool check_condition(const RuleDecl& decl, const ParsedUnit& unit, const std::vector<uint32_t>& macros,
                       CheckedRule& rule) {
    std::vector<ConstantDoubt> doubts;
    std::optional<Mistake> own;
    const auto expr = check_unit(unit, doubts, own);
    if (!expr) {
      report(decl, own ? *own : *states_[failed_macro_].mistake);
      return false;
    }
    const auto warn = [&](const std::vector<ConstantDoubt>& all) {
      for (const ConstantDoubt& doubt : all) diags_.emit<diag::SuspiciousConstant>(doubt.range, doubt.message);
    };
    warn(doubts);
    for (uint32_t macro : macros) warn(states_[macro].doubts);

    rule.condition = *expr;
    rule.condition_normal_form = normal_form(unit.ast());
    if (decl.source == "syscall") {
      rule.events = events_.of(*expr);
      if (decl.warn_evttypes && rule.events.count() > kManyEvents) {
        diags_.emit<diag::NoEventType>(decl.condition.range, decl.name, rule.events.count());
      }
    } else {
      rule.events.set(static_cast<size_t>(fvm::EventCode::PLUGINEVENT_E));
    }
    return true;
  }

  void report(const RuleDecl& decl, Mistake& mistake) {
    if (mistake.tolerable && decl.skip_if_unknown_filter) {
      skip(decl, mistake.diagnostics.front());
      return;
    }
    if (mistake.reported) return;
    mistake.reported = true;
    for (size_t i = 0; i < mistake.diagnostics.size(); ++i) {
      Diagnostic& diagnostic = mistake.diagnostics[i];
      diagnostic.at(reference_position(decl.condition.mark, mistake.unit->text.view(), mistake.offsets[i]));
      diags_.add(diagnostic);
    }
  }

  // ---- normal form

  /// Printed conditions repeat macros, so a small file can ask for any amount of text; behind the budget it is cut
  /// short.
  static constexpr size_t kPrintedBytes = size_t{256} << 20;
  static constexpr size_t kPrintedBytesOfOne = size_t{4} * fvm::limits::kConditionBytes;

  std::string normal_form(const ast::Condition& condition) {
    const ast::MacroText macro_text = [this](std::string_view name) -> std::optional<std::string_view> {
      const uint32_t index = *macros_.find(name);
      auto& text = states_[index].normal_form;
      if (!text) text = normal_form(macros_.unit(index).ast());
      return *text;
    };
    constexpr std::string_view kCut = "...";
    if (printed_bytes_ > kPrintedBytes) return std::string(kCut);
    std::string text = ast::normal_form(condition, macro_text, kPrintedBytesOfOne).value_or(std::string(kCut));
    printed_bytes_ += text.size();
    return text;
  }

  const Collection& collection_;
  const CheckOptions& options_;
  Diagnostics& diags_;
  CheckedRules out_;
  ListUse lists_;
  MacroTable macros_;
  std::vector<MacroState> states_;
  EventSets events_;
  ConditionChecker::MacroExpr macro_expr_;
  uint32_t failed_macro_ = 0;
  size_t printed_bytes_ = 0;
};

}  // namespace

std::optional<CheckedRules> check(const Collection& collection, const CheckOptions& options, Diagnostics& diags) {
  return Checker(collection, options, diags).run();
}

std::optional<CheckedRules> check_filter(std::string_view condition, Diagnostics& diags) {
  const Collection nothing;
  ListUse lists(nothing);
  const MacroTable macros(nothing, lists, nullptr, diags);
  ParsedUnit unit;
  unit.text = MappedText(condition, SourceRange{});
  CheckedRules out;
  if (!macros.parse(unit, diags) || !macros.resolve(unit, NodeMark{}, diags)) return std::nullopt;
  const ConditionChecker::MacroExpr no_macros = [](std::string_view) { return std::nullopt; };
  ConditionChecker checker(out, unit, no_macros, diags);
  const auto expr = checker.run();
  if (!expr) return std::nullopt;
  CheckedRule rule;
  rule.source = "syscall";
  rule.condition = *expr;
  rule.condition_normal_form = ast::normal_form(unit.ast(), {}, SIZE_MAX).value_or("");
  rule.events = EventSets(out).of(*expr);
  out.rules.push_back(std::move(rule));
  return out;
}

std::optional<CheckedRules> check_output(std::string_view format, Diagnostics& diags) {
  CheckedRules out;
  CheckedRule rule;
  rule.source = "syscall";
  rule.output = format;
  if (!check_output_text(MappedText(format, SourceRange{}), out, rule, diags).ok) return std::nullopt;
  out.rules.push_back(std::move(rule));
  return out;
}

std::string dump_syntax(const Collection& collection, Diagnostics& diags) {
  ListUse lists(collection);
  const MacroTable macros(collection, lists, nullptr, diags);
  std::string out;
  for (size_t i = 0; i < macros.size(); ++i) {
    if (!macros.unit(i).parsed) continue;
    out += "macro \"" + macros.decl(i).name + "\"\n" + ast::dump(macros.unit(i).ast());
  }
  for (const RuleDecl& decl : collection.rules) {
    auto text = expand_condition(collection, decl, lists, diags);
    if (!text) continue;
    ParsedUnit unit;
    unit.text = std::move(*text);
    unit.mark = decl.condition.mark;
    if (macros.parse(unit, diags)) out += "rule \"" + decl.name + "\"\n" + ast::dump(unit.ast());
  }
  return out;
}

}  // namespace falcoc
