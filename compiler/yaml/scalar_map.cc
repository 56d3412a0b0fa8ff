// SPDX-License-Identifier: Apache-2.0
//
// From the decoded text of a scalar back to the bytes of the file. Walks file and decoded text side by side, by the quoting and
// folding rules of each scalar style. The library has already decided what the text is; when the walk disagrees at some byte, the
// rest maps to the scalar as a whole: positions get coarser, never wrong.
#include <algorithm>

#include "compiler/yaml/raw_document.h"

namespace falcoc {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t'; }
bool is_break(char c) { return c == '\n' || c == '\r'; }

class ScalarWalk {
 public:
  ScalarWalk(std::string_view file_text, uint32_t file, uint32_t begin, std::string_view value)
      : raw_(file_text), file_(file), value_(value), at_(begin) {}

  ScalarText run() {
    skip_properties();
    const size_t begin = at_;
    const char first = at_ < raw_.size() ? raw_[at_] : '\0';
    if (first == '|' || first == '>') {
      block();
    } else if (first == '"') {
      ++at_;
      flow('"');
    } else if (first == '\'') {
      ++at_;
      flow('\'');
    } else {
      flow('\0');
    }
    ScalarText out;
    out.range = range(begin, std::max(at_, begin));
    if (done_ < value_.size()) out_.append(value_.substr(done_), out.range);
    out.text = std::move(out_);
    return out;
  }

 private:
  SourceRange range(size_t begin, size_t end) const {
    return {file_, static_cast<uint32_t>(std::min(begin, raw_.size())), static_cast<uint32_t>(std::min(end, raw_.size()))};
  }
  char peek(size_t offset = 0) const { return at_ + offset < raw_.size() ? raw_[at_ + offset] : '\0'; }
  bool more() const { return done_ < value_.size(); }

  // `n` decoded bytes caused by the file bytes [begin, end).
  void caused(size_t n, size_t begin, size_t end) {
    n = std::min(n, value_.size() - done_);
    out_.append(value_.substr(done_, n), range(begin, end));
    done_ += n;
  }
  void verbatim(size_t n) {
    out_.append_verbatim(value_.substr(done_, n), range(at_, at_ + n));
    done_ += n;
    at_ += n;
  }

  // Anchors, tags, comments and blanks in front of the scalar: the mark stands before them.
  void skip_properties() {
    while (at_ < raw_.size()) {
      const char c = raw_[at_];
      if (is_space(c) || is_break(c)) {
        ++at_;
      } else if (c == '&' || c == '!') {
        while (at_ < raw_.size() && !is_space(raw_[at_]) && !is_break(raw_[at_])) ++at_;
      } else if (c == '#') {
        while (at_ < raw_.size() && raw_[at_] != '\n') ++at_;
      } else {
        return;
      }
    }
  }

  // Plain ('\0') and quoted scalars.
  void flow(char quote) {
    while (at_ < raw_.size()) {
      const char c = raw_[at_];
      if (quote != '\0' && c == quote) {
        if (quote == '\'' && peek(1) == '\'') {
          caused(1, at_, at_ + 2);
          at_ += 2;
          continue;
        }
        ++at_;
        return;
      }
      if (quote == '\0' && !more()) return;
      if (quote == '"' && c == '\\') {
        escape();
        continue;
      }
      if (is_space(c) || is_break(c)) {
        blanks(false);
        continue;
      }
      size_t n = 0;
      while (done_ + n < value_.size() && at_ + n < raw_.size() && raw_[at_ + n] == value_[done_ + n] && !special(raw_[at_ + n], quote)) ++n;
      if (n == 0) {
        if (quote == '\0') return;  // disagreement
        ++at_;                      // keep looking for the closing quote, for the range
        continue;
      }
      verbatim(n);
    }
  }
  static bool special(char c, char quote) {
    return is_space(c) || is_break(c) || (quote != '\0' && c == quote) || (quote == '"' && c == '\\');
  }

  // A run of blanks: as it is inside a line; around line breaks it folds.
  void blanks(bool after_escaped_break) {
    size_t end = at_;
    size_t breaks = after_escaped_break ? 1 : 0;
    for (; end < raw_.size() && (is_space(raw_[end]) || is_break(raw_[end])); ++end)
      if (raw_[end] == '\n' || (raw_[end] == '\r' && (end + 1 == raw_.size() || raw_[end + 1] != '\n'))) ++breaks;
    if (breaks == 0) {
      const size_t n = end - at_;
      if (raw_.substr(at_, n) == value_.substr(done_, n)) {
        verbatim(n);
      } else {
        at_ = end;
      }
      return;
    }
    size_t n = breaks > 1 ? breaks - 1 : 1;
    if (after_escaped_break) n = breaks - 1;
    const char expected = breaks > 1 ? '\n' : ' ';
    size_t found = 0;
    while (found < n && done_ + found < value_.size() && value_[done_ + found] == expected) ++found;
    if (found != 0) caused(found, at_, end);
    at_ = end;
  }

  void escape() {
    const size_t begin = at_;
    const char kind = peek(1);
    if (is_break(kind)) {
      at_ += kind == '\r' && peek(2) == '\n' ? 3 : 2;
      blanks(true);
      return;
    }
    size_t digits = 0;
    if (kind == 'x') digits = 2;
    if (kind == 'u') digits = 4;
    if (kind == 'U') digits = 8;
    at_ = std::min(begin + 2 + digits, raw_.size());
    // One character came out, however many bytes it has.
    size_t n = 1;
    while (done_ + n < value_.size() && (static_cast<unsigned char>(value_[done_ + n]) & 0xC0) == 0x80) ++n;
    if (more()) caused(n, begin, at_);
  }

  // Literal and folded blocks, line by line.
  void block() {
    ++at_;
    size_t indent = 0;
    bool explicit_indent = false;
    size_t parent_indent = 0;
    for (; at_ < raw_.size() && raw_[at_] != '\n'; ++at_) {
      if (raw_[at_] >= '1' && raw_[at_] <= '9' && !explicit_indent) {
        explicit_indent = true;
        parent_indent = static_cast<size_t>(raw_[at_] - '0');
      }
      if (raw_[at_] == '#') {
        while (at_ + 1 < raw_.size() && raw_[at_ + 1] != '\n') ++at_;
      }
    }
    if (at_ < raw_.size()) ++at_;
    bool indent_known = false;
    size_t content_end = at_;
    while (at_ < raw_.size() && more()) {
      size_t line_end = raw_.find('\n', at_);
      if (line_end == std::string_view::npos) line_end = raw_.size();
      const size_t next = std::min(line_end + 1, raw_.size());
      if (line_end > at_ && raw_[line_end - 1] == '\r') --line_end;
      size_t spaces = 0;
      while (at_ + spaces < line_end && raw_[at_ + spaces] == ' ') ++spaces;
      const bool blank_line = at_ + spaces == line_end;
      if (!blank_line && !indent_known) {
        // With an explicit indicator the parent's indentation is not at hand: try so that the text fits.
        indent = spaces;
        if (explicit_indent) indent = indent_that_fits(spaces, line_end, parent_indent);
        indent_known = true;
      }
      if (!blank_line && spaces < indent) break;  // the block ended on an earlier line
      const size_t content = at_ + std::min(spaces, indent_known ? indent : spaces);
      if (content < line_end) {
        if (!block_line(content, line_end)) return;
        content_end = line_end;
      }
      last_break_ = {line_end, next};
      if (next == at_) break;
      at_ = next;
    }
    if (more()) separators(true);
    at_ = content_end;
  }

  size_t indent_that_fits(size_t spaces, size_t line_end, size_t least) const {
    size_t first = done_;
    while (first < value_.size() && value_[first] == '\n') ++first;
    for (size_t indent = spaces + 1; indent-- > least;) {
      const std::string_view content = raw_.substr(at_ + indent, line_end - at_ - indent);
      if (value_.substr(first).starts_with(content)) return indent;
    }
    return spaces;
  }

  // Line breaks of the decoded text, and the spaces they fold into.
  void separators(bool fold_spaces) {
    size_t n = 0;
    while (done_ + n < value_.size() && (value_[done_ + n] == '\n' || (fold_spaces && value_[done_ + n] == ' '))) ++n;
    if (n != 0) caused(n, last_break_.first, last_break_.second);
  }

  bool block_line(size_t content, size_t line_end) {
    const std::string_view line = raw_.substr(content, line_end - content);
    separators(!is_space(line[0]));
    if (!value_.substr(done_).starts_with(line)) return false;
    at_ = content;
    verbatim(line.size());
    return true;
  }

  std::string_view raw_;
  uint32_t file_;
  std::string_view value_;
  size_t at_;        // in the file
  size_t done_ = 0;  // decoded bytes mapped so far
  std::pair<size_t, size_t> last_break_{0, 0};
  MappedText out_;
};

}  // namespace

std::string_view describe(RawNode::Kind kind) {
  switch (kind) {
    case RawNode::Kind::Null: return "empty";
    case RawNode::Kind::Scalar: return "a single value";
    case RawNode::Kind::Sequence: return "a sequence";
    case RawNode::Kind::Mapping: return "a mapping";
  }
  return "";
}

ScalarText map_scalar(const SourceManager& sources, const RawDocument& document, uint32_t node) {
  const RawNode& n = document[node];
  ScalarText out = ScalarWalk(sources.text(document.file), document.file, n.begin, n.value).run();
  out.mark = n.mark;
  return out;
}

SourceRange range_of(const SourceManager& sources, const RawDocument& document, uint32_t node) {
  const RawNode& n = document[node];
  if (n.kind == RawNode::Kind::Scalar) return map_scalar(sources, document, node).range;
  const auto size = static_cast<uint32_t>(sources.text(document.file).size());
  const uint32_t begin = std::min(n.begin, size);
  return {document.file, begin, std::min(begin + 1, size)};
}

}  // namespace falcoc
