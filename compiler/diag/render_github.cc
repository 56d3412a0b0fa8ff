// SPDX-License-Identifier: Apache-2.0
#include "compiler/diag/render_github.h"

#include "compiler/diag/render_text.h"

namespace falcoc {
namespace {

/// `%`, line breaks and, in properties, the characters that end them.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string property(std::string_view text) { return escaped(printable(text), "%\r\n:,"); }

/// Lines are made printable one by one: the breaks between them are ours.
std::string message(const Diagnostic& d) {
  std::string out = escaped(printable(d.message), "%");
  for (const DiagNote& note : d.notes) out += "%0A" + escaped(printable(note.text), "%");
  if (d.suggestion) out += "%0A" + escaped("did you mean `" + printable(d.suggestion->replacement) + "`?", "%");
  return out;
}

}  // namespace

std::string render_github(const SourceManager& sources, const Diagnostic& d) {
  std::string place;
  if (d.range.known()) {
    const LineColumn begin = sources.locate(d.range);
    const LineColumn end = sources.locate(d.range.file, d.range.end);
    place = fmt::format("file={},line={},col={},endLine={},endColumn={},", property(sources.name(d.range.file)),
                        begin.line, begin.column, end.line, end.column);
  }
  return fmt::format("::{} {}title=FC{}::{}\n", d.severity == Severity::Error ? "error" : "warning", place,
                     diag_info(d.id).number(), message(d));
}

}  // namespace falcoc
