// SPDX-License-Identifier: Apache-2.0
#include "tools/falco-vm/loss_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>

#include "vm/alert/value_text.h"

namespace falco_vm {
namespace {

constexpr size_t kShownEvents = 5;
constexpr size_t kShownRules = 3;

uint64_t total(std::span<const uint64_t> counts) { return std::accumulate(counts.begin(), counts.end(), uint64_t{0}); }

std::string_view plural(uint64_t count) { return count == 1 ? "" : "s"; }

/// "3 never finished, 1 thread unknown"
std::string in_words(std::span<const uint64_t> reasons) {
  std::string out;
  for (size_t kind = 0; kind < reasons.size(); ++kind) {
    if (reasons[kind] == 0) continue;
    fmt::format_to(std::back_inserter(out), "{}{} {}", out.empty() ? "" : ", ", reasons[kind],
                   fvm::kLosses[kind].words);
  }
  return out;
}

nlohmann::json in_json(std::span<const uint64_t> reasons) {
  auto out = nlohmann::json::object();
  for (size_t kind = 0; kind < reasons.size(); ++kind) {
    if (reasons[kind] != 0) out[std::string(fvm::kLosses[kind].key)] = reasons[kind];
  }
  return out;
}

}  // namespace

LossReport::LossReport(const fvm::Engine& engine, const fvm::SourceStats& source)
    : LossReport(engine.losses(source), engine) {}

LossReport::LossReport(const fvm::LossCounts& lost, const fvm::Engine& engine) : active_rules_(engine.active_rules()) {
  if (!lost.any()) return;
  lost_ = lost.lost_events();
  incomplete_ = lost.of_all_events() - lost_;

  std::map<std::string_view, Reasons> by_name;
  for (size_t code = 0; code < fvm::kEventCount; ++code) {
    if (lost.of_event(code) == 0) continue;
    Reasons& reasons = by_name[fvm::kEvents[code].name];
    for (size_t kind = 0; kind < fvm::kEventLossKinds; ++kind) reasons[kind] += lost.by_code[kind][code];
  }
  for (const auto& [name, reasons] : by_name) by_event_.push_back({name, reasons, true});
  std::stable_sort(by_event_.begin(), by_event_.end(),
                   [](const Row& a, const Row& b) { return total(a.reasons) > total(b.reasons); });

  const fvm::LossLedger ledger(engine.image());
  for (const fvm::BlindedRule& rule : ledger.blinded(lost, engine.rules_on())) {
    rules_.push_back({engine.image().rule_text(engine.image().rules()[rule.rule].name), rule.reasons, rule.directly()});
  }
  std::stable_partition(rules_.begin(), rules_.end(), [](const Row& row) { return row.directly; });
}

std::string LossReport::summary() const {
  std::string out;
  if (!by_event_.empty()) {
    out = "falco-vm: ";
    if (lost_ != 0) fmt::format_to(std::back_inserter(out), "{} event{} lost", lost_, plural(lost_));
    if (lost_ != 0 && incomplete_ != 0) out += ", ";
    if (incomplete_ != 0)
      fmt::format_to(std::back_inserter(out), "{} event{} incomplete", incomplete_, plural(incomplete_));
    out += ": ";
    append_events(out);
    out += '\n';
  }
  if (!rules_.empty()) out += counted_rules();
  return out;
}

void LossReport::append_events(std::string& out) const {
  for (size_t i = 0; i < std::min(by_event_.size(), kShownEvents); ++i) {
    fmt::format_to(std::back_inserter(out), "{}{} {}", i == 0 ? "" : ", ", by_event_[i].name,
                   total(by_event_[i].reasons));
  }
  if (by_event_.size() > kShownEvents) {
    const size_t more = by_event_.size() - kShownEvents;
    fmt::format_to(std::back_inserter(out), " and {} more type{}", more, plural(more));
  }
}

std::string LossReport::sentence() const {
  std::string out = fmt::format("{} event{} lost", lost_, plural(lost_));
  if (!by_event_.empty()) {
    out += " (";
    append_events(out);
    out += ')';
  }
  if (direct_rules() != 0) {
    out += ", ";
    append_direct_rules(out);
  }
  return out;
}

size_t LossReport::direct_rules() const {
  return static_cast<size_t>(std::count_if(rules_.begin(), rules_.end(), [](const Row& r) { return r.directly; }));
}

void LossReport::append_direct_rules(std::string& out) const {
  const size_t direct = direct_rules();
  fmt::format_to(std::back_inserter(out), "{} of {} active rule{} may have missed something: ", direct, active_rules_,
                 plural(active_rules_));
  for (size_t i = 0; i < std::min(direct, kShownRules); ++i) {
    fmt::format_to(std::back_inserter(out), "{}\"{}\"", i == 0 ? "" : ", ", fvm::escape_line(rules_[i].name));
  }
  if (direct > kShownRules) fmt::format_to(std::back_inserter(out), " and {} more", direct - kShownRules);
}

std::string LossReport::counted_rules() const {
  const size_t direct = direct_rules();
  std::string out;
  if (direct != 0) {
    out += "falco-vm: ";
    append_direct_rules(out);
    out += '\n';
  }
  if (direct != rules_.size()) {
    const size_t indirect = rules_.size() - direct;
    fmt::format_to(std::back_inserter(out),
                   "falco-vm: {} {}rule{} may have judged by outdated process, descriptor or container records\n",
                   indirect, direct != 0 ? "more " : "", plural(indirect));
  }
  return out;
}

std::string LossReport::tables() const {
  std::string out;
  const auto append = [&out](std::string_view title, const std::vector<Row>& rows) {
    if (rows.empty()) return;
    fmt::format_to(std::back_inserter(out), "{}:\n", title);
    for (const Row& row : rows) {
      fmt::format_to(std::back_inserter(out), "  {:>12}  {}: {}\n", total(row.reasons), fvm::escape_line(row.name),
                     in_words(row.reasons));
    }
  };
  append("events lost or incomplete", by_event_);
  append("rules that may have missed something", rules_);
  return out;
}

void LossReport::add_to(nlohmann::json& out) const {
  auto& events = out["lost_by_event"] = nlohmann::json::object();
  for (const Row& row : by_event_) events[std::string(row.name)] = in_json(row.reasons);
  auto& rules = out["blinded_rules"] = nlohmann::json::object();
  for (const Row& row : rules_) rules[std::string(row.name)] = in_json(row.reasons);
}

}  // namespace falco_vm
