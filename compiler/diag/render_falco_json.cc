// SPDX-License-Identifier: Apache-2.0
#include "compiler/diag/render_falco_json.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "compiler/source/item_outline.h"

namespace falcoc {
namespace {

using Json = nlohmann::ordered_json;

/// Bytes of a line that a snippet shows on each side.
constexpr uint32_t kSnippet = 80;

struct Place {
  uint32_t line = 0, column = 0, offset = 0;  ///< from 0, as the reference counts
};

class Results {
 public:
  explicit Results(const SourceManager& sources) : sources_(sources) {}

  Json file(uint32_t file, const std::vector<Diagnostic>& diagnostics) {
    Json errors = Json::array();
    Json warnings = Json::array();
    for (const Diagnostic& d : diagnostics) {
      if (d.range.known() && d.range.file != file) continue;
      (d.severity == Severity::Error ? errors : warnings).push_back(entry(file, d));
    }
    Json out;
    out["name"] = sources_.name(file);
    out["successful"] = errors.empty();
    out["errors"] = std::move(errors);
    out["warnings"] = std::move(warnings);
    return out;
  }

 private:
  Json entry(uint32_t file, const Diagnostic& d) {
    const DiagInfo& info = diag_info(d.id);
    Json out;
    out["code"] =
        info.code == LoadCode::None ? fmt::format("FC{}", info.number()) : std::string(load_code_name(info.code));
    out["codedesc"] = d.severity == Severity::Error ? info.slug : info.explanation;
    out["message"] = d.message;
    out["context"]["locations"] = locations(file, d);
    out["context"]["snippet"] = d.range.known() ? snippet(d.range) : "";
    return out;
  }

  Json location(std::string_view type, std::string_view name, std::string_view where, Place at) const {
    Json position = {{"name", where}, {"line", at.line}, {"column", at.column}, {"offset", at.offset}};
    return {{"item_type", type}, {"item_name", name}, {"position", std::move(position)}};
  }

  Place place(uint32_t file, uint32_t offset) const {
    const LineColumn at = sources_.locate(file, offset);
    return {at.line - 1, at.column - 1, offset};
  }

  Json locations(uint32_t file, const Diagnostic& d) {
    const std::string_view name = sources_.name(file);
    Json out = Json::array({location("rules content", "", name, {})});
    if (!d.range.known()) return out;
    if (!outlines_.contains(file)) outlines_[file] = outline_items(sources_.text(file));
    const OutlineItem* item = item_at(outlines_[file], d.range.begin);
    std::string_view kind = "rules content item";
    if (item != nullptr) {
      if (!item->kind.empty())
        kind = item->kind == "required_plugin_versions" ? "required plugin versions" : std::string_view(item->kind);
      out.push_back(location(kind, item->name, name, place(file, item->begin)));
    }
    if (d.reference) {
      // The reference names the place in a condition by the condition's first characters.
      const std::string_view text = sources_.text(d.range).substr(0, 20);
      const std::string shown =
          "\"" + (text.size() < 20 ? std::string(text) : std::string(text.substr(0, 17)) + "...") + "\"";
      out.push_back(
          location("condition expression", "", shown, {d.reference->line, d.reference->column, d.reference->offset}));
    } else {
      out.push_back(location("value for", "", name, place(file, d.range.begin)));
    }
    return out;
  }

  std::string snippet(SourceRange range) const {
    const LineColumn at = sources_.locate(range);
    const std::string_view line = sources_.line_text(range.file, at.line);
    const uint32_t column =
        std::min(range.begin - sources_.line_begin(range.file, at.line), static_cast<uint32_t>(line.size()));
    const uint32_t from = column > kSnippet ? column - kSnippet : 0;
    const uint32_t to = std::min(static_cast<uint32_t>(line.size()), column + kSnippet);
    const std::string before = from > 0 ? "..." : "";
    return before + std::string(line.substr(from, to - from)) + (to < line.size() ? "..." : "") + "\n" +
           std::string(before.size() + (column - from), ' ') + "^\n";
  }

  const SourceManager& sources_;
  std::map<uint32_t, std::vector<OutlineItem>> outlines_;
};

}  // namespace

std::string render_falco_json(const SourceManager& sources, const std::vector<Diagnostic>& diagnostics) {
  Results results(sources);
  Json files = Json::array();
  for (uint32_t file = 0; file < sources.size(); ++file) files.push_back(results.file(file, diagnostics));
  return Json{{"falco_load_results", std::move(files)}}.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace falcoc
