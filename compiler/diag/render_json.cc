// SPDX-License-Identifier: Apache-2.0
#include "compiler/diag/render_json.h"

#include <nlohmann/json.hpp>

namespace falcoc {

namespace {

using Json = nlohmann::ordered_json;

void add_place(Json& object, const SourceManager& sources, SourceRange range) {
  if (!range.known()) return;
  const LineColumn begin = sources.locate(range);
  const LineColumn end = sources.locate(range.file, range.end);
  object["file"] = std::string(sources.name(range.file));
  object["line"] = begin.line;
  object["column"] = begin.column;
  object["end_line"] = end.line;
  object["end_column"] = end.column;
}

}  // namespace

std::string render_json(const SourceManager& sources, const Diagnostic& diagnostic) {
  const DiagInfo& info = diag_info(diagnostic.id);
  Json object;
  object["id"] = fmt::format("FC{}", info.number());
  object["slug"] = std::string(info.slug);
  object["severity"] = diagnostic.severity == Severity::Error ? "error" : "warning";
  object["message"] = diagnostic.message;
  add_place(object, sources, diagnostic.range);
  if (info.code != LoadCode::None) object["reference_code"] = std::string(load_code_name(info.code));
  if (!diagnostic.notes.empty()) {
    Json notes = Json::array();
    for (const DiagNote& note : diagnostic.notes) {
      Json entry;
      entry["kind"] = note.kind == DiagNote::Kind::Note ? "note" : "help";
      entry["text"] = note.text;
      add_place(entry, sources, note.range);
      notes.push_back(std::move(entry));
    }
    object["notes"] = std::move(notes);
  }
  if (diagnostic.suggestion) {
    Json suggestion;
    suggestion["replacement"] = diagnostic.suggestion->replacement;
    add_place(suggestion, sources, diagnostic.suggestion->range);
    object["suggestion"] = std::move(suggestion);
  }
  if (diagnostic.fix) {
    Json edits = Json::array();
    for (const DiagSuggestion& edit : diagnostic.fix->edits) {
      Json entry;
      entry["replacement"] = edit.replacement;
      add_place(entry, sources, edit.range);
      edits.push_back(std::move(entry));
    }
    object["fix"] = {{"title", diagnostic.fix->title}, {"edits", std::move(edits)}};
  }
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace falcoc
