// SPDX-License-Identifier: Apache-2.0
#include "tools/lsp/requests.h"

#include <algorithm>

#include "compiler/fmt/format.h"
#include "tools/lsp/completion.h"
#include "tools/lsp/hover.h"
#include "tools/lsp/symbols.h"

namespace lsp {
namespace {

constexpr const char* kQuickFix = "quickfix";

Answer refuse(ErrorCode code, std::string message) { return {nullptr, code, std::move(message)}; }

/// The open document that a request names, its neighbours, and the place it points at.
struct Target {
  std::vector<RulesFile> files;
  size_t file = 0;
  size_t offset = 0;
};

/// nullopt: `refusal` says why.
std::optional<Target> find_target(const Workspace& workspace, const Json& params, Answer& refusal) {
  const std::optional<std::string> uri = string_member(params, {"textDocument", "uri"});
  const std::optional<Position> position = position_member(params, "position");
  if (!uri || !position) {
    refusal = refuse(ErrorCode::InvalidParams, "textDocument.uri and position are needed");
    return std::nullopt;
  }
  if (workspace.find(*uri) == nullptr) {
    refusal = refuse(ErrorCode::InvalidParams, "the document is not open");
    return std::nullopt;
  }
  Target target;
  target.files = workspace.files_with(*uri);
  while (target.file < target.files.size() && target.files[target.file].uri != *uri) ++target.file;
  if (target.file == target.files.size()) {
    refusal = refuse(ErrorCode::InvalidParams, "the document is open under another URI, too");
    return std::nullopt;
  }
  target.offset = TextPositions(target.files[target.file].text).offset(*position);
  return target;
}

Json markdown(std::string text) { return {{"kind", "markdown"}, {"value", std::move(text)}}; }

Json location(const std::vector<RulesFile>& files, size_t file, Span range) {
  return {{"uri", files[file].uri}, {"range", range_json(TextPositions(files[file].text), range)}};
}

Answer answer_hover(const Session& session, const Json& params) {
  Answer answer;
  const std::optional<Target> target = find_target(session.workspace, params, answer);
  if (!target) return answer;
  if (std::optional<Hover> found = hover(target->files, target->file, target->offset)) {
    const Json range = range_json(TextPositions(target->files[target->file].text), found->range);
    answer.result = {{"contents", markdown(std::move(found->markdown))}, {"range", range}};
  }
  return answer;
}

Answer answer_completion(const Session& session, const Json& params) {
  Answer answer;
  const std::optional<Target> target = find_target(session.workspace, params, answer);
  if (!target) return answer;
  Completion completion = complete(target->files, target->file, target->offset);
  const Json range = range_json(TextPositions(target->files[target->file].text), completion.replaced);
  answer.result = Json::array();
  for (Offer& offer : completion.offers) {
    Json item = {{"label", offer.label},
                 {"kind", static_cast<int>(offer.kind)},
                 {"textEdit", {{"range", range}, {"newText", offer.label}}}};
    if (!offer.doc.empty()) item["documentation"] = markdown(std::move(offer.doc));
    answer.result.push_back(std::move(item));
  }
  return answer;
}

Answer answer_definition(const Session& session, const Json& params) {
  Answer answer;
  const std::optional<Target> target = find_target(session.workspace, params, answer);
  if (!target) return answer;
  if (const std::optional<Symbol> symbol = symbol_at(target->files, target->file, target->offset)) {
    if (const auto found = definition_of(target->files, symbol->kind, symbol->name))
      answer.result = location(target->files, found->file, found->item->name_range);
  }
  return answer;
}

Answer answer_references(const Session& session, const Json& params) {
  Answer answer;
  const std::optional<Target> target = find_target(session.workspace, params, answer);
  if (!target) return answer;
  answer.result = Json::array();
  const Json& wanted = member(params, {"context", "includeDeclaration"});
  const bool declarations = !wanted.is_boolean() || wanted.get<bool>();
  if (const std::optional<Symbol> symbol = symbol_at(target->files, target->file, target->offset)) {
    for (const Place& place : places_of(target->files, symbol->kind, symbol->name))
      if (declarations || !place.declares) answer.result.push_back(location(target->files, place.file, place.range));
  }
  return answer;
}

Answer answer_prepare_rename(const Session& session, const Json& params) {
  Answer answer;
  const std::optional<Target> target = find_target(session.workspace, params, answer);
  if (!target) return answer;
  if (const std::optional<Symbol> symbol = symbol_at(target->files, target->file, target->offset))
    answer.result = range_json(TextPositions(target->files[target->file].text), symbol->range);
  return answer;
}

Answer answer_rename(const Session& session, const Json& params) {
  Answer answer;
  const std::optional<Target> target = find_target(session.workspace, params, answer);
  if (!target) return answer;
  const std::optional<std::string> name = string_member(params, {"newName"});
  if (!name) return refuse(ErrorCode::InvalidParams, "newName is needed");
  const std::optional<Symbol> symbol = symbol_at(target->files, target->file, target->offset);
  if (!symbol) return refuse(ErrorCode::RequestFailed, "only macros, lists and rules can be renamed");
  if (std::string why = refuse_name(target->files, symbol->kind, *name); !why.empty())
    return refuse(ErrorCode::RequestFailed, std::move(why));
  Json changes = Json::object();
  for (const Place& place : places_of(target->files, symbol->kind, symbol->name)) {
    const RulesFile& file = target->files[place.file];
    changes[file.uri].push_back({{"range", range_json(TextPositions(file.text), place.range)}, {"newText", *name}});
  }
  answer.result = {{"changes", std::move(changes)}};
  return answer;
}

Answer answer_formatting(const Session& session, const Json& params) {
  const std::optional<std::string> uri = string_member(params, {"textDocument", "uri"});
  const std::string* text = uri ? session.workspace.find(*uri) : nullptr;
  if (text == nullptr) return refuse(ErrorCode::InvalidParams, "textDocument.uri of an open document is needed");
  falcoc::SourceManager sources;
  falcoc::Diagnostics diags;
  const std::optional<std::string> formatted = falcoc::format_rules(sources, sources.add(*uri, *text), diags);
  if (!formatted)
    return refuse(ErrorCode::RequestFailed, diags.empty() ? "this is no YAML" : diags.all().front().message);
  Answer answer;
  answer.result = Json::array();
  if (*formatted != *text)
    answer.result.push_back({{"range", range_json(TextPositions(*text), {0, text->size()})}, {"newText", *formatted}});
  return answer;
}

bool wants_quick_fixes(const Json& params) {
  const Json& only = member(params, {"context", "only"});
  return !only.is_array() || only.empty() || std::find(only.begin(), only.end(), Json(kQuickFix)) != only.end();
}

Answer answer_code_action(const Session& session, const Json& params) {
  const std::optional<std::string> uri = string_member(params, {"textDocument", "uri"});
  const std::string* text = uri ? session.workspace.find(*uri) : nullptr;
  const Json& range = member(params, {"range"});
  const std::optional<Position> start = position_member(range, "start"), end = position_member(range, "end");
  if (text == nullptr || !start || !end)
    return refuse(ErrorCode::InvalidParams, "textDocument.uri of an open document and range are needed");
  Answer answer;
  answer.result = Json::array();
  const auto found = session.findings.find(*uri);
  if (found == session.findings.end() || !wants_quick_fixes(params)) return answer;
  const TextPositions positions(*text);
  const size_t begin = positions.offset(*start), last = positions.offset(*end);
  for (const Finding& finding : found->second) {
    if (finding.range.begin > last || finding.range.end < begin) continue;
    for (const Repair& repair : finding.repairs) {
      answer.result.push_back({{"title", repair.title},
                               {"kind", kQuickFix},
                               {"diagnostics", Json::array({finding.diagnostic})},
                               {"isPreferred", repair.preferred},
                               {"edit", {{"changes", repair.changes}}}});
    }
  }
  return answer;
}

constexpr Request kRequests[] = {
    {"textDocument/hover", "hoverProvider", false, answer_hover},
    {"textDocument/completion", "completionProvider", false, answer_completion},
    {"textDocument/definition", "definitionProvider", false, answer_definition},
    {"textDocument/references", "referencesProvider", false, answer_references},
    {"textDocument/prepareRename", "renameProvider", false, answer_prepare_rename},
    {"textDocument/rename", "renameProvider", false, answer_rename},
    {"textDocument/formatting", "documentFormattingProvider", false, answer_formatting},
    {"textDocument/codeAction", "codeActionProvider", true, answer_code_action},
};

}  // namespace

const Request* find_request(std::string_view method) {
  for (const Request& request : kRequests)
    if (request.method == method) return &request;
  return nullptr;
}

Json capabilities() {
  constexpr int kFullText = 1;
  Json all = {{"positionEncoding", "utf-16"}, {"textDocumentSync", {{"openClose", true}, {"change", kFullText}}}};
  for (const Request& request : kRequests) all[request.capability] = true;
  all["completionProvider"] = {{"triggerCharacters", {".", "%", "(", " "}}};
  all["codeActionProvider"] = {{"codeActionKinds", {kQuickFix}}};
  all["renameProvider"] = {{"prepareProvider", true}};
  return {{"capabilities", std::move(all)}, {"serverInfo", {{"name", "falcoc"}}}};
}

}  // namespace lsp
