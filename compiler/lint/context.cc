// SPDX-License-Identifier: Apache-2.0
#include "compiler/lint/context.h"

#include <algorithm>
#include <set>

namespace falcoc {
namespace {

constexpr size_t kShownBytes = 72;

bool is_tail(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank) out += c;
    if (blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  if (out.size() <= kShownBytes) return out;
  size_t end = kShownBytes - 3;
  while (end > 0 && is_tail(out[end])) --end;
  return out.substr(0, end) + "...";
}

}  // namespace

LintContext::LintContext(const LintInput& input, const LintOptions& lint_options, Diagnostics& to)
    : sources(input.sources),
      files(input.files),
      collection(input.collection),
      rules(input.rules),
      options(lint_options),
      diags(to),
      predicates(input.rules),
      positive_(input.rules.exprs.size(), false),
      negative_(input.rules.exprs.size(), false) {
  for (uint32_t file = 0; file < sources.size(); ++file) outlines_.push_back(outline_items(sources.text(file)));
  for (const CheckedRule& rule : rules.rules) mark(rule.condition, false);
}

void LintContext::mark(ExprId id, bool negated) {
  std::vector<bool>& seen = negated ? negative_ : positive_;
  if (seen[static_cast<size_t>(id)]) return;
  seen[static_cast<size_t>(id)] = true;
  const Expr& e = expr(id);
  for (const ExprId child : e.children) mark(child, e.kind == Expr::Kind::Not ? !negated : negated);
}

const fvm::FieldInfo* LintContext::field(const Expr& check) const {
  const Term& lhs = term(check.lhs);
  return lhs.kind == Term::Kind::Field ? &fvm::field_info(lhs.field.id) : nullptr;
}

bool LintContext::compares_field(const Expr& check, fvm::FieldId id) const {
  const Term& lhs = term(check.lhs);
  return lhs.kind == Term::Kind::Field && lhs.field.id == id;
}

bool LintContext::same_item(SourceRange a, SourceRange b) const {
  return a.known() && b.known() && a.file == b.file && item_of(a) == item_of(b);
}

const std::vector<RuleTruth>& LintContext::truths() {
  if (!truths_known_) {
    for (const CheckedRule& rule : rules.rules) truths_.push_back(find_truth(*this, rule));
    truths_known_ = true;
  }
  return truths_;
}

std::string LintContext::shown(ExprId id) const { return one_line(text(expr(id).range)); }

std::vector<std::string_view> LintContext::event_names(const EventSet& set) const {
  std::set<std::string_view> names;
  for (size_t code = 0; code < fvm::kEventCount; ++code)
    if (set[code] && !fvm::kEvents[code].has(FALCO_EF_UNUSED)) names.insert(fvm::kEvents[code].name);
  return {names.begin(), names.end()};
}

std::optional<WrittenConstant> written(const LintContext& context, const Constant& constant) {
  const std::string_view text = context.text(constant.range);
  if (text == constant.spelling) return WrittenConstant{constant.range, 0};
  const bool quoted = text.size() == constant.spelling.size() + 2 && (text.front() == '"' || text.front() == '\'') &&
                      text.back() == text.front() && text.substr(1, text.size() - 2) == constant.spelling;
  if (!quoted) return std::nullopt;
  return WrittenConstant{{constant.range.file, constant.range.begin + 1, constant.range.end - 1}, text.front()};
}

}  // namespace falcoc
