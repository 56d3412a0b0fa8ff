// SPDX-License-Identifier: Apache-2.0
#include "compiler/driver/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "vm/abi/tags.h"

namespace falcoc {
namespace {

bool has_tag(const CheckedRule& rule, std::string_view tag) {
  return std::any_of(rule.tags.begin(), rule.tags.end(), [&](const std::string& t) { return fvm::same_tag(t, tag); });
}

bool name_selected(std::string_view pattern, std::string_view name) {
  return pattern.find('*') == std::string_view::npos ? name.find(pattern) != std::string_view::npos : matches_pattern(pattern, name);
}

/// What one criterion found and changed.
struct Effect {
  size_t matched = 0;
  size_t changed = 0;
};

class Selector {
 public:
  Selector(CheckedRules& rules, Diagnostics& diags) : rules_(rules.rules), diags_(diags) {}

  void own_flags() {
    const auto off = static_cast<size_t>(
        std::count_if(rules_.begin(), rules_.end(), [](const CheckedRule& r) { return !r.enabled && !r.below_priority; }));
    if (off != 0) summary_.reasons.push_back(fmt::format("enabled: false: {} disabled", off));
  }

  void priority(Priority lowest) {
    if (lowest == Priority::Debug) return;
    Effect effect;
    for (CheckedRule& rule : rules_) {
      if (rule.priority <= lowest) continue;
      ++effect.matched;
      effect.changed += rule.enabled ? 1 : 0;
      rule.below_priority = true;
      rule.enabled = false;
    }
    summary_.reasons.push_back(fmt::format("--priority {}: {} disabled", priority_name(lowest), effect.changed));
  }

  void disable(std::string_view option, std::string_view argument, const std::function<bool(const CheckedRule&)>& applies) {
    Effect effect;
    for (CheckedRule& rule : rules_) {
      if (!applies(rule)) continue;
      ++effect.matched;
      effect.changed += rule.enabled ? 1 : 0;
      rule.enabled = false;
    }
    report(fmt::format("{} {}", option, argument), effect, "disabled");
  }

  void only(const std::vector<std::string>& tags) {
    if (tags.empty()) return;
    for (CheckedRule& rule : rules_) rule.enabled = false;
    for (const std::string& tag : tags) {
      Effect effect;
      for (CheckedRule& rule : rules_) {
        if (rule.below_priority || !has_tag(rule, tag)) continue;
        ++effect.matched;
        effect.changed += rule.enabled ? 0 : 1;
        rule.enabled = true;
      }
      report(fmt::format("-t {}", tag), effect, "enabled");
    }
  }

  void entry(const SelectEntry& e) {
    if (e.rule) apply(e, "rule", *e.rule, [&](const CheckedRule& r) { return matches_pattern(*e.rule, r.name); });
    if (e.tag) apply(e, "tag", *e.tag, [&](const CheckedRule& r) { return has_tag(r, *e.tag); });
  }

  SelectionSummary finish() {
    summary_.total = rules_.size();
    summary_.selected =
        static_cast<size_t>(std::count_if(rules_.begin(), rules_.end(), [](const CheckedRule& r) { return r.enabled; }));
    if (summary_.selected == 0) diags_.emit<diag::NothingSelected>({}, std::string_view(summary_.line()));
    return std::move(summary_);
  }

 private:
  void apply(const SelectEntry& e, std::string_view kind, std::string_view argument,
             const std::function<bool(const CheckedRule&)>& applies) {
    if (!e.enable) return disable(fmt::format("disable {}", kind), argument, applies);
    Effect effect;
    std::vector<CheckedRule> revived;
    for (CheckedRule& rule : rules_) {
      if (rule.below_priority || !applies(rule)) continue;
      ++effect.matched;
      if (rule.enabled) continue;
      ++effect.changed;
      rule.enabled = true;
      revived.push_back(rule);
      rule.name.clear();  // a name is never empty, so this marks the place to close
    }
    std::erase_if(rules_, [](const CheckedRule& r) { return r.name.empty(); });
    std::move(revived.begin(), revived.end(), std::back_inserter(rules_));
    report(fmt::format("enable {} {}", kind, argument), effect, "enabled");
  }

  void report(const std::string& criterion, Effect effect, std::string_view verb) {
    summary_.reasons.push_back(fmt::format("{}: {} {}", criterion, effect.changed, verb));
    if (effect.matched == 0) diags_.emit<diag::UnmatchedSelection>({}, std::string_view(criterion));
  }

  std::vector<CheckedRule>& rules_;
  Diagnostics& diags_;
  SelectionSummary summary_;
};

}  // namespace

std::string SelectionSummary::line() const {
  std::string text = fmt::format("selected {} of {} rule{}", selected, total, total == 1 ? "" : "s");
  if (!reasons.empty()) text += fmt::format(" ({})", fmt::join(reasons, "; "));
  return text;
}

SelectionSummary select(CheckedRules& rules, const SelectionOptions& options, Diagnostics& diags) {
  Selector selector(rules, diags);
  selector.own_flags();
  selector.priority(options.min_priority);
  for (const SelectEntry& entry : options.entries) selector.entry(entry);
  selector.only(options.only_tags);
  for (const std::string& tag : options.without_tags) {
    selector.disable("-T", tag, [&](const CheckedRule& r) { return has_tag(r, tag); });
  }
  for (const std::string& name : options.without_names) {
    selector.disable("-D", name, [&](const CheckedRule& r) { return name_selected(name, r.name); });
  }
  return selector.finish();
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0;
  size_t star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace falcoc
