// SPDX-License-Identifier: Apache-2.0
#include "compiler/diag/render_text.h"

#include <algorithm>

namespace falcoc {

namespace {

/// Lines longer than this are shown as a window around the caret.
constexpr size_t kWindow = 110;
constexpr size_t kWindowBefore = 60;

constexpr std::string_view kRed = "\033[1;31m", kYellow = "\033[1;33m", kBlue = "\033[1;34m", kBold = "\033[1m", kReset = "\033[0m";

bool is_tail(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

size_t characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !is_tail(c); }));
}

class Renderer {
 public:
  Renderer(const SourceManager& sources, TextStyle style) : sources_(sources), style_(style) {}

  std::string run(const Diagnostic& d) {
    const bool error = d.severity == Severity::Error;
    if (d.range.known()) {
      paint(kBold, place(d.range) + ": ");
    }
    const DiagInfo& info = diag_info(d.id);
    const bool denied = error && info.severity == Severity::Warning;
    paint(error ? kRed : kYellow, fmt::format("{}[FC{}{}]", error ? "error" : "warning", info.number(), denied ? ", warning" : ""));
    paint(kBold, ": " + printable(d.message));
    out_ += '\n';
    if (d.range.known()) excerpt(d.range, d.label, error ? kRed : kYellow);
    for (const DiagNote& note : d.notes) {
      const std::string_view kind = note.kind == DiagNote::Kind::Note ? "note" : "help";
      paint(kBlue, "  = ");
      paint(kBold, std::string(kind));
      out_ += ": " + printable(note.text);
      if (note.range.known()) out_ += " (" + place(note.range) + ")";
      out_ += '\n';
      if (note.range.known()) excerpt(note.range, "", kBlue);
    }
    if (d.suggestion) {
      paint(kBlue, "  = ");
      paint(kBold, "help");
      out_ += fmt::format(": did you mean `{}`?\n", printable(d.suggestion->replacement));
    }
    if (d.fix) {
      paint(kBlue, "  = ");
      paint(kBold, "fix");
      out_ += fmt::format(": {}\n", printable(d.fix->title));
    }
    return std::move(out_);
  }

 private:
  void paint(std::string_view colour, const std::string& text) {
    if (style_.colour) out_ += colour;
    out_ += text;
    if (style_.colour) out_ += kReset;
  }

  std::string place(SourceRange range) const {
    const LineColumn at = sources_.locate(range);
    return fmt::format("{}:{}:{}", printable(sources_.name(range.file)), at.line, at.column);
  }

  void excerpt(SourceRange range, const std::string& label, std::string_view colour) {
    const LineColumn at = sources_.locate(range);
    const std::string_view line = sources_.line_text(range.file, at.line);
    if (is_binary(line)) return;
    const size_t line_begin = sources_.line_begin(range.file, at.line);
    const size_t begin = std::min<size_t>(range.begin - line_begin, line.size());
    const size_t end = std::clamp<size_t>(range.end > line_begin ? range.end - line_begin : 0, begin, line.size());

    size_t from = 0;
    size_t to = line.size();
    if (line.size() > kWindow) {
      from = begin > kWindowBefore ? begin - kWindowBefore : 0;
      to = std::min(line.size(), from + kWindow);
      while (from > 0 && is_tail(line[from])) --from;
      while (to < line.size() && is_tail(line[to])) ++to;
    }
    const std::string before = (from > 0 ? "..." : "") + printable_line(line.substr(from, begin - from));
    const std::string marked = printable_line(line.substr(begin, std::min(end, to) - begin));
    const std::string after = printable_line(line.substr(std::min(end, to), to - std::min(end, to))) + (to < line.size() ? "..." : "");

    const std::string number = std::to_string(at.line);
    const std::string margin(number.size() + 1, ' ');
    paint(kBlue, margin + "|\n" + number + " | ");
    out_ += before + marked + after + '\n';
    paint(kBlue, margin + "| ");
    out_ += std::string(characters(before), ' ');
    paint(colour, std::string(std::max<size_t>(1, characters(marked)), '^') + (label.empty() ? "" : " " + printable(label)));
    out_ += '\n';
  }

  // A line of a binary file tells nothing.
  static bool is_binary(std::string_view line) {
    const std::string_view start = line.substr(0, kWindow);
    return printable_line(start).size() > 2 * start.size();
  }

  // A source line keeps its width: TAB becomes a space.
  static std::string printable_line(std::string_view text) {
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), '\t', ' ');
    return printable(plain);
  }

  const SourceManager& sources_;
  TextStyle style_;
  std::string out_;
};

/// Bytes of a well-formed sequence at `at` that may be printed as they are; 0 when not.
size_t printable_length(std::string_view text, size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  if (c < 0x20 || c == 0x7F) return 0;
  if (c < 0x80) return 1;
  size_t n = 0;
  if (c >= 0xC2 && c <= 0xDF) n = 2;
  if (c >= 0xE0 && c <= 0xEF) n = 3;
  if (c >= 0xF0 && c <= 0xF4) n = 4;
  if (n == 0 || at + n > text.size()) return 0;
  for (size_t i = 1; i < n; ++i)
    if (!is_tail(text[at + i])) return 0;
  if (c == 0xC2 && static_cast<unsigned char>(text[at + 1]) < 0xA0) return 0;  // C1 controls
  return n;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t n = printable_length(text, i);
    if (n != 0) {
      out.append(text, i, n);
      i += n;
      continue;
    }
    const auto c = static_cast<unsigned char>(text[i++]);
    if (c == '\t') {
      out += "\\t";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += fmt::format("\\x{:02x}", c);
    }
  }
  return out;
}

std::string render_text(const SourceManager& sources, const Diagnostic& diagnostic, TextStyle style) {
  return Renderer(sources, style).run(diagnostic);
}

}  // namespace falcoc
