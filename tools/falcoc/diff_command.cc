// SPDX-License-Identifier: Apache-2.0
#include "tools/falcoc/diff_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "compiler/diag/render_text.h"
#include "tools/falcoc/options.h"
#include "tools/testing/rules_diff.h"

namespace falcoc::tool {
namespace {

using testing::ChangedPart;
using testing::ChangedRule;
using testing::RulesDiff;
using testing::Witness;

constexpr std::string_view kVerdicts[] = {"alerts now and did not before", "alerted before and does not now"};

std::string text_of(const RulesDiff& diff) {
  std::string out;
  const auto to = [&] { return std::back_inserter(out); };
  for (const std::string& name : diff.removed) fmt::format_to(to(), "- {}\n", printable(name));
  for (const std::string& name : diff.added) fmt::format_to(to(), "+ {}\n", printable(name));
  for (const ChangedRule& rule : diff.changed) {
    fmt::format_to(to(), "~ {}\n", printable(rule.name));
    for (const ChangedPart& part : rule.parts)
      fmt::format_to(to(), "    {}\n      - {}\n      + {}\n", part.what, printable(part.before),
                     printable(part.after));
    if (!rule.has_other_condition) continue;
    for (const Witness& w : rule.witnesses)
      fmt::format_to(to(), "    {}: {}\n", kVerdicts[w.old_alerts ? 1 : 0], printable(flow_text(w.scene)));
    if (rule.witnesses.empty()) out += "    whether it alerts on other events is unknown: none was found\n";
  }
  fmt::format_to(to(), "{} added, {} removed, {} changed\n", diff.added.size(), diff.removed.size(),
                 diff.changed.size());
  return out;
}

std::string json_of(const RulesDiff& diff) {
  nlohmann::json out = {{"added", diff.added}, {"removed", diff.removed}, {"changed", nlohmann::json::array()}};
  for (const ChangedRule& rule : diff.changed) {
    nlohmann::json parts = nlohmann::json::object();
    for (const ChangedPart& part : rule.parts) parts[part.what] = {{"old", part.before}, {"new", part.after}};
    nlohmann::json one = {{"name", rule.name}, {"parts", parts}};
    if (rule.has_other_condition) {
      one["meaning"] = rule.witnesses.empty() ? "unknown" : "differs";
      one["witnesses"] = nlohmann::json::array();
      for (const Witness& w : rule.witnesses)
        one["witnesses"].push_back({{"alerts", w.old_alerts ? "old" : "new"}, {"scene", flow_text(w.scene)}});
    }
    out["changed"].push_back(std::move(one));
  }
  return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

int run_diff_command(const Options& options) {
  SourceManager sources;
  std::unique_ptr<testing::Ruleset> sets[2];
  for (size_t i = 0; i < 2; ++i) {
    Diagnostics diags;
    sets[i] = testing::Ruleset::load({options.rules[i]}, sources, diags);
    for (const Diagnostic& d : diags.all()) std::fputs((render_text(sources, d, {}) + "\n").c_str(), stderr);
    if (sets[i]) continue;
    const bool is_outside = std::ranges::any_of(
        diags.all(), [](const Diagnostic& d) { return d.id >= DiagId::CannotRead && d.id <= DiagId::CannotWrite; });
    return is_outside ? kOutsideWorld : kUsage;
  }
  testing::Player before(*sets[0]), after(*sets[1]);
  const RulesDiff diff = testing::diff_rules(before, after);
  std::fputs((options.list_format == listing::Format::Json ? json_of(diff) : text_of(diff)).c_str(), stdout);
  return diff.is_empty() ? kOk : kBadRules;
}

}  // namespace falcoc::tool
