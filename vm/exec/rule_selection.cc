// SPDX-License-Identifier: Apache-2.0
//
// Selection of rules at load time.
#include "vm/exec/rule_selection.h"

#include <algorithm>
#include <bit>

#include "vm/abi/tags.h"

namespace fvm {
namespace {

bool has_tag(const ImageView& image, const RuleRec& rule, std::span<const std::string> wanted) {
  const auto tags = image.tags(rule);
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& tag) {
    return std::any_of(tags.begin(), tags.end(), [&](TextRef ref) { return same_tag(image.rule_text(ref), tag); });
  });
}

bool selected(const ImageView& image, const RuleRec& rule, const RuleSelection& selection) {
  if (rule.priority > selection.lowest_priority) return false;
  if (!selection.only_tags.empty() && !has_tag(image, rule, selection.only_tags)) return false;
  if (has_tag(image, rule, selection.without_tags)) return false;
  const std::string_view name = image.rule_text(rule.name);
  return std::none_of(selection.without_names.begin(), selection.without_names.end(),
                      [&](const std::string& part) { return name.find(part) != std::string_view::npos; });
}

}  // namespace

size_t ActiveRules::count() const {
  size_t n = 0;
  for (uint64_t word : words_) n += static_cast<size_t>(std::popcount(word));
  return n;
}

ActiveRules installed_rules(const ImageView& image) {
  ActiveRules active(image.rules().size());
  for (uint32_t rule = 0; rule < active.size(); ++rule) active.set(rule, false);
  for (const Instr& instr : image.code())
    if (static_cast<Opcode>(instr.op) == Opcode::Match) active.set(instr.a, true);
  return active;
}

ActiveRules select_rules(const ImageView& image, const RuleSelection& selection) {
  ActiveRules active = installed_rules(image);
  const auto rules = image.rules();
  for (uint32_t rule = 0; rule < rules.size(); ++rule)
    if (active.test(rule) && !selected(image, rules[rule], selection)) active.set(rule, false);
  return active;
}

}  // namespace fvm
