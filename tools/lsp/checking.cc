// SPDX-License-Identifier: Apache-2.0
#include "tools/lsp/checking.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/diag/policy.h"
#include "compiler/driver/partial_load.h"
#include "compiler/lint/lint.h"
#include "vm/abi/limits.h"

namespace lsp {
namespace {

using falcoc::Diagnostic;

/// Broken neighbours are dropped one round after the other; more rounds would make typing slow.
constexpr int kMostRounds = 3;

enum class Level : uint8_t { Error = 1, Warning = 2 };

/// One version of the files and what is said about it.
struct Findings {
  falcoc::SourceManager sources;
  std::vector<uint32_t> ids;            ///< in load order
  std::vector<const RulesFile*> files;  ///< by id
  falcoc::Diagnostics diags;

  Findings(const std::vector<RulesFile>& all, const std::map<std::string, Json>& open,
           const std::set<std::string>& without) {
    // What a load of neighbours alone would find isn't shown, and the time for it is felt while typing.
    falcoc::CompileOptions options;
    options.emit = false;
    std::vector<uint32_t> check_after;
    for (const RulesFile& file : all) {
      if (without.contains(file.uri)) continue;
      const uint32_t id =
          sources.add(file.name, file.text.size() > fvm::limits::kSourceBytes ? std::string() : file.text);
      if (file.text.size() > fvm::limits::kSourceBytes)
        diags.emit<falcoc::diag::FileTooLarge>({id, 0, 0}, std::string_view(file.name), fvm::limits::kSourceBytes);
      if (open.contains(file.uri)) check_after.push_back(id);
      ids.push_back(id);
      files.push_back(&file);
    }
    const std::optional<falcoc::LoadedRules> loaded =
        falcoc::load_files_checking(sources, ids, check_after, options, diags);
    if (loaded) falcoc::lint({sources, ids, loaded->collection, loaded->rules}, {}, diags);
  }

  Json place(falcoc::SourceRange range) const {
    const RulesFile& file = *files[range.file];
    return {{"uri", file.uri}, {"range", range_json(TextPositions(file.text), {range.begin, range.end})}};
  }
};

Json to_json(const Findings& findings, const TextPositions& positions, const Diagnostic& d, Level level) {
  std::string message = d.message;
  if (!d.label.empty()) message += fmt::format(": {}", d.label);
  Json related = Json::array();
  for (const falcoc::DiagNote& note : d.notes) {
    if (note.range.known()) {
      related.push_back({{"location", findings.place(note.range)}, {"message", note.text}});
    } else {
      message += fmt::format("\n{}: {}", note.kind == falcoc::DiagNote::Kind::Help ? "help" : "note", note.text);
    }
  }
  if (d.suggestion) message += fmt::format("\nhelp: did you mean `{}`?", d.suggestion->replacement);
  return {{"range", range_json(positions, {d.range.begin, d.range.end})},
          {"severity", static_cast<int>(level)},
          {"code", fmt::format("FC{}", falcoc::diag_info(d.id).number())},
          {"source", "falcoc"},
          {"message", std::move(message)},
          {"relatedInformation", std::move(related)}};
}

}  // namespace

std::map<std::string, Json> check_files(const std::vector<RulesFile>& files, const std::vector<std::string>& open) {
  std::map<std::string, Json> out;
  for (const std::string& uri : open) out[uri] = Json::array();
  std::set<std::string> without;
  for (int round = 0; round < kMostRounds; ++round) {
    const Findings findings(files, out, without);
    const size_t dropped = without.size();
    for (const Diagnostic& d : findings.diags.all()) {
      const bool error = d.severity == falcoc::Severity::Error && d.range.known();
      if (error && !out.contains(findings.files[d.range.file]->uri)) without.insert(findings.files[d.range.file]->uri);
    }
    if (without.size() != dropped && round + 1 < kMostRounds) continue;
    falcoc::DiagPolicy policy;
    falcoc::Diagnostics about_comments;
    for (const uint32_t id : findings.ids) policy.read_comments(findings.sources, id, about_comments);
    std::map<std::string, TextPositions> positions;
    for (const falcoc::Diagnostics* diags :
         {&findings.diags, static_cast<const falcoc::Diagnostics*>(&about_comments)}) {
      for (const Diagnostic& d : diags->all()) {
        const falcoc::Verdict verdict = policy.verdict(d);
        if (verdict == falcoc::Verdict::Hidden || !d.range.known()) continue;
        const RulesFile& file = *findings.files[d.range.file];
        const auto target = out.find(file.uri);
        if (target == out.end()) continue;
        // What looks unused may be used by a neighbour that is broken just now.
        if (!without.empty() && verdict != falcoc::Verdict::Error) continue;
        const TextPositions& at = positions.try_emplace(file.uri, file.text).first->second;
        target->second.push_back(
            to_json(findings, at, d, verdict == falcoc::Verdict::Error ? Level::Error : Level::Warning));
      }
    }
    break;
  }
  return out;
}

}  // namespace lsp
