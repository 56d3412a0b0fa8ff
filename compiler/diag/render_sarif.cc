// SPDX-License-Identifier: Apache-2.0
#include "compiler/diag/render_sarif.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace falcoc {
namespace {

using Json = nlohmann::ordered_json;

/// A path as a URI reference (RFC 3986).
std::string uri(std::string_view path) {
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain || std::string_view("/-._~").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

class Document {
 public:
  Document(const SourceManager& sources, const std::vector<Diagnostic>& diagnostics)
      : sources_(sources), diagnostics_(diagnostics) {
    for (const Diagnostic& d : diagnostics) ids_.push_back(d.id);
    std::sort(ids_.begin(), ids_.end());
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
  }

  Json make(std::string_view version) const {
    Json rules = Json::array();
    for (const DiagId id : ids_) rules.push_back(rule(diag_info(id)));
    Json results = Json::array();
    for (const Diagnostic& d : diagnostics_) results.push_back(result(d));
    Json run;
    run["tool"]["driver"] = {{"name", "falcoc"}, {"version", version}, {"rules", std::move(rules)}};
    run["columnKind"] = "unicodeCodePoints";
    run["results"] = std::move(results);
    Json document;
    document["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
    document["version"] = "2.1.0";
    document["runs"] = Json::array({std::move(run)});
    return document;
  }

 private:
  static std::string id_text(const DiagInfo& info) { return fmt::format("FC{}", info.number()); }
  static const char* level(Severity severity) { return severity == Severity::Error ? "error" : "warning"; }

  static Json rule(const DiagInfo& info) {
    Json out;
    out["id"] = id_text(info);
    out["name"] = info.symbol;
    out["shortDescription"]["text"] = info.text == "{}" ? info.slug : info.text;
    out["fullDescription"]["text"] = info.explanation;
    out["defaultConfiguration"]["level"] = level(info.severity);
    return out;
  }

  Json region(SourceRange range) const {
    const LineColumn begin = sources_.locate(range);
    const LineColumn end = sources_.locate(range.file, range.end);
    return {{"startLine", begin.line}, {"startColumn", begin.column}, {"endLine", end.line}, {"endColumn", end.column}};
  }

  Json place(SourceRange range) const {
    Json out;
    out["artifactLocation"]["uri"] = uri(sources_.name(range.file));
    out["region"] = region(range);
    return out;
  }

  Json fix(const DiagFix& fix) const {
    Json changes = Json::array();
    for (const DiagSuggestion& edit : fix.edits) {
      Json change;
      change["artifactLocation"]["uri"] = uri(sources_.name(edit.range.file));
      change["replacements"] =
          Json::array({{{"deletedRegion", region(edit.range)}, {"insertedContent", {{"text", edit.replacement}}}}});
      changes.push_back(std::move(change));
    }
    return {{"description", {{"text", fix.title}}}, {"artifactChanges", std::move(changes)}};
  }

  Json result(const Diagnostic& d) const {
    Json out;
    out["ruleId"] = id_text(diag_info(d.id));
    out["ruleIndex"] = std::lower_bound(ids_.begin(), ids_.end(), d.id) - ids_.begin();
    out["level"] = level(d.severity);
    std::string text = d.message;
    Json related = Json::array();
    for (const DiagNote& note : d.notes) {
      if (note.range.known()) {
        related.push_back(
            {{"id", related.size() + 1}, {"physicalLocation", place(note.range)}, {"message", {{"text", note.text}}}});
      } else {
        text += "\n" + note.text;
      }
    }
    out["message"]["text"] = std::move(text);
    if (d.range.known()) out["locations"] = Json::array({{{"physicalLocation", place(d.range)}}});
    if (!related.empty()) out["relatedLocations"] = std::move(related);
    if (d.fix) {
      out["fixes"] = Json::array({fix(*d.fix)});
    } else if (d.suggestion) {
      out["fixes"] = Json::array({fix({fmt::format("write `{}`", d.suggestion->replacement), {*d.suggestion}})});
    }
    return out;
  }

  const SourceManager& sources_;
  const std::vector<Diagnostic>& diagnostics_;
  std::vector<DiagId> ids_;
};

}  // namespace

std::string render_sarif(const SourceManager& sources, const std::vector<Diagnostic>& diagnostics,
                         std::string_view version) {
  return Document(sources, diagnostics).make(version).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace falcoc
