// SPDX-License-Identifier: Apache-2.0
#include "tools/falcoc/explain_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "compiler/cost/rule_cost.h"
#include "compiler/diag/render_text.h"
#include "compiler/sema/condition_text.h"
#include "tools/falcoc/decision_drawing.h"
#include "tools/falcoc/options.h"
#include "tools/testing/ruleset.h"

namespace falcoc::tool {
namespace {

class RuleText {
 public:
  RuleText(const testing::Ruleset& ruleset, uint32_t rule, const SourceManager& sources)
      : rules_(ruleset.rules()),
        collection_(ruleset.collection()),
        index_(rule),
        rule_(rules_.rules[rule]),
        sources_(sources) {
    for (RuleCost& cost : rule_costs(rules_))
      if (cost.rule == rule) cost_ = std::move(cost);
  }

  std::string text() {
    const auto to = [&] { return std::back_inserter(out_); };
    fmt::format_to(to(), "{}\n  {}\n", rule_.name, place(rule_.range));
    fmt::format_to(to(), "  priority {}, source {}\n  tags     {}\n", priority_name(rule_.priority), rule_.source,
                   fmt::join(rule_.tags, ", "));
    const auto names = event_names();
    fmt::format_to(
        to(), "  events   {}\n",
        names.size() > kNames ? fmt::format("{} types", names.size()) : fmt::format("{}", fmt::join(names, ", ")));
    if (!cost_.events.empty()) {
      const EventCost& worst = cost_.events.front();
      fmt::format_to(to(), "  cost     at most {} ns and {} tests on {}\n", worst.cost, worst.tests,
                     worst.events.front());
      if (!worst.dearest.text.empty())
        fmt::format_to(to(), "           {} ns of it: {}\n", worst.dearest.cost, cut(worst.dearest.text));
    } else {
      out_ += "  cost     none: no event can match it\n";
    }
    for (const ExceptionDecl* e : exceptions()) fmt::format_to(to(), "  exception {}\n", e->name);
    out_ += "\ncondition, everything expanded\n";
    append(rule_.condition, 1);
    fmt::format_to(to(), "\noutput\n  {}\n", rule_.output);
    return printable_lines(out_);
  }

  std::string json() const {
    nlohmann::json out = {{"name", rule_.name},
                          {"place", place(rule_.range)},
                          {"priority", priority_name(rule_.priority)},
                          {"source", rule_.source},
                          {"tags", rule_.tags},
                          {"events", event_names()},
                          {"output", rule_.output},
                          {"description", rule_.desc},
                          {"condition", condition_text(rules_, rule_.condition)},
                          {"cost", cost_.worst()},
                          {"tree", node(rule_.condition)}};
    out["exceptions"] = nlohmann::json::array();
    for (const ExceptionDecl* e : exceptions()) out["exceptions"].push_back(e->name);
    return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  }

 private:
  static constexpr size_t kNames = 16, kTextBytes = 110, kPlaceColumn = 84;

  static std::string cut(std::string text) {
    if (text.size() > kTextBytes) text = text.substr(0, kTextBytes - 3) + "...";
    return text;
  }
  static std::string printable_lines(const std::string& text) {
    std::string out;
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      out += printable(std::string_view(text).substr(begin, end - begin)) + "\n";
      begin = end + 1;
    }
    return out;
  }

  std::string place(SourceRange range) const {
    if (!range.known()) return "?";
    const LineColumn at = sources_.locate(range);
    return fmt::format("{}:{}:{}", sources_.name(range.file), at.line, at.column);
  }

  /// The macro in whose text a part was written; empty: the rule's own text.
  std::string_view macro_of(SourceRange range) const {
    for (const MacroDecl& macro : collection_.macros) {
      const SourceRange& m = macro.condition.range;
      if (m.file == range.file && m.begin <= range.begin && range.end <= m.end) return macro.name;
    }
    return {};
  }

  std::vector<std::string_view> event_names() const {
    std::set<std::string_view> names;
    for (size_t code = 0; code < fvm::kEventCount; ++code)
      if (rule_.events[code] && !fvm::kEvents[code].has(FALCO_EF_UNUSED)) names.insert(fvm::kEvents[code].name);
    return {names.begin(), names.end()};
  }

  std::vector<const ExceptionDecl*> exceptions() const {
    std::vector<const ExceptionDecl*> out;
    for (const RuleDecl& decl : collection_.rules)
      if (decl.name == rule_.name)
        for (const ExceptionDecl& e : decl.exceptions) out.push_back(&e);
    return out;
  }

  void append(ExprId id, size_t depth) {
    const Expr& expr = rules_.expr(id);
    std::string line(depth * 2, ' ');
    bool is_leaf = false;
    switch (expr.kind) {
      case Expr::Kind::And:
        line += "all of";
        break;
      case Expr::Kind::Or:
        line += "any of";
        break;
      case Expr::Kind::Not:
        // One line for a predicate that must not hold.
        if (rules_.expr(expr.children[0]).kind == Expr::Kind::Check) {
          append_leaf(line + "not " + check_text(rules_, expr.children[0]), rules_.expr(expr.children[0]).range);
          return;
        }
        line += "not";
        break;
      default:
        is_leaf = true;
    }
    if (is_leaf) {
      append_leaf(line + condition_text(rules_, id), expr.range);
      return;
    }
    out_ += line + "\n";
    for (const ExprId child : expr.children) append(child, depth + 1);
  }

  void append_leaf(const std::string& line, SourceRange range) {
    const std::string_view macro = macro_of(range);
    const std::string where = place(range) + (macro.empty() ? std::string() : fmt::format(" macro {}", macro));
    if (line.size() <= kPlaceColumn) {
      out_ += fmt::format("{:<{}}  {}\n", line, kPlaceColumn, where);
    } else {
      out_ += fmt::format("{}\n{:{}}  {}\n", line, "", kPlaceColumn, where);
    }
  }

  nlohmann::json node(ExprId id) const {
    const Expr& expr = rules_.expr(id);
    constexpr std::string_view kKinds[] = {"and", "or", "not", "check", "always", "never"};
    nlohmann::json out = {{"kind", kKinds[static_cast<size_t>(expr.kind)]}, {"place", place(expr.range)}};
    if (expr.kind == Expr::Kind::Check) {
      out["text"] = check_text(rules_, id);
      if (const std::string_view macro = macro_of(expr.range); !macro.empty()) out["macro"] = macro;
    }
    for (const ExprId child : expr.children) out["children"].push_back(node(child));
    return out;
  }

  const CheckedRules& rules_;
  const Collection& collection_;
  uint32_t index_;
  const CheckedRule& rule_;
  const SourceManager& sources_;
  RuleCost cost_;
  std::string out_;
};

}  // namespace

int explain_rule(const Options& o) {
  SourceManager sources;
  Diagnostics diags;
  const auto ruleset = testing::Ruleset::load(o.rules, sources, diags);
  for (const Diagnostic& d : diags.all()) std::fputs((render_text(sources, d, {}) + "\n").c_str(), stderr);
  if (!ruleset) {
    const bool is_outside = std::ranges::any_of(
        diags.all(), [](const Diagnostic& d) { return d.id >= DiagId::CannotRead && d.id <= DiagId::CannotWrite; });
    return is_outside ? kOutsideWorld : kBadRules;
  }
  const auto rule = ruleset->find(o.subject);
  if (!rule) {
    const std::string_view near = nearest_name(o.subject, ruleset->names());
    std::fprintf(stderr, "falcoc explain: error: no rule is called `%s`%s\n", printable(o.subject).c_str(),
                 near.empty() ? "" : ("; is it `" + std::string(near) + "`?").c_str());
    return kUsage;
  }
  if (o.drawing != Drawing::None) {
    Diagnostics ignored;
    const auto alone = testing::Ruleset::alone(*ruleset, *rule, ignored);
    if (!alone) return kBadRules;
    const fvm::ImageView& image = alone->machine().image();
    std::fputs((o.drawing == Drawing::Dot ? dot_text(image) : svg_text(image)).c_str(), stdout);
    return kOk;
  }
  RuleText text(*ruleset, *rule, sources);
  std::fputs((o.list_format == listing::Format::Json ? text.json() : text.text()).c_str(), stdout);
  return kOk;
}

}  // namespace falcoc::tool
