// SPDX-License-Identifier: Apache-2.0
//
// Lints about what people read: tags, descriptions, outputs, lists.
#include <algorithm>
#include <unordered_map>

#include "compiler/lint/context.h"
#include "compiler/lint/usual_tags.h"

namespace falcoc {
namespace {

constexpr size_t kShortDescription = 20;

bool matches(std::string_view pattern, std::string_view tag) {
  if (!pattern.ends_with('*')) return pattern == tag;
  pattern.remove_suffix(1);
  return tag.starts_with(pattern);
}

bool known_tag(const LintOptions& options, std::string_view tag) {
  const auto fits = [&](std::string_view pattern) { return matches(pattern, tag); };
  if (!options.tags.empty()) return std::any_of(options.tags.begin(), options.tags.end(), fits);
  return std::any_of(std::begin(kUsualTags), std::end(kUsualTags), fits);
}

bool shows_process(const LintContext& context, const CheckedRule& rule) {
  return std::any_of(rule.fields.begin(), rule.fields.end(), [&](const OutputField& f) {
    const Term& term = context.term(f.term);
    return fvm::field_info(term.field.id).field_class == fvm::FieldClass::Process;
  });
}

SourceRange name_of(const LintContext& context, const CheckedRule& rule) {
  const RuleDecl* decl = context.collection.find_rule(rule.name);
  return decl != nullptr ? decl->name_range : rule.range;
}

/// The tag as it stands in the rule's own item; the name of the rule when it came from elsewhere.
SourceRange tag_of(const LintContext& context, const CheckedRule& rule, std::string_view tag) {
  const SourceRange name = name_of(context, rule);
  const OutlineItem* item = context.item_of(name).second;
  if (item == nullptr) return name;
  const std::string_view text = context.sources.text(name.file).substr(0, item->end);
  const auto in_word = [&](size_t at) {
    return at < text.size() && std::string_view(" \t\r\n,[]\"'#").find(text[at]) == std::string_view::npos;
  };
  size_t at = text.find("\n  tags:", item->begin);
  while (at != std::string_view::npos && (at = text.find(tag, at + 1)) != std::string_view::npos) {
    if (in_word(at - 1) || in_word(at + tag.size())) continue;
    return {name.file, static_cast<uint32_t>(at), static_cast<uint32_t>(at + tag.size())};
  }
  return name;
}

SourceRange output_of(const LintContext& context, const CheckedRule& rule) {
  const RuleDecl* decl = context.collection.find_rule(rule.name);
  return decl != nullptr ? decl->output.range : rule.range;
}

std::string letters(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c + ('a' - 'A'));
    if (c >= 'a' && c <= 'z') out += c;
  }
  return out;
}

}  // namespace

void lint_MissingTags(LintContext& context) {
  for (const CheckedRule& rule : context.rules.rules)
    if (rule.tags.empty()) context.diags.emit<diag::MissingTags>(name_of(context, rule), rule.name);
}

void lint_ShortDescription(LintContext& context) {
  for (const CheckedRule& rule : context.rules.rules) {
    if (letters(rule.desc).size() >= kShortDescription && letters(rule.desc) != letters(rule.name)) continue;
    context.diags.emit<diag::ShortDescription>(name_of(context, rule), rule.name);
  }
}

void lint_OutputWithoutFields(LintContext& context) {
  for (const CheckedRule& rule : context.rules.rules)
    if (rule.fields.empty()) context.diags.emit<diag::OutputWithoutFields>(output_of(context, rule), rule.name);
}

void lint_OutputWithoutProcess(LintContext& context) {
  for (const CheckedRule& rule : context.rules.rules) {
    if (rule.source != "syscall" || rule.fields.empty() || shows_process(context, rule)) continue;
    context.diags.emit<diag::OutputWithoutProcess>(output_of(context, rule), rule.name);
  }
}

void lint_UnknownTag(LintContext& context) {
  std::vector<std::string_view> names(context.options.tags.begin(), context.options.tags.end());
  if (names.empty()) names.assign(std::begin(kUsualTags), std::end(kUsualTags));
  for (const CheckedRule& rule : context.rules.rules) {
    for (const std::string& tag : rule.tags) {
      if (known_tag(context.options, tag)) continue;
      Diagnostic& d = context.diags.emit<diag::UnknownTag>(tag_of(context, rule, tag), tag);
      if (const std::string_view near = nearest_name(tag, names); !near.empty())
        d.help(fmt::format("did you mean `{}`?", near));
    }
  }
}

void lint_DuplicateListItem(LintContext& context) {
  for (const ListDecl& list : context.collection.lists) {
    std::unordered_map<std::string_view, const ScalarText*> first;
    for (const ScalarText& item : list.items) {
      const auto [found, added] = first.emplace(item.text.view(), &item);
      if (added || item.range.file != found->second->range.file) continue;  // a later file may well repeat an item
      Diagnostic& d = context.diags.emit<diag::DuplicateListItem>(item.range, item.text.view(), list.name);
      d.note("the first one", found->second->range);
      // In `[a, b]` the comma in front goes with it, in a block the whole line.
      const std::string_view text = context.sources.text(item.range.file);
      size_t begin = item.range.begin;
      while (begin > 0 && std::string_view(" \n\r\t").find(text[begin - 1]) != std::string_view::npos) --begin;
      if (begin > 0 && text[begin - 1] == ',') {
        d.repair("remove it", {{{item.range.file, static_cast<uint32_t>(begin - 1), item.range.end}, ""}});
        continue;
      }
      const uint32_t line = context.sources.locate(item.range).line;
      const std::string_view whole = context.sources.line_text(item.range.file, line);
      const uint32_t start = context.sources.line_begin(item.range.file, line);
      const size_t dash = whole.find_first_not_of(' ');
      const bool alone = dash != std::string_view::npos && whole.substr(dash).starts_with("- ") &&
                         start + whole.size() == item.range.end &&
                         whole.find_first_not_of(' ', dash + 1) == item.range.begin - start;
      if (alone && line > 1) d.repair("remove it", {{{item.range.file, start - 1, item.range.end}, ""}});
    }
  }
}

}  // namespace falcoc
