// SPDX-License-Identifier: Apache-2.0
#include "tools/lsp/checking.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/diag/policy.h"
#include "compiler/lint/lint.h"
#include "vm/abi/limits.h"

namespace lsp {
namespace {

using falcoc::Diagnostic;

/// Broken neighbours are dropped one round after the other; more rounds would make typing slow.
constexpr int kMostRounds = 3;

enum class Level : uint8_t { Error = 1, Warning = 2 };

/// One version of the files and what is said about it.
struct Check {
  falcoc::SourceManager sources;
  std::vector<uint32_t> ids;            ///< in load order
  std::vector<const RulesFile*> files;  ///< by id
  falcoc::Diagnostics diags;

  Check(const std::vector<RulesFile>& all, const std::map<std::string, std::vector<Finding>>& open,
        const std::set<std::string>& without, falcoc::Recollection& recollection) {
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
        falcoc::load_files_checking(sources, ids, check_after, options, diags, &recollection);
    if (loaded) falcoc::lint({sources, ids, loaded->collection, loaded->rules}, {}, diags);
  }

  const RulesFile& file(falcoc::SourceRange range) const { return *files[range.file]; }
  const TextPositions& positions(falcoc::SourceRange range) {
    return positions_.try_emplace(range.file, file(range).text).first->second;
  }
  Json range(falcoc::SourceRange range) { return range_json(positions(range), {range.begin, range.end}); }

 private:
  std::map<uint32_t, TextPositions> positions_;
};

Json to_json(Check& check, const Diagnostic& d, Level level) {
  std::string message = d.message;
  if (!d.label.empty()) message += fmt::format(": {}", d.label);
  Json related = Json::array();
  for (const falcoc::DiagNote& note : d.notes) {
    if (note.range.known()) {
      related.push_back({{"location", {{"uri", check.file(note.range).uri}, {"range", check.range(note.range)}}},
                         {"message", note.text}});
    } else {
      message += fmt::format("\n{}: {}", note.kind == falcoc::DiagNote::Kind::Help ? "help" : "note", note.text);
    }
  }
  if (d.suggestion) message += fmt::format("\nhelp: did you mean `{}`?", d.suggestion->replacement);
  return {{"range", check.range(d.range)},
          {"severity", static_cast<int>(level)},
          {"code", fmt::format("FC{}", falcoc::diag_info(d.id).number())},
          {"source", "falcoc"},
          {"message", std::move(message)},
          {"relatedInformation", std::move(related)}};
}

Json changes_of(Check& check, const std::vector<falcoc::DiagSuggestion>& edits) {
  Json changes = Json::object();
  for (const falcoc::DiagSuggestion& edit : edits)
    changes[check.file(edit.range).uri].push_back({{"range", check.range(edit.range)}, {"newText", edit.replacement}});
  return changes;
}

/// A comment right above the item of the finding; nullopt: it is in no item.
std::optional<Repair> allowance(Check& check, const Diagnostic& d) {
  const RulesFile& file = check.file(d.range);
  const Item* item = file.structure.item_at(d.range.begin);
  if (item == nullptr) return std::nullopt;
  const auto begin = static_cast<uint32_t>(item->range.begin);
  const size_t dash = file.text.find('-', begin);
  if (dash == std::string::npos) return std::nullopt;
  const std::string_view slug = falcoc::diag_info(d.id).slug;
  const std::string comment = fmt::format("{}# falcoc: allow({})\n", file.text.substr(begin, dash - begin), slug);
  return Repair{fmt::format("Allow {} here", slug), false,
                changes_of(check, {{{d.range.file, begin, begin}, comment}})};
}

std::vector<Repair> repairs_of(Check& check, const Diagnostic& d) {
  std::vector<Repair> repairs;
  if (d.fix) {
    std::string title = d.fix->title;
    if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') title[0] = static_cast<char>(title[0] - 'a' + 'A');
    repairs.push_back({std::move(title), true, changes_of(check, d.fix->edits)});
  }
  if (d.suggestion && d.suggestion->range.known())
    repairs.push_back(
        {fmt::format("Replace with `{}`", d.suggestion->replacement), false, changes_of(check, {*d.suggestion})});
  if (d.severity == falcoc::Severity::Warning) {
    if (std::optional<Repair> comment = allowance(check, d)) repairs.push_back(std::move(*comment));
  }
  return repairs;
}

}  // namespace

std::map<std::string, std::vector<Finding>> check_files(const std::vector<RulesFile>& files,
                                                        const std::vector<std::string>& open,
                                                        falcoc::Recollection& recollection) {
  std::map<std::string, std::vector<Finding>> out;
  for (const std::string& uri : open) out[uri];
  recollection.next_round();
  std::set<std::string> without;
  for (int round = 0; round < kMostRounds; ++round) {
    Check check(files, out, without, recollection);
    const size_t dropped = without.size();
    for (const Diagnostic& d : check.diags.all()) {
      const bool error = d.severity == falcoc::Severity::Error && d.range.known();
      if (error && !out.contains(check.file(d.range).uri)) without.insert(check.file(d.range).uri);
    }
    if (without.size() != dropped && round + 1 < kMostRounds) continue;
    falcoc::DiagPolicy policy;
    falcoc::Diagnostics about_comments;
    for (const uint32_t id : check.ids) policy.read_comments(check.sources, id, about_comments);
    for (const falcoc::Diagnostics* diags : {&check.diags, &about_comments}) {
      for (const Diagnostic& d : diags->all()) {
        const falcoc::Verdict verdict = policy.verdict(d);
        if (verdict == falcoc::Verdict::Hidden || !d.range.known()) continue;
        const auto target = out.find(check.file(d.range).uri);
        if (target == out.end()) continue;
        // What looks unused may be used by a neighbour that is broken just now.
        if (!without.empty() && verdict != falcoc::Verdict::Error) continue;
        const Level level = verdict == falcoc::Verdict::Error ? Level::Error : Level::Warning;
        target->second.push_back({to_json(check, d, level), {d.range.begin, d.range.end}, repairs_of(check, d)});
      }
    }
    break;
  }
  return out;
}

}  // namespace lsp
