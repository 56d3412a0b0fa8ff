// SPDX-License-Identifier: Apache-2.0
#include "tools/falcoc/cost_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "compiler/cost/measured.h"
#include "compiler/diag/render_text.h"
#include "compiler/driver/rules_files.h"
#include "vm/abi/limits.h"

namespace falcoc::tool {
namespace {

constexpr size_t kNamesInTable = 4;
constexpr size_t kPredicateBytes = 110;  ///< in the table; JSON has all of it
constexpr const char* kUnit = "ns, worst case, on the machine where the prices were measured";

/// A rule beside what a profile says of it.
struct Row {
  const RuleCost* cost;
  const MeasuredRule* measured = nullptr;
  double weighted = 0;
};

double per(double a, uint64_t b) { return b == 0 ? 0 : a / static_cast<double>(b); }

std::optional<MeasuredRun> load_profile(const std::string& path, Diagnostics& diags) {
  const std::optional<std::string> text = read_file(path, fvm::limits::kProfileBytes, diags);
  if (!text) return std::nullopt;
  auto run = read_profile(*text);
  if (!run) {
    diags.emit<diag::BadProfile>({}, std::string_view(path), std::string_view(run.error()));
    return std::nullopt;
  }
  return std::move(*run);
}

class Report {
 public:
  Report(const CheckedRules& rules, const SourceManager& sources, const MeasuredRun* run)
      : rules_(rules), sources_(sources), run_(run), costs_(rule_costs(rules)) {
    for (const RuleCost& cost : costs_) {
      Row row{&cost};
      const auto found = run ? run->rules.find(rule(row).name) : decltype(run->rules.find("")){};
      if (run != nullptr && found != run->rules.end()) {
        row.measured = &found->second;
        row.weighted = weighted_cost(cost, found->second);
      }
      rows_.push_back(row);
    }
    if (run != nullptr)
      std::ranges::stable_sort(rows_, [](const Row& a, const Row& b) { return a.weighted > b.weighted; });
  }

  void name_missing(Diagnostics& diags) const {
    if (run_ == nullptr) return;
    std::set<std::string_view> ours;  // with those that the selection left out
    for (const CheckedRule& r : rules_.rules) ours.insert(r.name);
    for (const Row& row : rows_) {
      if (row.measured == nullptr)
        diags.emit<diag::RuleNotInProfile>(rule(row).range, std::string_view(rule(row).name));
    }
    for (const auto& [name, measured] : run_->rules) {
      if (!ours.contains(name)) diags.emit<diag::ProfileRuleUnknown>({}, std::string_view(name));
    }
  }

  void complain_above(uint64_t max, Diagnostics& diags) const {
    for (const RuleCost& cost : costs_) {
      if (cost.worst() <= max) break;  // by cost
      const EventCost& worst = cost.events.front();
      const CheckedRule& too_dear = rules_.rules[cost.rule];
      Diagnostic& d = diags.emit<diag::RuleTooCostly>(too_dear.range, std::string_view(too_dear.name),
                                                      size_t{worst.cost}, worst.events.front(), size_t{max});
      if (!worst.dearest.text.empty()) {
        d.note(fmt::format("{} ns of it: {}", worst.dearest.cost, cut(worst.dearest.text)), worst.dearest.range);
      }
    }
  }

  std::string text() const {
    std::string out;
    const auto to = [&] { return std::back_inserter(out); };
    if (run_ == nullptr) {
      out += "worst case, ns an event:\n";
      fmt::format_to(to(), "  {:>8}  {:>5}  rule\n", "ns", "tests");
    } else {
      fmt::format_to(to(), "worst case, ns an event; weighed by the {} events of the profile:\n", run_->events);
      fmt::format_to(to(), "  {:>8}  {:>5}  {:>11}  {:>8}  {:>12}  rule\n", "ns", "tests", "evaluations", "measured",
                     "ns per event");
    }
    for (const Row& row : rows_) append(out, row);
    return out;
  }

  std::string json() const {
    nlohmann::json out = {{"unit", kUnit}};
    if (run_ != nullptr) out["events"] = run_->events;
    nlohmann::json& list = out["rules"] = nlohmann::json::array();
    for (const Row& row : rows_) list.push_back(object(row));
    return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  }

 private:
  const CheckedRule& rule(const Row& row) const { return rules_.rules[row.cost->rule]; }
  static std::string cut(const std::string& text) {
    return text.size() <= kPredicateBytes ? text : text.substr(0, kPredicateBytes - 3) + "...";
  }
  std::string place(const SourceRange& range) const {
    return range.known() ? fmt::format("{}:{}", sources_.name(range.file), sources_.locate(range).line) : std::string();
  }
  static std::string names(const EventCost& on) {
    const size_t shown = std::min(on.events.size(), kNamesInTable);
    std::string out;
    for (size_t i = 0; i < shown; ++i) out += fmt::format("{}{}", i == 0 ? "" : ", ", on.events[i]);
    if (on.events.size() > shown) out += fmt::format(" and {} more", on.events.size() - shown);
    return out;
  }

  void append(std::string& out, const Row& row) const {
    const auto to = [&] { return std::back_inserter(out); };
    const EventCost none{};
    const EventCost& worst = row.cost->events.empty() ? none : row.cost->events.front();
    fmt::format_to(to(), "  {:>8}  {:>5}  ", worst.cost, worst.tests);
    size_t indent = 19;
    if (run_ != nullptr) {
      indent = 58;
      if (row.measured == nullptr) {
        fmt::format_to(to(), "{:>11}  {:>8}  {:>12}  ", "-", "-", "-");
      } else {
        fmt::format_to(to(), "{:>11}  {:>8.1f}  {:>12.2f}  ", row.measured->evaluations,
                       per(row.measured->ns, row.measured->evaluations), per(row.weighted, run_->events));
      }
    }
    fmt::format_to(to(), "{} ({})\n", printable(rule(row).name), printable(place(rule(row).range)));
    if (row.cost->events.empty()) {
      fmt::format_to(to(), "{:{}}no event can match it\n", "", indent);
      return;
    }
    fmt::format_to(to(), "{:{}}on {}\n", "", indent, names(worst));
    if (!worst.dearest.text.empty()) {
      fmt::format_to(to(), "{:{}}{} ns of it: {}\n", "", indent, worst.dearest.cost,
                     printable(cut(worst.dearest.text)));
    }
  }

  nlohmann::json object(const Row& row) const {
    nlohmann::json out = {{"name", rule(row).name}, {"place", place(rule(row).range)}, {"cost", row.cost->worst()}};
    nlohmann::json& events = out["events"] = nlohmann::json::array();
    for (const EventCost& on : row.cost->events) {
      nlohmann::json e = {{"events", on.events}, {"cost", on.cost}, {"tests", on.tests}};
      if (!on.dearest.text.empty()) {
        e["dearest"] = {{"predicate", on.dearest.text}, {"cost", on.dearest.cost}, {"place", place(on.dearest.range)}};
      }
      events.push_back(std::move(e));
    }
    if (row.measured != nullptr) {
      out["measured"] = {{"evaluations", row.measured->evaluations},
                         {"matches", row.measured->matches},
                         {"ns_per_evaluation", per(row.measured->ns, row.measured->evaluations)}};
      out["weighted_per_event"] = per(row.weighted, run_->events);
    }
    return out;
  }

  const CheckedRules& rules_;
  const SourceManager& sources_;
  const MeasuredRun* run_;
  std::vector<RuleCost> costs_;
  std::vector<Row> rows_;
};

}  // namespace

std::optional<std::string> cost_report(const LoadedRules& loaded, const SourceManager& sources, const Options& options,
                                       Diagnostics& diags) {
  std::optional<MeasuredRun> run;
  if (!options.profile.empty()) {
    run = load_profile(options.profile, diags);
    if (!run) return std::nullopt;
  }
  const Report report(loaded.rules, sources, run ? &*run : nullptr);
  report.name_missing(diags);
  if (options.max_cost) report.complain_above(*options.max_cost, diags);
  return options.list_format == listing::Format::Json ? report.json() : report.text();
}

}  // namespace falcoc::tool
