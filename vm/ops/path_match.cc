// SPDX-License-Identifier: Apache-2.0
#include "vm/ops/path_match.h"

#include <algorithm>

#include "vm/abi/limits.h"
#include "vm/ops/glob.h"

namespace fvm::ops {
namespace {

/// Removes the first component from `rest` and returns it; empty: there is none.
std::string_view take_component(std::string_view& rest) {
  const size_t start = rest.find_first_not_of('/');
  if (start == std::string_view::npos) {
    rest = {};
    return {};
  }
  const size_t end = std::min(rest.find('/', start), rest.size());
  const std::string_view component = rest.substr(start, end - start);
  rest.remove_prefix(end);
  return component;
}

bool component_matches(std::string_view component, std::string_view operand) {
  return has_wildcard(operand) ? glob_match(operand, component) : component == operand;
}

}  // namespace

bool path_match(std::string_view path, std::string_view operand) {
  while (true) {
    const std::string_view wanted = take_component(operand);
    if (wanted.empty()) return true;
    const std::string_view got = take_component(path);
    if (got.empty() || !component_matches(got, wanted)) return false;
  }
}

PathSet::PathSet(std::span<const std::string_view> operands) {
  if (operands.empty()) return;
  nodes_.emplace_back();
  for (std::string_view operand : operands) {
    if (operand.size() > limits::kConstantBytes) {
      long_operands_.emplace_back(operand);
      continue;
    }
    uint32_t node = 0;
    for (std::string_view part = take_component(operand); !part.empty(); part = take_component(operand)) {
      const uint32_t fresh = static_cast<uint32_t>(nodes_.size());
      uint32_t next = fresh;
      if (has_wildcard(part)) {
        for (const Edge& edge : nodes_[node].globs)
          if (edge.component == part) next = edge.node;
        if (next == fresh) nodes_[node].globs.push_back({std::string(part), fresh});
      } else {
        next = nodes_[node].exact.try_emplace(std::string(part), fresh).first->second;
      }
      if (next == fresh) nodes_.emplace_back();
      node = next;
    }
    nodes_[node].accepts = true;
  }
}

bool PathSet::matches(std::string_view path) const {
  if (nodes_.empty()) return false;
  return matches_from(0, path) ||
         std::ranges::any_of(long_operands_, [&](const std::string& operand) { return path_match(path, operand); });
}

// Recursion is as deep as the longest operand in the trie has components; every node has one parent, so it is visited once.
bool PathSet::matches_from(uint32_t node, std::string_view rest) const {
  const Node& here = nodes_[node];
  if (here.accepts) return true;
  const std::string_view component = take_component(rest);
  if (component.empty()) return false;
  const auto exact = here.exact.find(component);
  if (exact != here.exact.end() && matches_from(exact->second, rest)) return true;
  for (const Edge& edge : here.globs)
    if (glob_match(edge.component, component) && matches_from(edge.node, rest)) return true;
  return false;
}

}  // namespace fvm::ops
