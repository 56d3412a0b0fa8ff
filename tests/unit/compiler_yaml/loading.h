// SPDX-License-Identifier: Apache-2.0
//
// Loads rules texts into a collection and says what the reader and the item layer found, by code or by slug.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/yaml/rule_items.h"

namespace falcoc::test {

struct Loaded {
  SourceManager sources;
  Collection collection;
  Diagnostics diags;
  bool ok = true;

  Loaded(std::initializer_list<std::string_view> texts, const LoadOptions& options = {}) {
    for (const std::string_view text : texts) {
      if (!ok) break;
      const uint32_t file = sources.add("rules" + std::to_string(sources.size()) + ".yaml", std::string(text));
      ok = load_rules(sources, file, options, collection, diags) && collection.expand_lists(diags);
    }
  }

  /// The slugs, in order of emission: "unknown-key unused-list".
  std::string slugs() const {
    std::string out;
    for (const Diagnostic& d : diags.all()) out += (out.empty() ? "" : " ") + std::string(diag_info(d.id).slug);
    return out;
  }
  const Diagnostic& first() const { return diags.all().front(); }
  /// "line:column" of the first diagnostic.
  std::string place() const {
    const LineColumn at = sources.locate(first().range);
    return std::to_string(at.line) + ":" + std::to_string(at.column);
  }
  std::string_view marked() const { return sources.text(first().range); }

  std::string expanded(std::string_view rule) {
    ListUse use(collection);
    const auto text = expand_condition(collection, *collection.find_rule(rule), use, diags);
    return text ? text->text() : "error";
  }
};

/// A complete rule with the given condition and further keys.
inline std::string rule(std::string_view condition, std::string_view more = "") {
  return "- rule: r\n  desc: d\n  condition: " + std::string(condition) + "\n  output: o\n  priority: INFO\n" + std::string(more);
}

}  // namespace falcoc::test
