// SPDX-License-Identifier: Apache-2.0
#include "vm/exec/text_matcher.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "vm/abi/limits.h"
#include "vm/base/hash.h"
#include "vm/ops/compare.h"

namespace fvm {
namespace {

constexpr size_t kManyWholes = 1024;  ///< a longer list has its own set, which is asked if the length fits

uint64_t length_bit(size_t length) { return uint64_t{1} << (length % 64); }

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(), ops::fold_case);
  return small;
}

/// For the compiler to do many letters at once, the pieces do not overlap.
void put_small_letters(const char* __restrict from, size_t count, char* __restrict to) {
  for (size_t i = 0; i < count; ++i) to[i] = ops::fold_case(from[i]);
}

/// The longest piece of a glob without special bytes; empty when that is not easily told.
std::string_view longest_piece(std::string_view pattern) {
  if (pattern.find_first_of("[\\") != std::string_view::npos) return {};
  std::string_view longest;
  while (!pattern.empty()) {
    const size_t end = std::min(pattern.find_first_of("*?"), pattern.size());
    if (end > longest.size()) longest = pattern.substr(0, end);
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
  }
  return longest;
}

/// In the form in which TextMatcher looks up paths: absolute, no slash behind another.
bool is_usual_path(std::string_view text) { return text.starts_with('/') && text.find("//") == std::string_view::npos; }

/// The operand of pmatch in that form up to its first special byte. Empty: it has no component.
std::string usual_path(std::string_view operand, bool& is_whole) {
  std::string path;
  for (size_t i = 0; i < operand.size();) {
    const size_t begin = operand.find_first_not_of('/', i);
    if (begin == std::string_view::npos) break;
    const size_t end = std::min(operand.find('/', begin), operand.size());
    path += '/';
    path += operand.substr(begin, end - begin);
    i = end;
  }
  const size_t special = path.find_first_of("*?[\\");
  is_whole = special == std::string::npos;
  if (!is_whole) path.resize(special);
  return path;
}

bool is_told_by_text(const Predicate& p) {
  if (p.quant != Quant::One || p.rhs != RhsKind::Constants || p.constants.empty()) return false;
  if (p.modifier != Modifier::None && p.modifier != Modifier::AnyOf) return false;
  return std::ranges::all_of(p.constants, [](const Value& c) { return c.kind() == Kind::Text; });
}

}  // namespace

/// The indexes while they are filled.
struct TextMatcher::Builder {
  TextMatcher& matcher;
  std::vector<TextTrie::Entry> beginnings, endings;
  std::vector<std::pair<std::string, uint32_t>> anywhere;
  std::vector<std::string_view> patterns;

  uint32_t part(uint32_t member, Says says, std::string_view text = {}) {
    matcher.parts_.push_back({member, says, text});
    return static_cast<uint32_t>(matcher.parts_.size() - 1);
  }
  bool add_anywhere(uint32_t member, std::string_view text, Says says) {
    if (text.size() < GramIndex::kLeastBytes) return false;
    anywhere.emplace_back(in_small_letters(text), part(member, says, text));
    return true;
  }
  std::vector<std::pair<size_t, std::string>> paths;  ///< number in beginnings, and its text

  /// False: the operand fits no index.
  bool add(const Predicate& p, uint32_t member, size_t operand) {
    const std::string_view text = p.constants[operand].as_text();
    switch (p.op) {
      case CmpOp::Eq:
      case CmpOp::In:
      case CmpOp::Intersects:
        matcher.wholes_.push_back({hash64(text, 0), text, member, UINT32_MAX});
        return true;
      case CmpOp::StartsWith:
        beginnings.push_back({text, part(member, Says::Holds)});
        return true;
      case CmpOp::EndsWith:
        endings.push_back({text, part(member, Says::Holds)});
        return true;
      case CmpOp::Contains:
        return add_anywhere(member, text, Says::SameLetters);
      case CmpOp::IContains:
        return add_anywhere(member, text, Says::Holds);
      case CmpOp::Glob:
      case CmpOp::IGlob:
        return add_anywhere(member, longest_piece(text), Says::MayHold);
      case CmpOp::PMatch: {
        bool is_whole = false;
        const std::string path = usual_path(text, is_whole);
        if (path.size() < 2) return false;
        paths.emplace_back(beginnings.size(), path);
        beginnings.push_back({{}, part(member, is_whole ? Says::Path : Says::MayHold)});
        return true;
      }
      case CmpOp::Regex:
        patterns.push_back(text);
        matcher.regex_members_.push_back(member);
        return true;
      default:
        return false;
    }
  }
};

TextMatcher::TextMatcher(const PredicateTable& predicates, uint32_t term) {
  Builder builder{*this, {}, {}, {}, {}, {}};
  for (uint32_t id = 0; id < predicates.size(); ++id) {
    const Predicate& p = predicates[id];
    if (p.lhs != term) continue;
    const auto member = static_cast<uint32_t>(members_.size());
    members_.push_back({id});
    const bool is_list = p.op == CmpOp::Eq || p.op == CmpOp::In || p.op == CmpOp::Intersects;
    bool is_told =
        is_told_by_text(p) && p.constants.size() <= (p.op == CmpOp::PMatch ? limits::kMatchedPaths : SIZE_MAX);
    if (is_told && is_list && p.constants.size() > kManyWholes) {
      members_.back().lengths = 0;
      for (const Value& c : p.constants) members_.back().lengths |= length_bit(c.as_text().size());
      is_told = false;
    }
    const size_t first_part = parts_.size();
    for (size_t i = 0; i < p.constants.size() && is_told; ++i) is_told = builder.add(p, member, i);
    if (!is_told) {
      others_.push_back(member);
      // What has been added for it says nothing new.
      for (size_t i = first_part; i < parts_.size(); ++i) parts_[i].says = Says::MayHold;
    } else if (p.op == CmpOp::PMatch) {
      paths_.push_back(member);
    }
  }

  whole_places_.assign(wholes_.empty() ? 0 : std::bit_ceil(2 * wholes_.size()), UINT32_MAX);
  for (uint32_t i = 0; i < wholes_.size(); ++i) {
    uint32_t& place = whole_places_[wholes_[i].hash & (whole_places_.size() - 1)];
    wholes_[i].next = std::exchange(place, i);
  }
  for (const auto& [number, path] : builder.paths) builder.beginnings[number].text = path;
  beginnings_ = TextTrie(TextTrie::Of::Beginnings, builder.beginnings);
  endings_ = TextTrie(TextTrie::Of::Endings, builder.endings);
  if (!builder.patterns.empty()) {
    regexes_ = ops::RegexFilter(builder.patterns);
    for (size_t i = 0; i < regexes_.pieces().size(); ++i) {
      const std::string& piece = regexes_.pieces()[i];
      builder.anywhere.emplace_back(piece, builder.part(static_cast<uint32_t>(i), Says::Piece));
    }
    regexes_.candidates({}, patterns_);
    for (const int pattern : patterns_) needless_.push_back(regex_members_[static_cast<size_t>(pattern)]);
  }
  std::vector<GramIndex::Entry> anywhere;
  for (const auto& [text, number] : builder.anywhere) anywhere.push_back({text, number});
  anywhere_ = GramIndex(anywhere);
}

std::span<const uint32_t> TextMatcher::match_numbered(uint64_t number, const ValueList& lhs,
                                                      const PredicateTable& predicates) {
  if (held_.empty()) held_.resize(kHeld);
  Held& held = held_[number % kHeld];
  if (held.number == number) return held.predicates;
  held.number = number;
  held.predicates.clear();
  match(lhs.data[0].as_text(), [&](uint32_t predicate, bool sure) {
    if (sure || holds(predicates[predicate], lhs)) held.predicates.push_back(predicate);
  });
  std::ranges::sort(held.predicates);
  return held.predicates;
}

void TextMatcher::start(std::string_view text) {
  sure_.clear();
  candidates_.clear();
  for (const uint32_t member : others_)
    if ((members_[member].lengths & length_bit(text.size())) != 0) consider(member);
}

void TextMatcher::find(std::string_view text) {
  if (!wholes_.empty()) {
    const uint64_t hash = hash64(text, 0);
    for (uint32_t i = whole_places_[hash & (whole_places_.size() - 1)]; i != UINT32_MAX; i = wholes_[i].next)
      if (wholes_[i].hash == hash && wholes_[i].text == text) be_sure(wholes_[i].member);
  }
  beginnings_.walk(text, [&](uint32_t number, size_t bytes) { found(parts_[number], text, 0, bytes); });
  endings_.walk(text, [&](uint32_t number, size_t bytes) { found(parts_[number], text, text.size() - bytes, bytes); });
  if (!paths_.empty() && !is_usual_path(text))
    std::ranges::for_each(paths_, [&](uint32_t member) { consider(member); });
  if (!anywhere_.empty() || !regex_members_.empty()) find_anywhere(text);
}

void TextMatcher::find_anywhere(std::string_view text) {
  small_letters_.resize(text.size());
  put_small_letters(text.data(), text.size(), small_letters_.data());
  pieces_.clear();
  anywhere_.find(small_letters_, [&](uint32_t number, size_t place) { found(parts_[number], text, place, 0); });
  if (!regex_members_.empty()) find_regexes(ops::is_ascii(text));
}

void TextMatcher::find_regexes(bool is_ascii) {
  if (!is_ascii) {
    std::ranges::for_each(regex_members_, [&](uint32_t member) { consider(member); });
  } else if (pieces_.empty()) {
    std::ranges::for_each(needless_, [&](uint32_t member) { consider(member); });
  } else {
    std::ranges::sort(pieces_);
    pieces_.erase(std::unique(pieces_.begin(), pieces_.end()), pieces_.end());
    regexes_.candidates(pieces_, patterns_);
    for (const int pattern : patterns_) consider(regex_members_[static_cast<size_t>(pattern)]);
  }
}

void TextMatcher::found(const Part& part, std::string_view text, size_t place, size_t bytes) {
  switch (part.says) {
    case Says::Holds:
      return be_sure(part.member);
    case Says::MayHold:
      return consider(part.member);
    case Says::SameLetters:
      if (text.substr(place).starts_with(part.text)) be_sure(part.member);
      return;
    case Says::Path:
      if (!is_usual_path(text)) return consider(part.member);
      if (bytes == text.size() || text[bytes] == '/') be_sure(part.member);
      return;
    case Says::Piece:
      return pieces_.push_back(static_cast<int>(part.member));
  }
}

void TextMatcher::finish() {
  for (const uint32_t member : sure_) members_[member].state = State::Open;
  for (const uint32_t member : candidates_) members_[member].state = State::Open;
}

}  // namespace fvm
