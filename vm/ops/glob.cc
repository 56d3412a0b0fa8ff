// SPDX-License-Identifier: Apache-2.0
#include "vm/ops/glob.h"

#include <algorithm>
#include <cstdint>

#include "vm/ops/compare.h"

namespace fvm::ops {
namespace {

constexpr bool is_upper(uint8_t c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(uint8_t c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(uint8_t c) { return is_upper(c) || is_lower(c); }
constexpr bool is_graph(uint8_t c) { return c > 0x20 && c < 0x7f; }
constexpr bool is_blank(uint8_t c) { return c == ' ' || c == '\t'; }
constexpr bool is_space(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_control(uint8_t c) { return c < 0x20 || c == 0x7f; }
constexpr bool is_hex(uint8_t c) { return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }

struct CharClass {
  std::string_view name;
  bool (*holds)(uint8_t c);
};
constexpr CharClass kClasses[] = {
    {"alnum", [](uint8_t c) { return is_alpha(c) || is_digit(c); }},
    {"alpha", is_alpha},
    {"blank", is_blank},
    {"cntrl", is_control},
    {"digit", is_digit},
    {"graph", is_graph},
    {"lower", is_lower},
    {"print", [](uint8_t c) { return is_graph(c) || c == ' '; }},
    {"punct", [](uint8_t c) { return is_graph(c) && !is_alpha(c) && !is_digit(c); }},
    {"space", is_space},
    {"upper", is_upper},
    {"xdigit", is_hex},
};

const CharClass* find_class(std::string_view name) {
  for (const CharClass& c : kClasses)
    if (c.name == name) return &c;
  return nullptr;
}

/// What one pattern element says about one byte.
struct Step {
  bool matches;
  size_t next;  ///< pattern position behind the element
};

class Matcher {
 public:
  Matcher(std::string_view pattern, Case letters) : pattern_(pattern), letters_(letters) {}

  /// The element at `at`, which is not `*`, against byte `c`.
  Step step(size_t at, char c) const {
    switch (pattern_[at]) {
      case '?': return {true, at + 1};
      case '\\':
        if (at + 1 == pattern_.size()) return {false, at + 1};
        return {same(pattern_[at + 1], c), at + 2};
      case '[': return bracket(at, c);
      default: return {same(pattern_[at], c), at + 1};
    }
  }

 private:
  char fold(char c) const { return letters_ == Case::Ignore ? fold_case(c) : c; }
  bool same(char a, char b) const { return fold(a) == fold(b); }
  uint8_t folded(char c) const { return static_cast<uint8_t>(fold(c)); }
  bool at_end(size_t i) const { return i >= pattern_.size(); }

  /// `[:name:]`, `[=x=]` or `[.x.]` at `at`: the position of the text between the marks and its length, or 0 when not closed.
  size_t closed_length(size_t at) const {
    const char mark[2] = {pattern_[at + 1], ']'};
    const size_t close = pattern_.find(std::string_view(mark, 2), at + 2);
    return close == std::string_view::npos ? 0 : close - at - 2;
  }

  /// One end of a range, or a single member: a byte, an escaped byte or `[.x.]`. Moves `i` behind it.
  bool read_member(size_t& i, char& out) const {
    if (pattern_[i] == '[' && i + 1 < pattern_.size() && pattern_[i + 1] == '.') {
      if (closed_length(i) != 1) return false;
      out = pattern_[i + 2];
      i += 5;
      return true;
    }
    if (pattern_[i] == '\\') {
      if (at_end(i + 1)) return false;
      ++i;
    }
    out = pattern_[i++];
    return true;
  }

  /// A bracket list. Unterminated: a literal `[`. A broken member (unknown class, `[=ab=]`) before one that matches: no match.
  /// As in the C library, classes, `[=x=]` and a lone `[.x.]` ignore case folding.
  Step bracket(size_t at, char c) const {
    const Step literal{same('[', c), at + 1};
    const Step never{false, pattern_.size()};
    size_t i = at + 1;
    if (at_end(i)) return literal;
    const bool negated = pattern_[i] == '!' || pattern_[i] == '^';
    if (negated) ++i;
    bool found = false;
    bool broken = false;
    for (bool first = true;; first = false) {
      if (at_end(i)) return literal;
      if (pattern_[i] == ']' && !first) break;
      if (pattern_[i] == '[' && i + 1 < pattern_.size() && (pattern_[i + 1] == ':' || pattern_[i + 1] == '=')) {
        const size_t length = closed_length(i);
        const std::string_view name = pattern_.substr(i + 2, length);
        if (pattern_[i + 1] == '=') {
          if (length == 1) {
            found |= name[0] == c;
            i += 5;
            continue;
          }
          broken |= !found;
          ++i;
          continue;
        }
        if (length != 0) {
          const CharClass* members = find_class(name);
          if (members == nullptr) broken |= !found;
          else found |= members->holds(static_cast<uint8_t>(c));
          i += length + 4;
          continue;
        }
      }
      const bool collating = pattern_[i] == '[' && i + 1 < pattern_.size() && pattern_[i + 1] == '.';
      char low = 0;
      if (!read_member(i, low)) {
        broken |= !found;
        ++i;
        continue;
      }
      char high = low;
      const bool is_range = i + 1 < pattern_.size() && pattern_[i] == '-' && pattern_[i + 1] != ']';
      if (collating && !is_range) {
        found |= low == c;
        continue;
      }
      if (is_range) {
        size_t end = i + 1;
        if (!read_member(end, high)) {
          broken |= !found;
          ++i;
          continue;
        }
        i = end;
      }
      found |= folded(low) <= folded(c) && folded(c) <= folded(high);
    }
    if (broken) return never;
    return {found != negated, i + 1};
  }

  std::string_view pattern_;
  Case letters_;
};

bool has_only_stars(std::string_view pattern) {
  return std::none_of(pattern.begin(), pattern.end(), [](char c) { return c == '?' || c == '[' || c == '\\'; });
}

/// For patterns whose only special byte is `*`: the pieces between stars, each at the first place it fits.
bool match_pieces(std::string_view pattern, std::string_view text) {
  size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  while ((star = pattern.find('*')) != std::string_view::npos) {
    const size_t at = find_text(text, pattern.substr(0, star));
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + star);
    pattern.remove_prefix(star + 1);
  }
  return text.ends_with(pattern);
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text, Case letters) {
  if (letters == Case::Exact && has_only_stars(pattern)) return match_pieces(pattern, text);
  const Matcher matcher(pattern, letters);
  size_t p = 0;
  size_t t = 0;
  // Only the last `*` can need another try: an earlier one has matched as little as possible already.
  size_t star = std::string_view::npos;
  size_t retry = 0;
  while (true) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      retry = t;
      continue;
    }
    if (t == text.size()) return p == pattern.size();
    if (p < pattern.size()) {
      const Step step = matcher.step(p, text[t]);
      if (step.matches) {
        p = step.next;
        ++t;
        continue;
      }
    }
    if (star == std::string_view::npos) return false;
    p = star;
    t = ++retry;
  }
}

}  // namespace fvm::ops
