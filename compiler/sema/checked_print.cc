// SPDX-License-Identifier: Apache-2.0
#include "compiler/sema/checked_print.h"

#include <fmt/format.h>

#include <iterator>
#include <set>
#include <string_view>

namespace falcoc {

std::string print_checked(const CheckedRules& rules) {
  std::string out;
  const auto line = [&](std::string_view key, std::string_view value) {
    fmt::format_to(std::back_inserter(out), "  {}: {}\n", key, value);
  };
  for (const CheckedRule& rule : rules.rules) {
    fmt::format_to(std::back_inserter(out), "rule: {}\n", rule.name);
    line("priority", priority_name(rule.priority));
    line("enabled", rule.enabled ? "yes" : "no");
    if (rule.source != "syscall") line("source", rule.source);
    line("tags", fmt::format("{}", fmt::join(rule.tags, " ")));
    line("condition", rule.condition_normal_form);
    // A name stands for all its codes.
    std::set<std::string_view> names;
    for (size_t code = 0; code < fvm::kEventCount; ++code) {
      if (rule.events[code] && !fvm::kEvents[code].has(FALCO_EF_UNUSED)) names.insert(fvm::kEvents[code].name);
    }
    line("events", fmt::format("{} codes: {}", rule.events.count(), names.size() > 40 ? "many" : fmt::format("{}", fmt::join(names, " "))));
    std::string parts;
    for (const OutputPart& part : rule.parts) {
      parts += part.term == TermId::None ? part.literal : fmt::format("{{{}{}}}", part.token, part.width == 0 ? "" : fmt::format(":{}", part.width));
    }
    line("output", parts);
  }
  return out;
}

}  // namespace falcoc
