// SPDX-License-Identifier: Apache-2.0
//
// Lints about older releases of Falco: what they did not have yet, as releases.def says.
#include <algorithm>
#include <iterator>
#include <set>

#include "compiler/lint/context.h"

namespace falcoc {
namespace {

enum class Kind : uint8_t { Field, Argument, Operator, Transformer, Key, Syntax };
enum class Syntax : uint8_t { VersionOfThree, Modifier, ExceptionTransformer };

/// Something that came with a release.
struct NewThing {
  Kind kind;
  uint32_t id;           ///< in the enumeration of its kind
  std::string_view key;  ///< Kind::Key
  uint32_t minor;
  std::string_view source;
};

#define FALCO_THING_Field(Sym) \
  Kind::Field, static_cast<uint32_t>(fvm::FieldId::Sym), {}
#define FALCO_THING_Argument(Sym) \
  Kind::Argument, static_cast<uint32_t>(fvm::FieldId::Sym), {}
#define FALCO_THING_Operator(Sym) \
  Kind::Operator, static_cast<uint32_t>(fvm::CmpOp::Sym), {}
#define FALCO_THING_Transformer(Sym) \
  Kind::Transformer, static_cast<uint32_t>(fvm::Transformer::Sym), {}
#define FALCO_THING_Key(text) Kind::Key, 0, text
#define FALCO_THING_Syntax(Sym) \
  Kind::Syntax, static_cast<uint32_t>(Syntax::Sym), {}
constexpr NewThing kNewThings[] = {
#define FALCO_RELEASE(kind, thing, minor, source) {FALCO_THING_##kind(thing), minor, source},
#include "compiler/lint/releases.def"
#undef FALCO_RELEASE
};

/// The row, if the target is older; else null.
template <typename Id>
const NewThing* lacking(const LintContext& context, Kind kind, Id id) {
  const auto* found = std::ranges::find_if(
      kNewThings, [&](const NewThing& thing) { return thing.kind == kind && thing.id == static_cast<uint32_t>(id); });
  return found != std::end(kNewThings) && *context.options.target < found->minor ? found : nullptr;
}

template <typename Diag>
void report(LintContext& context, SourceRange range, std::string_view what, const NewThing& thing) {
  context.diags.emit<Diag>(range, what, fmt::format("0.{}", *context.options.target))
      .note(fmt::format("it came after 0.{} ({})", thing.minor - 1, thing.source));
}

void report_syntax(LintContext& context, SourceRange range, Syntax syntax, std::string_view words) {
  if (const NewThing* thing = lacking(context, Kind::Syntax, syntax))
    report<diag::LanguageTooNew>(context, range, words, *thing);
}

/// A line with a key of an item; keys further in are values.
struct KeyLine {
  std::string_view rest;  ///< from the key on
  uint32_t begin;         ///< where that is in the file
};

template <typename Visit>
void each_key_line(const LintContext& context, Visit visit) {
  for (const uint32_t file : context.files) {
    for (uint32_t line = 1; line <= context.sources.line_count(file); ++line) {
      const std::string_view text = context.sources.line_text(file, line);
      const size_t at = text.find_first_not_of(" -");
      if (at == std::string_view::npos || at > 4) continue;
      visit(file, KeyLine{text.substr(at), context.sources.line_begin(file, line) + static_cast<uint32_t>(at)});
    }
  }
}

bool is_key(std::string_view line, std::string_view key) {
  return line.starts_with(key) && line.substr(key.size()).starts_with(':');
}

SourceRange place(uint32_t file, const KeyLine& line, std::string_view key) {
  return {file, line.begin, line.begin + static_cast<uint32_t>(key.size())};
}

}  // namespace

void lint_LanguageTooNew(LintContext& context) {
  for (const Term& term : context.rules.terms) {
    if (term.kind != Term::Kind::Call) continue;
    if (const NewThing* thing = lacking(context, Kind::Transformer, term.call))
      report<diag::LanguageTooNew>(context, term.range,
                                   fmt::format("transformer `{}`", fvm::transformer_info(term.call).name), *thing);
  }
  context.each_check([&](ExprId, const Expr& e) {
    if (e.modifier != Modifier::None)
      report_syntax(context, e.range, Syntax::Modifier, "a modifier (oneof, anyof, allof)");
    if (const NewThing* thing = lacking(context, Kind::Operator, e.op))
      report<diag::LanguageTooNew>(context, e.range, fmt::format("operator `{}`", e.op_spelling), *thing);
    // A field on the right side is only to be had by val().
    if (e.rhs == TermId::None || context.term(e.rhs).kind != Term::Kind::Field) return;
    if (const NewThing* thing = lacking(context, Kind::Transformer, fvm::Transformer::Val))
      report<diag::LanguageTooNew>(context, e.range, "`val()`", *thing);
  });
  for (const RuleDecl& rule : context.collection.rules)
    for (const ExceptionDecl& exception : rule.exceptions)
      for (const ScalarText& field : exception.fields)
        if (field.text.view().find('(') != std::string_view::npos)
          report_syntax(context, field.range, Syntax::ExceptionTransformer, "a transformer in an exception");
  constexpr std::string_view kVersion = "required_engine_version";
  each_key_line(context, [&](uint32_t file, const KeyLine& line) {
    if (is_key(line.rest, kVersion) && line.rest.find('.') != std::string_view::npos)
      report_syntax(context, place(file, line, kVersion), Syntax::VersionOfThree, "a version of three numbers");
  });
}

void lint_FieldTooNew(LintContext& context) {
  // What an output prints has a second term among the rule's fields.
  std::set<TermId> second;
  for (const CheckedRule& rule : context.rules.rules)
    for (const OutputField& field : rule.fields) second.insert(field.term);
  for (uint32_t i = 0; i < context.rules.terms.size(); ++i) {
    const Term& term = context.rules.terms[i];
    if (term.kind != Term::Kind::Field || second.contains(static_cast<TermId>(i))) continue;
    const std::string_view name = fvm::field_info(term.field.id).name;
    if (const NewThing* field = lacking(context, Kind::Field, term.field.id)) {
      report<diag::FieldTooNew>(context, term.range, fmt::format("field `{}`", name), *field);
    } else if (term.field.arg != fvm::FieldArg::None) {
      if (const NewThing* argument = lacking(context, Kind::Argument, term.field.id))
        report<diag::FieldTooNew>(context, term.range, fmt::format("an argument of field `{}`", name), *argument);
    }
  }
}

void lint_KeyTooNew(LintContext& context) {
  each_key_line(context, [&](uint32_t file, const KeyLine& line) {
    for (const NewThing& thing : kNewThings)
      if (thing.kind == Kind::Key && *context.options.target < thing.minor && is_key(line.rest, thing.key))
        report<diag::KeyTooNew>(context, place(file, line, thing.key), thing.key, thing);
  });
}

}  // namespace falcoc
