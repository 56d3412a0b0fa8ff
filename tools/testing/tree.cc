// SPDX-License-Identifier: Apache-2.0
#include "tools/testing/tree.h"

#include <algorithm>
#include <cctype>

namespace falcoc::testing {

Tree Tree::scalar(std::string text) {
  Tree t;
  t.kind = Kind::Scalar;
  t.text = std::move(text);
  return t;
}

Tree Tree::list(std::vector<Tree> items) {
  Tree t;
  t.kind = Kind::List;
  t.items = std::move(items);
  return t;
}

const Tree* Tree::find(std::string_view key) const {
  if (kind != Kind::Map) return nullptr;
  for (size_t i = 0; i < keys.size(); ++i)
    if (keys[i].text == key) return &items[i];
  return nullptr;
}

Tree& Tree::at(std::string_view key) {
  if (kind != Kind::Map) {
    *this = map();
  } else if (Tree* found = find(key)) {
    return *found;
  }
  keys.push_back(scalar(std::string(key)));
  return items.emplace_back();
}

void Tree::erase(std::string_view key) {
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].text != key) continue;
    keys.erase(keys.begin() + static_cast<ptrdiff_t>(i));
    items.erase(items.begin() + static_cast<ptrdiff_t>(i));
    return;
  }
}

bool Tree::operator==(const Tree& other) const {
  return kind == other.kind && text == other.text && items == other.items && keys == other.keys;
}

Tree read_tree(const SourceManager& sources, const RawDocument& document, uint32_t node) {
  const RawNode& raw = document[node];
  Tree out;
  out.range = range_of(sources, document, node);
  switch (raw.kind) {
    case RawNode::Kind::Null:
      break;
    case RawNode::Kind::Scalar:
      out.kind = Tree::Kind::Scalar;
      out.text = raw.value;
      break;
    case RawNode::Kind::Sequence:
      out.kind = Tree::Kind::List;
      for (const uint32_t child : raw.children) out.items.push_back(read_tree(sources, document, child));
      break;
    case RawNode::Kind::Mapping:
      out.kind = Tree::Kind::Map;
      for (size_t i = 0; i + 1 < raw.children.size(); i += 2) {
        out.keys.push_back(read_tree(sources, document, raw.children[i]));
        out.items.push_back(read_tree(sources, document, raw.children[i + 1]));
      }
      break;
  }
  return out;
}

Tree laid_over(const Tree& base, const Tree& over) {
  if (!base.is_map() || !over.is_map()) return over;
  Tree out = base;
  for (size_t i = 0; i < over.size(); ++i) {
    const std::string& key = over.keys[i].text;
    if (over.items[i].is_null()) {
      out.erase(key);
      continue;
    }
    Tree& target = out.at(key);
    target = laid_over(target, over.items[i]);
  }
  out.range = over.range;
  return out;
}

void substitute(Tree& tree, std::string_view name, std::string_view value) {
  for (size_t at = tree.text.find(name); at != std::string::npos; at = tree.text.find(name, at + value.size())) {
    tree.text.replace(at, name.size(), value);
  }
  for (Tree& key : tree.keys) substitute(key, name, value);
  for (Tree& item : tree.items) substitute(item, name, value);
}

namespace {

bool is_plain(std::string_view text) {
  constexpr std::string_view kSafe = "/._-+@%=$";
  if (text.empty() || text == "null" || text == "~" || text.front() == '-' || text.front() == '%' ||
      text.front() == '@' || text.front() == '=') {
    return false;
  }
  return std::ranges::all_of(text, [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kSafe.find(c) != std::string_view::npos;
  });
}

std::string quoted(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      ((out += "\\x") += kDigits[byte >> 4]) += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  return out += '"';
}

}  // namespace

std::string flow_text(const Tree& tree) {
  switch (tree.kind) {
    case Tree::Kind::Null:
      return "null";
    case Tree::Kind::Scalar:
      return quoted(tree.text);
    case Tree::Kind::List:
    case Tree::Kind::Map:
      break;
  }
  std::string out(1, tree.is_map() ? '{' : '[');
  for (size_t i = 0; i < tree.size(); ++i) {
    if (i != 0) out += ", ";
    if (tree.is_map()) out += quoted(tree.keys[i].text) + ": ";
    out += flow_text(tree.items[i]);
  }
  return out += tree.is_map() ? '}' : ']';
}

}  // namespace falcoc::testing
