// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/eval_cases.h"

#include <ctime>
#include <optional>

#include "compiler/emit/emit.h"
#include "compiler/sema/checker.h"
#include "tests/conformance/scene_fields.h"
#include "compiler/eval/naive_eval.h"
#include "vm/alert/formatter.h"
#include "vm/exec/interpreter.h"
#include "vm/image/verifier.h"

namespace conformance {
namespace {

/// The image of `rules`, or why there is none.
struct Built {
  std::optional<fvm::VerifiedImage> image;
  std::string problem;
};

Built build(const falcoc::CheckedRules& rules, bool passes) {
  falcoc::EmitOptions options;
  options.strip = true;
  if (!passes)
    for (const std::string_view pass : falcoc::pass_names()) options.passes_off.emplace_back(pass);
  const auto compiled = falcoc::emit(rules, options, {});
  if (!compiled) return {std::nullopt, "emitter refuses: " + std::string(falcoc::words(compiled.error().code))};
  auto sealed = fvm::SealedImage::from_bytes(compiled->bytes);
  if (!sealed) return {std::nullopt, "image can't be sealed"};
  auto verified = fvm::verify(std::move(*sealed));
  if (!verified) return {std::nullopt, "verifier refuses: " + fvm::describe(verified.error())};
  return {std::move(*verified), ""};
}

std::string machine_result(const falcoc::CheckedRules& rules, const SceneFields& fields, bool passes) {
  const Built built = build(rules, passes);
  if (!built.image) return built.problem;
  fvm::Machine machine(*built.image);
  fvm::MatchSet matched(machine.rule_count());
  machine.run(fields.code(), fields, fvm::MatchMode::All, matched);
  return matched.empty() ? "false" : "true";
}

std::string filter_result(const FilterCase& test, const SceneFields& fields) {
  falcoc::Diagnostics diags;
  const std::optional<falcoc::CheckedRules> rules = falcoc::check_filter(test.filter, diags);
  if (!rules) return "compile_error";
  fvm::Arena arena;
  falcoc::NaiveEvaluator naive(*rules);
  const bool holds = naive.holds(
      rules->rules.at(0).condition, [&](const fvm::FieldUse& use, fvm::Arena& a) { return fields.read(use, a); }, arena);
  const std::string judged = holds ? "true" : "false";
  for (const bool passes : {true, false}) {
    const std::string ran = machine_result(*rules, fields, passes);
    if (ran != judged) return "naive evaluator " + judged + ", machine " + ran + (passes ? "" : " without passes");
  }
  return judged;
}

/// JSON of the output's fields; with `transformed` also one key per transformer call.
nlohmann::json fields_json(const fvm::Formatter& formatter, const falcoc::CheckedRules& rules, const SceneFields& fields,
                           bool transformed, fvm::Arena& arena) {
  nlohmann::json json;
  formatter.add_fields(0, fields, fields.ts_ns(), arena, json);
  if (!transformed) return json;
  falcoc::NaiveEvaluator naive(rules);
  for (const falcoc::OutputPart& part : rules.rules.at(0).parts) {
    if (part.term == falcoc::TermId::None) continue;
    const falcoc::Term& term = rules.term(part.term);
    if (term.kind != falcoc::Term::Kind::Call) continue;
    const fvm::ValueList value = naive.evaluate(
        part.term, [&](const fvm::FieldUse& use, fvm::Arena& a) { return fields.read_for_output(use, a); }, arena);
    json[part.token] = fvm::to_json(value, {term.type, fvm::Format::DEC, term.is_list, false});
  }
  return json;
}

std::string format_result(const FormatCase& test, const SceneFields& fields) {
  falcoc::Diagnostics diags;
  std::optional<falcoc::CheckedRules> rules = falcoc::check_output(test.format, diags);
  if (!rules) return "format_error";
  falcoc::Expr always;
  always.kind = falcoc::Expr::Kind::Always;
  rules->exprs.push_back(always);
  rules->rules.at(0).condition = static_cast<falcoc::ExprId>(rules->exprs.size() - 1);
  rules->rules.at(0).events.set();
  const Built built = build(*rules, true);
  if (!built.image) return built.problem;
  const fvm::Machine machine(*built.image);
  const fvm::Formatter formatter(machine);
  fvm::Arena arena;
  std::string text;
  const bool complete = formatter.append_message(0, fields, arena, text);
  if (!complete && !test.format.starts_with('*')) return "suppressed";
  if (test.mode == "text") return "printed " + text;
  const bool transformed = test.mode == "json_with_transformed";
  return "printed " + fvm::to_line(fields_json(formatter, *rules, fields, transformed, arena));
}

/// Whether `got` can be the right result where the reference's defect gives `recorded`: what it can't decide we decide, what it
/// decides wrongly we decide the other way or refuse to compile. What it refuses stays refused.
bool corrects(const std::string& recorded, const std::string& got) {
  const bool decided = got == "true" || got == "false";
  if (recorded == "runtime_error") return decided;
  if (recorded == "true" || recorded == "false") return decided || got == "compile_error";
  return false;
}

uint64_t first_time(const CaseFile& file) {
  uint64_t first = UINT64_MAX;
  for (const auto& [name, scene] : file.scenes) {
    const auto time = scene.fields.find("evt.rawtime");
    if (time != scene.fields.end()) first = std::min<uint64_t>(first, std::stoull(time->second.front()));
  }
  return first;
}

}  // namespace

void run_eval_cases(const CaseFile& file, Report& report) {
  setenv("TZ", file.world.time_zone.c_str(), 1);
  tzset();
  const uint64_t first_ts_ns = first_time(file);
  const auto with_scene = [&](const std::string& name, auto run) -> std::string {
    const auto scene = file.scenes.find(name);
    if (scene == file.scenes.end()) return "no such scene";
    return run(SceneFields(file.world, scene->second, first_ts_ns));
  };
  for (const FilterCase& test : file.filters) {
    const std::string got = with_scene(test.scene, [&](const SceneFields& fields) { return filter_result(test, fields); });
    const std::string name = test.scene + ": " + test.filter;
    if (test.defect) {
      report.judge_defect(name, test.expect, got, corrects(test.expect, got));
    } else {
      report.judge(name, test.expect, got);
    }
  }
  for (const FormatCase& test : file.formats) {
    const std::string got = with_scene(test.scene, [&](const SceneFields& fields) { return format_result(test, fields); });
    const std::string expected = test.result == "printed" ? "printed " + test.text : test.result;
    report.judge(test.scene + ": " + test.mode + " " + test.format, expected, got);
  }
}

}  // namespace conformance
