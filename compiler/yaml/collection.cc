// SPDX-License-Identifier: Apache-2.0
#include "compiler/yaml/collection.h"

#include <algorithm>

#include "vm/abi/limits.h"

namespace falcoc {

namespace {

template <typename Decl>
Decl* find_in(std::vector<Decl>& decls, const std::unordered_map<std::string, uint32_t>& index, std::string_view name) {
  const auto found = index.find(std::string(name));
  return found == index.end() ? nullptr : &decls[found->second];
}

template <typename Decl>
Decl& add_to(std::vector<Decl>& decls, std::unordered_map<std::string, uint32_t>& index, const std::string& name) {
  index.emplace(name, static_cast<uint32_t>(decls.size()));
  Decl& decl = decls.emplace_back();
  decl.name = name;
  return decl;
}

}  // namespace

ListDecl* Collection::find_list(std::string_view name) { return find_in(lists, list_index_, name); }
MacroDecl* Collection::find_macro(std::string_view name) { return find_in(macros, macro_index_, name); }
RuleDecl* Collection::find_rule(std::string_view name) { return find_in(rules, rule_index_, name); }
const ListDecl* Collection::find_list(std::string_view name) const { return const_cast<Collection*>(this)->find_list(name); }
const MacroDecl* Collection::find_macro(std::string_view name) const { return const_cast<Collection*>(this)->find_macro(name); }
const RuleDecl* Collection::find_rule(std::string_view name) const { return const_cast<Collection*>(this)->find_rule(name); }

ListDecl& Collection::add_list(const std::string& name) { return add_to(lists, list_index_, name); }
MacroDecl& Collection::add_macro(const std::string& name) { return add_to(macros, macro_index_, name); }
RuleDecl& Collection::add_rule(const std::string& name) { return add_to(rules, rule_index_, name); }

// Depth first with an explicit stack. The reference replaces names of earlier lists one level deep here and of later ones when
// conditions are expanded; together that is every name except one's own, which stays a plain value.
bool Collection::expand_lists(Diagnostics& diags) {
  enum class State : uint8_t { New, Open, Done };
  struct Frame {
    uint32_t list;
    uint32_t next_item;
  };
  std::vector<State> state(lists.size(), State::New);
  std::vector<Frame> stack;
  size_t budget = fvm::limits::kExpandedNodes;
  for (ListDecl& list : lists) {
    list.expanded.clear();
    list.inner.clear();
    list.used_by_list = false;
    budget += list.items.size();
  }
  for (uint32_t root = 0; root < lists.size(); ++root) {
    if (state[root] != State::New) continue;
    state[root] = State::Open;
    stack.push_back({root, 0});
    while (!stack.empty()) {
      Frame& frame = stack.back();
      ListDecl& list = lists[frame.list];
      if (frame.next_item == list.items.size()) {
        state[frame.list] = State::Done;
        stack.pop_back();
        continue;
      }
      const ScalarText& item = list.items[frame.next_item];
      const ListDecl* inner = find_list(item.text.view());
      if (inner == nullptr || inner == &list) {
        list.expanded.push_back({frame.list, frame.next_item++});
        if (budget-- == 0) {
          diags.emit<diag::ListTooLong>(item.range, list.name, fvm::limits::kExpandedNodes);
          return false;
        }
        continue;
      }
      const auto index = static_cast<uint32_t>(inner - lists.data());
      if (state[index] == State::New) {
        state[index] = State::Open;
        stack.push_back({index, 0});
        continue;
      }
      if (state[index] == State::Open) {
        std::string path;
        const auto first = std::find_if(stack.begin(), stack.end(), [&](const Frame& f) { return f.list == index; });
        for (auto f = first; f != stack.end(); ++f) path += "`" + lists[f->list].name + "` holds ";
        path += "`" + inner->name + "`";
        diags.emit<diag::ListCycle>(item.range, inner->name, path).note("the list is defined here", inner->name_range);
        return false;
      }
      if (budget < inner->expanded.size()) {
        diags.emit<diag::ListTooLong>(item.range, list.name, fvm::limits::kExpandedNodes);
        return false;
      }
      budget -= inner->expanded.size();
      list.expanded.insert(list.expanded.end(), inner->expanded.begin(), inner->expanded.end());
      list.inner.push_back(index);
      if (inner->first < list.visibility) lists[index].used_by_list = true;
      ++frame.next_item;
    }
  }
  return true;
}

ReferencePosition reference_position(NodeMark mark, std::string_view expanded, size_t offset) {
  offset = std::min(offset, expanded.size());
  const std::string_view before = expanded.substr(0, offset);
  const auto lines = static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n'));
  const size_t line_start = before.rfind('\n');
  const size_t column = line_start == std::string_view::npos ? offset : offset - line_start - 1;
  return {mark.line + lines + 1, mark.column + static_cast<uint32_t>(column) + 1, mark.offset + static_cast<uint32_t>(offset)};
}

}  // namespace falcoc
