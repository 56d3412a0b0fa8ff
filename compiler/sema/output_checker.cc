// SPDX-License-Identifier: Apache-2.0
#include "compiler/sema/output_checker.h"

#include <algorithm>

#include "compiler/ast/ast_print.h"
#include "compiler/parse/condition_parser.h"
#include "compiler/parse/output_template.h"
#include "compiler/sema/fields.h"
#include "compiler/sema/terms.h"

namespace falcoc {

namespace {

/// A token of an output as an operand of its own.
struct Token {
  ast::Condition holder;
  ast::OperandId operand = ast::OperandId::None;
  size_t length = 0;
};

/// `[...]` at the start of `text`; 0 when it is not well formed.
size_t index_length(std::string_view text, std::string& index) {
  if (!text.starts_with('[') || text.size() < 3) return 0;
  if (text[1] == '"' || text[1] == '\'') {
    size_t close = 2;
    while (close < text.size() && (text[close] != text[1] || text[close - 1] == '\\')) ++close;
    size_t error_at = 0;
    if (close + 1 >= text.size() || text[close + 1] != ']' || !unquote(text.substr(1, close), index, error_at))
      return 0;
    return close + 2;
  }
  const size_t close = text.find_first_of("][ \"'\t\r\n\v\f", 1);
  if (close == std::string_view::npos || text[close] != ']' || close == 1) return 0;
  index = text.substr(1, close - 1);
  return close + 1;
}

Token field_token(std::string_view name, bool has_index, std::string index, size_t length) {
  Token token;
  ast::Operand field;
  field.kind = ast::Operand::Kind::Field;
  field.text = name;
  field.has_index = has_index;
  field.index = std::move(index);
  field.range = {0, static_cast<uint32_t>(length)};
  token.holder.operands.push_back(std::move(field));
  token.operand = ast::OperandId{0};
  token.length = length;
  return token;
}

/// The longest prefix that names a known field with legal arguments.
std::optional<Token> longest_field(std::string_view text) {
  const size_t longest = fvm::field_name_length(text);
  if (longest == 0) return std::nullopt;
  std::string index;
  if (const size_t brackets = index_length(text.substr(longest), index)) {
    if (resolve_field(text.substr(0, longest), &index).ok()) {
      return field_token(text.substr(0, longest), true, std::move(index), longest + brackets);
    }
  }
  constexpr size_t kLongestTried = 256;  // behind the whole text only prefixes that can be a name are worth a look
  for (size_t length = longest; length >= 3; length = std::min(length - 1, kLongestTried)) {
    if (text[length - 1] == '.') continue;
    if (resolve_field(text.substr(0, length), nullptr).ok())
      return field_token(text.substr(0, length), false, {}, length);
  }
  return std::nullopt;
}

/// Transformer calls are tried with and without a trailing `[...]`.
std::optional<Token> longest_call(std::string_view text) {
  const auto call = parse_call_prefix(text);
  if (!call) return std::nullopt;
  const auto legal = [](const ParsedCall& candidate) {
    CheckedRules scratch;
    Diagnostics unheard;
    const MappedText nowhere;
    return TermBuilder(scratch, nowhere, unheard).build(candidate.holder, candidate.call).has_value();
  };
  if (legal(*call)) return Token{call->holder, call->call, call->length};
  const ast::Operand& operand = call->holder.operand(call->call);
  const size_t close = text.substr(0, call->length).rfind(")[");
  if (!operand.has_index || close == std::string_view::npos) return std::nullopt;
  const auto shorter = parse_call_prefix(text.substr(0, close + 1));
  if (!shorter || !legal(*shorter)) return std::nullopt;
  return Token{shorter->holder, shorter->call, shorter->length};
}

std::optional<Token> longest_token(std::string_view text) {
  auto field = longest_field(text);
  return field ? std::move(field) : longest_call(text);
}

/// Fields of a term, innermost included, in order.
void add_output_fields(const ast::Condition& holder, ast::OperandId id, TermBuilder& terms, CheckedRule& rule,
                       SourceRange range) {
  const ast::Operand& operand = holder.operand(id);
  if (operand.kind != ast::Operand::Kind::Field) {
    for (ast::OperandId argument : operand.args) add_output_fields(holder, argument, terms, rule, range);
    return;
  }
  std::string key = ast::normal_form(holder, id);
  const bool seen =
      std::any_of(rule.fields.begin(), rule.fields.end(), [&](const OutputField& f) { return f.key == key; });
  if (seen) return;
  FieldResult field = resolve_field(operand.text, operand.has_index ? &operand.index : nullptr);
  if (field.ok()) rule.fields.push_back({std::move(key), terms.add_field(std::move(field.field), range)});
}

OutputResult report(const SplitTemplate& split, const MappedText& output, Diagnostics& diags) {
  const SourceRange range = output.map(split.error_begin, split.error_end);
  const std::string_view token = output.view().substr(split.error_begin, split.error_end - split.error_begin);
  switch (split.error) {
    case SplitTemplate::Error::NoEscape:
      diags.emit<diag::OutputToken>(range, "`%` can not be escaped; write `percent`");
      break;
    case SplitTemplate::Error::Unfinished:
      diags.emit<diag::OutputToken>(range, "expected a field behind `%`");
      break;
    case SplitTemplate::Error::UnknownToken: {
      Diagnostic& error = diags.emit<diag::OutputUnknownField>(range, ast::excerpt(token));
      const size_t name = token.find_first_not_of("%0123456789");
      if (name != std::string_view::npos) {
        const size_t length = fvm::field_name_length(token.substr(name));
        const std::string_view near = nearest_known_name(resolve_field(token.substr(name, length), nullptr));
        if (!near.empty()) {
          error.suggest(output.map(split.error_begin + name, split.error_begin + name + length), std::string(near));
        }
      }
      return {false, true};
    }
    case SplitTemplate::Error::None:
      break;
  }
  return {false, false};
}

}  // namespace

bool is_deprecated_field(const fvm::FieldInfo& info) {
  return info.has(FALCO_FF_DEPRECATED) && !info.has(FALCO_FF_HIDDEN) && !info.has(FALCO_FF_METADATA) &&
         (info.field_class == fvm::FieldClass::Evt || info.field_class == fvm::FieldClass::EvtGeneric);
}

OutputResult check_output_text(const MappedText& output, CheckedRules& out, CheckedRule& rule, Diagnostics& diags) {
  if (output.empty()) {
    diags.emit<diag::OutputEmpty>(output.map(0, 0));
    return {false, false};
  }
  std::vector<Token> tokens;
  const SplitTemplate split = split_template(output.view(), [&](std::string_view rest) -> size_t {
    auto token = longest_token(rest);
    if (!token) return 0;
    tokens.push_back(std::move(*token));
    return tokens.back().length;
  });
  if (split.error != SplitTemplate::Error::None) return report(split, output, diags);

  size_t next = 0;
  for (const TemplatePiece& piece : split.pieces) {
    OutputPart part;
    if (!piece.is_token) {
      part.literal = piece.text;
      rule.parts.push_back(std::move(part));
      continue;
    }
    const Token& token = tokens[next++];
    TermBuilder terms(out, output, diags, piece.end - piece.text.size());
    const auto term = terms.build(token.holder, token.operand);
    if (!term) return {false, terms.unknown_field()};
    part.term = *term;
    part.width = piece.width;
    part.token = ast::normal_form(token.holder, token.operand);
    rule.parts.push_back(std::move(part));
    add_output_fields(token.holder, token.operand, terms, rule, output.map(piece.begin, piece.end));
  }
  return {true, false};
}

void warn_deprecated_in_output(const MappedText& output, Diagnostics& diags) {
  for (const fvm::FieldInfo& info : fvm::kFields) {
    if (!is_deprecated_field(info)) continue;
    const size_t at = output.view().find(info.name);
    if (at != std::string_view::npos)
      diags.emit<diag::DeprecatedField>(output.map(at, at + info.name.size()), info.name);
  }
}

}  // namespace falcoc
