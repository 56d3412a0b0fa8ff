// SPDX-License-Identifier: Apache-2.0
//
// Lints about older releases of Falco: what the language did not have yet. A number is the release behind the last one
// that surely lacks the thing, so nothing is reported that a release may have had.
#include <algorithm>

#include "compiler/lint/context.h"

namespace falcoc {
namespace {

using fvm::Transformer;

constexpr uint32_t kTransformers = 38, kModifiers = 44, kRegex = 39, kBasename = 39, kExceptionTransformers = 44,
                   kVersionTriple = 37;

struct Key {
  std::string_view name;
  uint32_t since;
};
constexpr Key kKeys[] = {{"override", 37}, {"capture", 42}, {"capture_duration", 42}};

std::string release(const LintContext& context) { return fmt::format("0.{}", *context.options.target); }

void report(LintContext& context, SourceRange range, std::string_view what, uint32_t since) {
  if (*context.options.target >= since) return;
  context.diags.emit<diag::LanguageTooNew>(range, what, release(context))
      .note(fmt::format("it came after 0.{}", since - 1));
}

}  // namespace

void lint_LanguageTooNew(LintContext& context) {
  for (const Term& term : context.rules.terms) {
    if (term.kind != Term::Kind::Call) continue;
    const std::string name(fvm::transformer_info(term.call).name);
    report(context, term.range, "transformer `" + name + "`",
           term.call == Transformer::Basename ? kBasename : kTransformers);
  }
  context.each_check([&](ExprId, const Expr& e) {
    if (e.modifier != Modifier::None) report(context, e.range, "a modifier (oneof, anyof, allof)", kModifiers);
    if (e.op == fvm::CmpOp::Regex) report(context, e.range, "operator `regex`", kRegex);
    if (e.rhs != TermId::None && context.term(e.rhs).kind == Term::Kind::Field)
      report(context, e.range, "`val()`", kTransformers);
  });
  for (const RuleDecl& rule : context.collection.rules)
    for (const ExceptionDecl& exception : rule.exceptions)
      for (const ScalarText& field : exception.fields)
        if (field.text.view().find('(') != std::string_view::npos)
          report(context, field.range, "a transformer in an exception", kExceptionTransformers);
}

void lint_KeyTooNew(LintContext& context) {
  for (const uint32_t file : context.files) {
    for (uint32_t line = 1; line <= context.sources.line_count(file); ++line) {
      const std::string_view text = context.sources.line_text(file, line);
      const size_t at = text.find_first_not_of(" -");
      // Keys of items; deeper lines are values.
      if (at == std::string_view::npos || at > 4) continue;
      for (const Key& key : kKeys) {
        if (*context.options.target >= key.since || !text.substr(at).starts_with(key.name) ||
            !text.substr(at + key.name.size()).starts_with(':'))
          continue;
        const uint32_t begin = context.sources.line_begin(file, line) + static_cast<uint32_t>(at);
        context.diags
            .emit<diag::KeyTooNew>({file, begin, begin + static_cast<uint32_t>(key.name.size())}, key.name,
                                   release(context))
            .note(fmt::format("it came after 0.{}", key.since - 1));
      }
      constexpr std::string_view kVersion = "required_engine_version:";
      if (*context.options.target < kVersionTriple && text.substr(at).starts_with(kVersion) &&
          text.find('.', at + kVersion.size()) != std::string_view::npos) {
        const uint32_t begin = context.sources.line_begin(file, line) + static_cast<uint32_t>(at);
        report(context, {file, begin, begin + static_cast<uint32_t>(kVersion.size()) - 1}, "a version of three numbers",
               kVersionTriple);
      }
    }
  }
}

}  // namespace falcoc
