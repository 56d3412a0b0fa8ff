// SPDX-License-Identifier: Apache-2.0
#include "tools/falcoc/listing.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "compiler/diag/diagnostics.h"
#include "compiler/sema/operators.h"
#include "vm/abi/tables.h"

namespace falcoc::tool {
namespace {

/// A row of a listing: one line of text, or one JSON object.
struct Row {
  std::string text;
  nlohmann::json object;
};

std::string print(const std::vector<Row>& rows, bool json) {
  if (json) {
    nlohmann::json all = nlohmann::json::array();
    for (const Row& row : rows) all.push_back(row.object);
    return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  }
  std::string out;
  for (const Row& row : rows) out += row.text + "\n";
  return out;
}

std::vector<Row> operators() {
  std::vector<Row> rows;
  for (const OperatorInfo& op : kOperators) {
    rows.push_back({fmt::format("{:<12} {}", op.spelling, op.doc), {{"operator", op.spelling}, {"description", op.doc}}});
  }
  return rows;
}

std::vector<Row> diagnostics() {
  std::vector<Row> rows;
  for (const DiagInfo& d : kDiagnostics) {
    const char* severity = d.severity == Severity::Error ? "error" : "warning";
    const std::string id = fmt::format("FC{:04}", d.number());
    rows.push_back({fmt::format("{} {:<8} {:<28} {}", id, severity, d.slug, d.text),
                    {{"id", id},
                     {"severity", severity},
                     {"slug", d.slug},
                     {"text", d.text},
                     {"falco_code", load_code_name(d.code)},
                     {"explanation", d.explanation}}});
  }
  return rows;
}

}  // namespace

std::string list_table(std::string_view subject, bool json) {
  return print(subject == "operators" ? operators() : diagnostics(), json);
}

std::string list_rules(const CheckedRules& rules, bool json, bool only_selected) {
  std::vector<Row> rows;
  for (const CheckedRule& r : rules.rules) {
    if (only_selected && !r.enabled) continue;
    std::set<std::string_view> types;
    for (size_t code = 0; code < fvm::kEventCount; ++code) {
      if (r.events[code] && !fvm::kEvents[code].has(FALCO_EF_UNUSED)) types.insert(fvm::kEvents[code].name);
    }
    const std::string shown_types = types.size() > 12 ? fmt::format("{} event types", types.size()) : fmt::format("{}", fmt::join(types, ", "));
    rows.push_back({fmt::format("{}{} [{}] ({}) {}", r.enabled ? "" : "(off) ", r.name, priority_name(r.priority), fmt::join(r.tags, ", "), shown_types),
                    {{"name", r.name},
                     {"priority", priority_name(r.priority)},
                     {"tags", r.tags},
                     {"enabled", r.enabled},
                     {"source", r.source},
                     {"description", r.desc},
                     {"condition", r.condition_normal_form},
                     {"output", r.output},
                     {"event_types", types}}});
  }
  return print(rows, json);
}

std::string list_definitions(const Collection& collection, std::string_view subject, bool json) {
  std::vector<Row> rows;
  if (subject == "macros") {
    for (const MacroDecl& m : collection.macros) {
      rows.push_back({fmt::format("{}: {}", m.name, m.condition.text.trimmed().view()), {{"name", m.name}, {"condition", m.condition.text.view()}}});
    }
  } else {
    for (const ListDecl& l : collection.lists) {
      std::vector<std::string_view> items;
      for (const ListItemRef item : l.expanded) items.push_back(collection.item(item).text.view());
      rows.push_back({fmt::format("{}: {}", l.name, fmt::join(items, ", ")), {{"name", l.name}, {"items", items}}});
    }
  }
  return print(rows, json);
}

}  // namespace falcoc::tool
