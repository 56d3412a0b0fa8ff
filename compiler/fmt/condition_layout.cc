// SPDX-License-Identifier: Apache-2.0
#include "compiler/fmt/condition_layout.h"

namespace falcoc {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// End of the quoted text that starts at `at`; npos when it is not closed. A backslash hides the next character.
size_t quoted_end(std::string_view text, size_t at) {
  for (size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == text[at]) {
      return i + 1;
    } else if (text[i] == '\n') {
      return std::string_view::npos;
    }
  }
  return std::string_view::npos;
}

/// A quote opens a string where a value may start; inside a bare word it is an ordinary character.
bool opens_quote(std::string_view text, size_t at) {
  if (text[at] != '"' && text[at] != '\'') return false;
  return at == 0 || is_blank(text[at - 1]) || std::string_view("(,=[").find(text[at - 1]) != std::string_view::npos;
}

bool is_joint(std::string_view text, size_t at) {
  if (at == 0 || text[at - 1] != ' ') return false;
  return text.substr(at).starts_with("and ") || text.substr(at).starts_with("or ");
}

/// Places at `depth` parentheses where a line may begin.
std::vector<size_t> joints(std::string_view text, int depth) {
  std::vector<size_t> out;
  int now = 0;
  for (size_t i = 0; i < text.size();) {
    if (opens_quote(text, i)) {
      const size_t end = quoted_end(text, i);
      i = end == std::string_view::npos ? text.size() : end;
      continue;
    }
    if (text[i] == '(') ++now;
    if (text[i] == ')') --now;
    if (now == depth && is_joint(text, i)) out.push_back(i);
    ++i;
  }
  return out;
}

constexpr int kDeepest = 3;

/// `indent`: of the first line; what follows at this depth stands two columns deeper for each pair of parentheses.
void wrap(std::string_view text, size_t width, size_t indent, int depth, std::vector<std::string>& out) {
  if (text.size() + indent <= width || depth > kDeepest) {
    out.push_back(std::string(indent, ' ') + std::string(text));
    return;
  }
  size_t begin = 0;
  std::vector<size_t> ends = joints(text, depth);
  ends.push_back(text.size() + 1);
  for (const size_t end : ends) {
    // The blank in front of the joint goes.
    const size_t here = begin == 0 ? indent : static_cast<size_t>(depth) * 2;
    wrap(text.substr(begin, end - 1 - begin), width, here, depth + 1, out);
    begin = end;
  }
}

}  // namespace

std::optional<std::string> one_blank(std::string_view condition) {
  std::string out;
  for (size_t i = 0; i < condition.size();) {
    if (opens_quote(condition, i)) {
      const size_t end = quoted_end(condition, i);
      if (end == std::string_view::npos) return std::nullopt;
      out += condition.substr(i, end - i);
      i = end;
      continue;
    }
    if (!is_blank(condition[i])) {
      out += condition[i];
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
    ++i;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::vector<std::string> wrap_condition(std::string_view condition, size_t width) {
  std::vector<std::string> out;
  wrap(condition, width, 0, 0, out);
  return out;
}

}  // namespace falcoc
