// SPDX-License-Identifier: Apache-2.0
#include "compiler/yaml/item_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_set>

namespace falcoc {

std::optional<uint32_t> parse_unsigned32(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
  }
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<bool> parse_boolean(std::string_view text) {
  // Each word all-lower, all-upper or capitalised.
  const auto is = [&](std::string_view word) {
    if (text.size() != word.size()) return false;
    bool lower = true, upper = true, capital = true;
    for (size_t i = 0; i < word.size(); ++i) {
      const char up = static_cast<char>(word[i] - 'a' + 'A');
      lower = lower && text[i] == word[i];
      upper = upper && text[i] == up;
      capital = capital && text[i] == (i == 0 ? up : word[i]);
    }
    return lower || upper || capital;
  };
  if (is("true") || is("yes") || is("on") || is("y")) return true;
  if (is("false") || is("no") || is("off") || is("n")) return false;
  return std::nullopt;
}

std::optional<EngineVersion> parse_version(std::string_view text) {
  EngineVersion version;
  uint32_t* const parts[] = {&version.major, &version.minor, &version.patch};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (size_t i = 0; i < 3; ++i) {
    if (i > 0) {
      if (at == end || *at != '.') return std::nullopt;
      ++at;
    }
    const auto [next, error] = std::from_chars(at, end, *parts[i]);
    if (error != std::errc{}) return std::nullopt;
    at = next;
  }
  return version;
}

std::optional<size_t> ItemReader::find_index(std::string_view key) const {
  const std::vector<uint32_t>& children = context_.document[node_].children;
  for (size_t i = 0; i + 1 < children.size(); i += 2) {
    const RawNode& k = context_.document[children[i]];
    if (k.kind == RawNode::Kind::Scalar && k.value == key) return i;
  }
  return std::nullopt;
}

std::optional<uint32_t> ItemReader::find(std::string_view key) const {
  const std::optional<size_t> index = find_index(key);
  if (!index) return std::nullopt;
  return context_.document[node_].children[*index + 1];
}

RawNode::Kind ItemReader::kind(std::string_view key) const {
  const std::optional<uint32_t> value = find(key);
  return value ? context_.document[*value].kind : RawNode::Kind::Null;
}

SourceRange ItemReader::key_range(std::string_view key) const {
  const std::optional<size_t> index = find_index(key);
  return range_of(context_.sources, context_.document, index ? context_.document[node_].children[*index] : node_);
}

bool ItemReader::missing(std::string_view key) const {
  const std::vector<uint32_t>& children = context_.document[node_].children;
  // The first line of the item says which one it is.
  SourceRange where = range();
  if (children.size() >= 2 && context_.document[children[1]].kind == RawNode::Kind::Scalar) {
    const SourceRange value = range_of(context_.sources, context_.document, children[1]);
    const bool one_line = value.known() && value.begin > where.begin &&
                          context_.sources.text(where.file).substr(where.begin, value.end - where.begin).find('\n') ==
                              std::string_view::npos;
    if (one_line) where.end = value.end;
  }
  Diagnostic& error = context_.diags.emit<diag::MissingKey>(where, what_, key);
  std::vector<std::string_view> keys;
  for (size_t i = 0; i + 1 < children.size(); i += 2) keys.push_back(context_.document[children[i]].value);
  const std::string_view near = nearest_name(key, keys);
  if (!near.empty()) error.suggest(key_range(near), std::string(key));
  return false;
}

bool ItemReader::text(std::string_view key, Need need, ScalarText& out) const {
  const std::optional<uint32_t> value = find(key);
  if (!value) return need == Need::Optional || missing(key);
  const RawNode& node = context_.document[*value];
  if (node.kind == RawNode::Kind::Null) {
    context_.diags.emit<diag::NullValue>(key_range(key), key);
    return false;
  }
  if (node.kind != RawNode::Kind::Scalar) {
    context_.diags.emit<diag::NotScalar>(range_of(context_.sources, context_.document, *value), key, describe(node.kind));
    return false;
  }
  ScalarText scalar = map_scalar(context_.sources, context_.document, *value);
  if (node.value.empty()) {
    context_.diags.emit<diag::EmptyValue>(scalar.range, key);
    return false;
  }
  out = std::move(scalar);
  return true;
}

bool ItemReader::string(std::string_view key, Need need, std::string& out) const {
  ScalarText scalar;
  if (!text(key, need, scalar)) return false;
  if (has(key)) out = scalar.text.text();
  return true;
}

bool ItemReader::boolean(std::string_view key, Need need, bool& out) const {
  ScalarText scalar;
  if (!text(key, need, scalar)) return false;
  if (!has(key)) return true;
  const std::optional<bool> parsed = parse_boolean(scalar.text.view());
  if (!parsed) {
    context_.diags.emit<diag::NotBoolean>(scalar.range, key, scalar.text.view());
    return false;
  }
  out = *parsed;
  return true;
}

bool ItemReader::unsigned32(std::string_view key, Need need, uint32_t& out) const {
  ScalarText scalar;
  if (!text(key, need, scalar)) return false;
  if (!has(key)) return true;
  const std::optional<uint32_t> parsed = parse_unsigned32(scalar.text.view());
  if (!parsed) {
    context_.diags.emit<diag::NotUnsigned>(scalar.range, key, scalar.text.view());
    return false;
  }
  out = *parsed;
  return true;
}

bool ItemReader::scalars(std::string_view key, Need need, std::vector<ScalarText>& out) const {
  const std::optional<uint32_t> value = find(key);
  if (!value) return need == Need::Optional || missing(key);
  const RawNode& node = context_.document[*value];
  if (node.kind != RawNode::Kind::Sequence) {
    const SourceRange where = node.kind == RawNode::Kind::Null ? key_range(key) : range_of(context_.sources, context_.document, *value);
    Diagnostic& error = context_.diags.emit<diag::NotSequence>(where, key, describe(node.kind));
    constexpr size_t kShortText = 60;
    if (node.kind == RawNode::Kind::Scalar && node.value.size() <= kShortText && node.value.find('\n') == std::string::npos)
      error.help(fmt::format("write `{}: [{}]`", key, node.value));
    return false;
  }
  out.clear();
  out.reserve(node.children.size());
  for (const uint32_t child : node.children) {
    if (context_.document[child].kind != RawNode::Kind::Scalar) {
      context_.diags.emit<diag::BadElement>(range_of(context_.sources, context_.document, child), key,
                                            describe(context_.document[child].kind));
      return false;
    }
    out.push_back(map_scalar(context_.sources, context_.document, child));
  }
  return true;
}

void ItemReader::warn_unknown_keys(std::span<const std::string_view> known) const {
  const std::vector<uint32_t>& children = context_.document[node_].children;
  std::unordered_set<std::string_view> seen;
  for (size_t i = 0; i + 1 < children.size(); i += 2) {
    const RawNode& key = context_.document[children[i]];
    const SourceRange where = range_of(context_.sources, context_.document, children[i]);
    if (key.kind != RawNode::Kind::Scalar) {
      context_.diags.emit<diag::UnknownKey>(where, describe(key.kind), what_);
      continue;
    }
    if (!seen.insert(key.value).second) {
      context_.diags.emit<diag::DuplicateKey>(where, key.value);
    } else if (std::find(known.begin(), known.end(), key.value) == known.end()) {
      Diagnostic& warning = context_.diags.emit<diag::UnknownKey>(where, key.value, what_);
      const std::string_view near = nearest_name(key.value, {known.begin(), known.end()});
      if (!near.empty()) warning.suggest(where, std::string(near));
    }
  }
}

}  // namespace falcoc
