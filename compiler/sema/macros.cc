// SPDX-License-Identifier: Apache-2.0
//
// Resolution walks the reference graph with an explicit stack: a chain of macros may be as long as the file.
#include "compiler/sema/macros.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "compiler/ast/ast_print.h"
#include "compiler/sema/syntax_help.h"
#include "vm/abi/limits.h"

namespace falcoc {

namespace {

using ast::Node;
using ast::NodeId;

size_t saturating_add(size_t a, size_t b) { return a > SIZE_MAX - b ? SIZE_MAX : a + b; }

}  // namespace

MacroTable::MacroTable(const Collection& collection, ListUse& lists, Recall<ParsedCondition>* recall,
                       Diagnostics& diags)
    : collection_(collection),
      recall_(recall),
      units_(collection.macros.size()),
      usable_(units_.size(), 1),
      used_(units_.size(), 0) {
  for (size_t i = 0; i < units_.size(); ++i) {
    auto text = expand_condition(collection, decl(i), lists, diags);
    units_[i].mark = decl(i).condition.mark;
    if (!text) {
      usable_[i] = 0;
      continue;
    }
    units_[i].text = std::move(*text);
    if (!parse(units_[i], diags)) usable_[i] = 0;
  }
  resolve_all(diags);
}

std::optional<uint32_t> MacroTable::find(std::string_view name) const {
  const MacroDecl* found = collection_.find_macro(name);
  if (found == nullptr) return std::nullopt;
  return static_cast<uint32_t>(found - collection_.macros.data());
}

bool MacroTable::parse(ParsedUnit& unit, Diagnostics& diags) const {
  const std::string_view text = unit.text.view();
  unit.parsed = recall_ != nullptr ? recall_->get(text, parse_condition)
                                   : std::make_shared<const ParsedCondition>(parse_condition(text));
  if (!unit.parsed->error) return true;
  const SyntaxError& error = *unit.parsed->error;
  const SourceRange range = unit.text.map(error.range.begin, error.range.end);
  const auto emit = [&]() -> Diagnostic& {
    switch (error.kind) {
      case SyntaxError::Kind::TooDeep:
        return diags.emit<diag::NestingTooDeep>(range, fvm::limits::kConditionNesting);
      case SyntaxError::Kind::TooLong:
        return diags.emit<diag::ConditionTooLong>(range, fvm::limits::kConditionBytes);
      case SyntaxError::Kind::Syntax:
        break;
    }
    return diags.emit<diag::ConditionSyntax>(range, error.message);
  };
  Diagnostic& emitted = emit().at(reference_position(unit.mark, text, error.reference_offset));
  if (const auto open = open_parenthesis(text, error)) emitted.note("it is opened here", unit.text.map(*open, *open + 1));
  if (const SourceRange site = unit.text.site(error.range.begin); site.known() && range.known() && range.begin != site.begin)
    emitted.note("it comes into the condition here", site);
  SyntaxHelp help = syntax_help(text, error);
  if (!help.replacement.empty()) emitted.suggest(range, std::move(help.replacement));
  if (!help.text.empty()) emitted.help(std::move(help.text));
  return false;
}

bool MacroTable::undefined(const ParsedUnit& unit, const Node& node, NodeMark item_mark,
                           std::optional<uint32_t> visibility, Diagnostics& diags) const {
  const SourceRange range = unit.text.map(node.range.begin, node.range.end);
  Diagnostic& error = diags.emit<diag::UnknownMacro>(range, ast::excerpt(node.name));
  error.at(reference_position(item_mark, unit.text.view(), node.range.begin));
  if (const auto later = find(node.name)) {
    const bool itself = &units_[*later] == &unit;
    error.note(itself ? "a macro can not use itself" : "it is defined here, behind the macro that uses it",
               decl(*later).name_range);
    return false;
  }
  std::vector<std::string_view> names;
  for (const MacroDecl& macro : collection_.macros) {
    if (!visibility || macro.first < *visibility) names.push_back(macro.name);
  }
  const std::string_view near = nearest_name(node.name, names);
  if (is_connective(node.name)) {
    error.help(fmt::format("`{}` is taken for a macro here, since {}", node.name,
                           node.name == "not" ? "no check follows" : "there is no check on both sides of it"));
  } else if (near.empty()) {
    error.help(fmt::format("a macro is an item `- macro: {}`, in this file or in one loaded before it", ast::excerpt(node.name)));
  } else {
    error.suggest(range, std::string(near));
  }
  return false;
}

/// Depth and size with macros in place; those of the macros named are known.
bool MacroTable::measure(ParsedUnit& unit, Diagnostics& diags) const {
  const ast::Condition& ast = unit.ast();
  std::vector<size_t> depth(ast.nodes.size());
  unit.nodes = 0;
  for (size_t i = 0; i < ast.nodes.size(); ++i) {  // children come first
    const Node& node = ast.nodes[i];
    size_t below = 0;
    for (NodeId child : node.children) below = std::max(below, depth[static_cast<size_t>(child)]);
    size_t own_nodes = 1 + node.values.size();
    if (node.kind == Node::Kind::Macro) {
      const ParsedUnit& macro = units_[*find(node.name)];
      below = macro.depth;
      own_nodes = macro.nodes;
    }
    depth[i] = below + 1;
    unit.nodes = saturating_add(unit.nodes, own_nodes);
  }
  unit.depth = depth[static_cast<size_t>(ast.root)];
  const SourceRange range = unit.text.map(0, unit.text.size());
  if (unit.nodes > fvm::limits::kExpandedNodes) {
    diags.emit<diag::ConditionTooLarge>(range, fvm::limits::kExpandedNodes)
        .at(reference_position(unit.mark, unit.text.view(), 0));
    return false;
  }
  if (unit.depth > kTreeDepth) {
    diags.emit<diag::MacrosTooDeep>(range, kTreeDepth).at(reference_position(unit.mark, unit.text.view(), 0));
    return false;
  }
  return true;
}

bool MacroTable::resolve(ParsedUnit& unit, NodeMark item_mark, Diagnostics& diags) const {
  std::unordered_set<uint32_t> seen;
  for (const Node& node : unit.ast().nodes) {
    if (node.kind != Node::Kind::Macro) continue;
    const auto index = find(node.name);
    if (!index) return undefined(unit, node, item_mark, std::nullopt, diags);
    if (seen.insert(*index).second) unit.macros.push_back(*index);
    if (!usable(*index)) return false;
  }
  return measure(unit, diags);
}

void MacroTable::resolve_all(Diagnostics& diags) {
  // Names first: each must be a macro that was defined in front of the visibility point.
  for (size_t i = 0; i < units_.size(); ++i) {
    if (!usable_[i]) continue;
    ParsedUnit& unit = units_[i];
    std::unordered_set<uint32_t> seen;
    for (const Node& node : unit.ast().nodes) {
      if (node.kind != Node::Kind::Macro) continue;
      const auto index = find(node.name);
      if (!index || decl(*index).first >= decl(i).visibility) {
        undefined(unit, node, decl(i).mark, decl(i).visibility, diags);
        usable_[i] = 0;
        break;
      }
      if (seen.insert(*index).second) unit.macros.push_back(*index);
      used_[*index] = 1;
    }
  }
  // Then depth first: a macro met again on the way down is a cycle; on the way up everything below is measured.
  enum : char { kNew, kOpen, kDone };
  std::vector<char> state(units_.size(), kNew);
  struct Frame {
    uint32_t macro;
    size_t next = 0;
  };
  std::vector<Frame> path;
  for (uint32_t root = 0; root < units_.size(); ++root) {
    if (state[root] != kNew) continue;
    state[root] = kOpen;
    path.push_back({root});
    while (!path.empty()) {
      Frame& top = path.back();
      ParsedUnit& unit = units_[top.macro];
      if (usable_[top.macro] && top.next < unit.macros.size()) {
        const uint32_t next = unit.macros[top.next++];
        if (state[next] == kNew) {
          state[next] = kOpen;
          path.push_back({next});
        } else if (state[next] == kOpen) {
          auto first = std::find_if(path.begin(), path.end(), [&](const Frame& f) { return f.macro == next; });
          std::string circle;
          for (auto it = first; it != path.end(); ++it) {
            circle += decl(it->macro).name + " -> ";
            usable_[it->macro] = 0;
          }
          circle += decl(next).name;
          diags.emit<diag::MacroCycle>(decl(next).name_range, decl(next).name, circle);
        }
        continue;
      }
      for (uint32_t below : unit.macros) {
        if (!usable_[below]) usable_[top.macro] = 0;
      }
      if (usable_[top.macro] && !measure(unit, diags)) usable_[top.macro] = 0;
      state[top.macro] = kDone;
      path.pop_back();
    }
  }
}

std::vector<uint32_t> MacroTable::closure(const std::vector<uint32_t>& roots) const {
  std::vector<uint32_t> all;
  std::unordered_set<uint32_t> seen;
  const auto add = [&](const std::vector<uint32_t>& macros) {
    for (uint32_t macro : macros) {
      if (seen.insert(macro).second) all.push_back(macro);
    }
  };
  add(roots);
  for (size_t i = 0; i < all.size(); ++i) add(units_[all[i]].macros);
  return all;
}

void MacroTable::use(const std::vector<uint32_t>& macros) {
  for (uint32_t macro : macros) used_[macro] = 1;
}

void MacroTable::report_unused(Diagnostics& diags) const {
  for (size_t i = 0; i < units_.size(); ++i) {
    if (!used_[i]) diags.emit<diag::UnusedMacro>(decl(i).name_range, decl(i).name);
  }
}

}  // namespace falcoc
