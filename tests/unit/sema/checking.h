// SPDX-License-Identifier: Apache-2.0
//
// Loads and checks rules texts, or single filters and outputs, and says what came of it.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/sema/checker.h"
#include "compiler/sema/fields.h"
#include "compiler/yaml/rule_items.h"

namespace falcoc::test {

struct Checked {
  SourceManager sources;
  Collection collection;
  Diagnostics diags;
  std::optional<CheckedRules> rules;

  explicit Checked(std::string_view text, const CheckOptions& options = {}) {
    LoadOptions load;
    load.known_field = [](std::string_view field) { return resolve_field_text(field).ok(); };
    const uint32_t file = sources.add("rules.yaml", std::string(text));
    if (load_rules(sources, file, load, collection, diags) && collection.expand_lists(diags))
      rules = check(collection, options, diags);
  }

  /// The slugs, in order of emission.
  std::string slugs() const {
    std::string out;
    for (const Diagnostic& d : diags.all()) out += (out.empty() ? "" : " ") + std::string(diag_info(d.id).slug);
    return out;
  }
  const Diagnostic& first() const { return diags.all().front(); }
  std::string_view marked() const { return sources.text(first().range); }
  const CheckedRule& rule(size_t i = 0) const { return rules->rules.at(i); }
};

/// A complete rule; several may be joined.
inline std::string rule(std::string_view condition, std::string_view more = "", std::string_view name = "r") {
  return "- rule: " + std::string(name) + "\n  desc: d\n  condition: " + std::string(condition) +
         "\n  output: o\n  priority: INFO\n" + std::string(more);
}
inline std::string macro(std::string_view name, std::string_view condition) {
  return "- macro: " + std::string(name) + "\n  condition: " + std::string(condition) + "\n";
}

/// "ok", or the slug of the error.
inline std::string filter(std::string_view text) {
  Diagnostics diags;
  const auto rules = check_filter(text, diags);
  if (rules) return diags.empty() ? "ok" : "ok with diagnostics";
  return std::string(diag_info(diags.all().front().id).slug);
}

inline std::string filter_message(std::string_view text) {
  Diagnostics diags;
  check_filter(text, diags);
  return diags.empty() ? "" : diags.all().front().message;
}

}  // namespace falcoc::test
