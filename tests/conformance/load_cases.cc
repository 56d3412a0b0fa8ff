// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/load_cases.h"

#include <algorithm>
#include <optional>

#include "compiler/driver/compile.h"
#include "vm/image/verifier.h"

namespace conformance {
namespace {

using falcoc::CheckedRule;
using falcoc::CheckedRules;
using falcoc::Diagnostic;
using falcoc::Diagnostics;

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return '[' + out + ']';
}

const Diagnostic* first_error(const Diagnostics& diags) {
  for (const Diagnostic& d : diags.all())
    if (d.severity == falcoc::Severity::Error) return &d;
  return nullptr;
}

/// Codes of the warnings the reference has too, sorted.
std::vector<std::string> warning_codes(const Diagnostics& diags) {
  std::vector<std::string> codes;
  for (const Diagnostic& d : diags.all()) {
    const std::string_view code = falcoc::load_code_name(d.code());
    if (d.severity == falcoc::Severity::Warning && !code.empty()) codes.emplace_back(code);
  }
  std::ranges::sort(codes);
  return codes;
}

/// Collects the differences of one case.
class Differences {
 public:
  void compare(const std::string& what, const std::string& expected, const std::string& got) {
    if (expected == got) return;
    add(expected_, what + ' ' + expected);
    add(got_, what + ' ' + got);
  }
  bool none() const { return expected_.empty(); }
  const std::string& expected() const { return expected_; }
  const std::string& got() const { return got_; }

 private:
  static void add(std::string& list, const std::string& text) { list += (list.empty() ? "" : "; ") + text; }
  std::string expected_;
  std::string got_;
};

void compare_codes(const std::string& where, const ExpectedRule& expected, const falcoc::EventSet& events, Differences& out) {
  if (expected.event_codes) {
    falcoc::EventSet wanted;
    for (const uint32_t code : *expected.event_codes)
      if (code < wanted.size()) wanted.set(code);
    const auto text = [](const falcoc::EventSet& set) {
      std::vector<std::string> codes;
      for (size_t i = 0; i < set.size(); ++i)
        if (set.test(i)) codes.push_back(std::to_string(i));
      return joined(codes);
    };
    out.compare(where + " event codes", text(wanted), text(events));
  }
  if (expected.event_codes_text) {
    const bool all = events.all();
    out.compare(where + " event codes", *expected.event_codes_text, all ? "all" : std::to_string(events.count()) + " codes");
  }
}

void compare_rule(const std::string& name, const ExpectedRule& expected, const CheckedRules& rules, Differences& out) {
  const auto rule = std::ranges::find(rules.rules, name, &CheckedRule::name);
  if (rule == rules.rules.end()) return out.compare("rule " + name, "present", "absent");
  const std::string where = "rule " + name;
  if (expected.condition) out.compare(where + " condition", *expected.condition, rule->condition_normal_form);
  if (expected.output) out.compare(where + " output", *expected.output, rule->output);
  if (expected.priority) out.compare(where + " priority", *expected.priority, std::string(falcoc::priority_name(rule->priority)));
  if (expected.desc) out.compare(where + " desc", *expected.desc, rule->desc);
  if (expected.enabled) out.compare(where + " enabled", *expected.enabled ? "true" : "false", rule->enabled ? "true" : "false");
  if (expected.tags) out.compare(where + " tags", joined(*expected.tags), joined(rule->tags));
  compare_codes(where, expected, rule->events, out);
}

/// What the verifier says about the image of a case that compiles; empty: nothing.
std::string image_problem(const falcoc::CompileResult& result) {
  if (!result.image) return "";
  auto sealed = fvm::SealedImage::from_bytes(result.image->bytes);
  if (!sealed) return "image can't be sealed";
  const auto verified = fvm::verify(std::move(*sealed));
  return verified ? "" : fvm::describe(verified.error());
}

void run_load_case(const LoadCase& test, Differences& out) {
  falcoc::SourceManager sources;
  std::vector<uint32_t> files;
  for (const std::string& text : test.files) files.push_back(sources.add("rules" + std::to_string(files.size()) + ".yaml", text));
  falcoc::CompileOptions options;
  options.append_output = test.append_output;
  options.extra_sources = test.extra_sources;
  if (test.min_priority) {
    const auto priority = falcoc::parse_priority(*test.min_priority);
    if (!priority) return out.compare("min_priority", *test.min_priority, "unknown");
    options.selection.min_priority = *priority;
  }
  for (const SelectEntryText& entry : test.select) options.selection.entries.push_back({entry.enable, entry.rule, entry.tag});

  Diagnostics diags;
  options.warnings_of_every_load = true;
  const std::optional<falcoc::LoadedRules> loaded = falcoc::load_files(sources, files, options, diags);
  const Diagnostic* error = first_error(diags);
  const std::vector<std::string> warnings = warning_codes(diags);
  const std::string status = error != nullptr ? "error" : warnings.empty() ? "ok" : "warning";
  // Aborting without a load result is a defect of the reference; a plain error is what is meant.
  out.compare("status", test.status == "fatal" ? "error" : test.status, status);
  if (error != nullptr) {
    if (test.code) out.compare("code", *test.code, std::string(falcoc::load_code_name(error->code())));
    if (test.position) {
      const auto position = [](std::array<uint32_t, 3> p) {
        return std::to_string(p[0]) + ':' + std::to_string(p[1]) + '+' + std::to_string(p[2]);
      };
      const auto at = error->reference.value_or(falcoc::ReferencePosition{});
      out.compare("position", position(*test.position), position({at.line, at.column, at.offset}));
    }
  }
  if (test.warnings) out.compare("warnings", joined(*test.warnings), joined(warnings));
  if (!loaded) return;
  for (const auto& [name, expected] : test.rules) compare_rule(name, expected, loaded->rules, out);

  Diagnostics selection_diags;
  const falcoc::CompileResult result = falcoc::compile(sources, files, options, selection_diags);
  if (test.enabled_rules) {
    out.compare("enabled rules", std::to_string(*test.enabled_rules), std::to_string(result.selection.selected));
  }
  out.compare("image", "", image_problem(result));
}

}  // namespace

void run_load_cases(const CaseFile& file, Report& report) {
  for (const LoadCase& test : file.loads) {
    Differences differences;
    run_load_case(test, differences);
    if (differences.none()) {
      report.pass();
    } else {
      report.fail(test.name, differences.expected(), differences.got());
    }
  }
}

}  // namespace conformance
