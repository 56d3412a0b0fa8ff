// SPDX-License-Identifier: Apache-2.0
//
// Typing of transformers: each looks at the type its argument has after inner transformers.
#include "compiler/sema/terms.h"

#include <algorithm>

#include "compiler/ast/ast_print.h"
#include "compiler/sema/fields.h"
#include "vm/abi/limits.h"

namespace falcoc {

namespace {

using ast::Operand;
using fvm::Kind;
using fvm::Transformer;
using fvm::TypeId;

std::optional<Transformer> find_transformer(std::string_view name) {
  for (size_t i = 0; i < std::size(fvm::kTransformers); ++i) {
    if (fvm::kTransformers[i].name == name && static_cast<Transformer>(i) != Transformer::Val)
      return static_cast<Transformer>(i);
  }
  return std::nullopt;
}

bool is_text(const Term& term) { return fvm::kind_of(term.type) == Kind::Text; }
bool is_scalar_text(const Term& term) { return is_text(term) && !term.is_list; }

}  // namespace

std::optional<TermId> TermBuilder::build(const ast::Condition& condition, ast::OperandId operand) {
  return any(condition, operand, 0);
}

std::optional<TermId> TermBuilder::any(const ast::Condition& condition, ast::OperandId id, size_t depth) {
  const Operand& operand = condition.operand(id);
  switch (operand.kind) {
    case Operand::Kind::Field:
      return field(operand);
    case Operand::Kind::Call:
      return call(condition, operand, depth + 1);
    case Operand::Kind::List:
      return list(condition, operand, depth);
    case Operand::Kind::Text:
    case Operand::Kind::Number:
      break;
  }
  Term literal;
  literal.kind = Term::Kind::String;
  literal.type = TypeId::CHARBUF;
  literal.text = operand.text.substr(0, operand.text.find('\0'));
  literal.range = map(operand.range);
  return add(std::move(literal));
}

TermId TermBuilder::add(Term term) {
  out_.terms.push_back(std::move(term));
  return static_cast<TermId>(out_.terms.size() - 1);
}

TermId TermBuilder::add_field(FieldRef field, SourceRange range) {
  Term term;
  term.kind = Term::Kind::Field;
  term.type = field.type;
  term.is_list = fvm::field_info(field.id).has(FALCO_FF_LIST);
  term.field = std::move(field);
  term.range = range;
  return add(std::move(term));
}

std::optional<TermId> TermBuilder::field(const Operand& operand) {
  FieldResult resolved = resolve_field(operand.text, operand.has_index ? &operand.index : nullptr);
  const SourceRange range = map(operand.range);
  if (resolved.ok()) return add_field(std::move(resolved.field), range);
  Diagnostic* error = nullptr;
  switch (resolved.status) {
    case FieldResult::Status::UnknownField:
      error = &diags_.emit<diag::UnknownField>(range, ast::excerpt(operand.text));
      unknown_field_ = true;
      break;
    case FieldResult::Status::BadArgument:
      error = &diags_.emit<diag::FieldArgument>(range, resolved.field_name, ast::excerpt(resolved.what));
      unknown_field_ =
          operand.has_index;  // to the reference, a field with an argument it does not take is an unknown one
      break;
    case FieldResult::Status::UnknownEventArgument:
      error = &diags_.emit<diag::UnknownEventArgument>(range, ast::excerpt(resolved.what));
      break;
    case FieldResult::Status::UnknownEventName:
      error = &diags_.emit<diag::UnknownEventType>(range, ast::excerpt(resolved.what));
      break;
    case FieldResult::Status::Ok:
      break;
  }
  const std::string_view near = nearest_known_name(resolved);
  if (error != nullptr && !near.empty()) {
    const size_t at = operand.text.size() - resolved.what.size();
    const ast::TextRange place{operand.range.begin + static_cast<uint32_t>(at),
                               operand.range.begin + static_cast<uint32_t>(operand.text.size())};
    error->suggest(map(place), std::string(near));
  }
  return std::nullopt;
}

std::optional<TermId> TermBuilder::list(const ast::Condition& condition, const Operand& operand, size_t depth) {
  Term term;
  term.kind = Term::Kind::List;
  term.type = TypeId::CHARBUF;
  term.is_list = true;
  term.range = map(operand.range);
  for (ast::OperandId element : operand.args) {
    const auto id = any(condition, element, depth);
    if (!id) return std::nullopt;
    if (out_.term(*id).is_list) {
      diags_.emit<diag::TransformerUse>(out_.term(*id).range, "(...)", "a list can not be an element of a list");
      return std::nullopt;
    }
    term.args.push_back(*id);
  }
  return add(std::move(term));
}

std::optional<TermId> TermBuilder::call(const ast::Condition& condition, const Operand& operand, size_t depth) {
  const auto transformer = find_transformer(operand.text);
  if (!transformer) {
    diags_.emit<diag::InternalError>(map(operand.range), "transformer `" + operand.text + "` is not in transformers.def");
    return std::nullopt;
  }
  Term term;
  term.kind = Term::Kind::Call;
  term.call = *transformer;
  term.range = map(operand.range);
  if (depth > fvm::limits::kExprDepth) {
    refuse(operand, "more than " + std::to_string(fvm::limits::kExprDepth) + " nested transformers");
    return std::nullopt;
  }
  for (ast::OperandId argument : operand.args) {
    const auto id = any(condition, argument, depth);
    if (!id) return std::nullopt;
    const Term& inner = out_.term(*id);
    if (inner.kind == Term::Kind::Field && fvm::field_info(inner.field.id).has(FALCO_FF_NO_TRANSFORMER)) {
      refuse(operand, "field `" + std::string(fvm::field_info(inner.field.id).name) + "` can not be transformed");
      return std::nullopt;
    }
    term.args.push_back(*id);
  }
  if (!type_call(term, operand)) return std::nullopt;
  return add(std::move(term));
}

bool TermBuilder::refuse(const Operand& operand, std::string_view what) {
  diags_.emit<diag::TransformerUse>(map(operand.range), operand.text, what);
  return false;
}

bool TermBuilder::type_call(Term& call, const Operand& operand) {
  const fvm::TransformerInfo& info = fvm::transformer_info(call.call);
  const size_t count = call.args.size();
  if (count < info.min_args || (info.max_args != 0 && count > info.max_args)) {
    return refuse(operand, "takes " + std::string(info.max_args == 0 ? "at least " : "") +
                               std::to_string(info.min_args) +
                               (info.min_args == 1 ? " argument, not " : " arguments, not ") + std::to_string(count));
  }
  if (operand.has_index) {
    if (call.call != Transformer::Getopt) return refuse(operand, "takes no argument in brackets");
    if (operand.index.size() != 1) return refuse(operand, "the option in brackets is one character");
    call.has_selector = true;
    call.text = operand.index;
  }
  const Term& first = out_.term(call.args[0]);
  call.type = TypeId::CHARBUF;
  switch (call.call) {
    case Transformer::ToLower:
    case Transformer::ToUpper:
    case Transformer::Basename:
      if (!is_text(first)) return refuse(operand, "the argument is not text");
      call.type = first.type;
      call.is_list = first.is_list;
      return true;
    case Transformer::B64:
      if (!is_text(first) && fvm::kind_of(first.type) != Kind::Bytes)
        return refuse(operand, "the argument is neither text nor a byte buffer");
      call.type = first.type;
      call.is_list = first.is_list;
      return true;
    case Transformer::Len:
      if (!first.is_list && !is_text(first) && fvm::kind_of(first.type) != Kind::Bytes) {
        return refuse(operand, "the argument is neither a list, text nor a byte buffer");
      }
      call.type = TypeId::UINT64;
      return true;
    case Transformer::Join: {
      const Term& elements = out_.term(call.args[1]);
      if (!is_scalar_text(first)) return refuse(operand, "the separator is not text");
      if (!elements.is_list) return refuse(operand, "the second argument is not a list");
      if (!is_text(elements)) return refuse(operand, "the elements of the list are not text");
      return true;
    }
    case Transformer::Concat:
      for (TermId id : call.args) {
        if (!is_scalar_text(out_.term(id))) return refuse(operand, "an argument is not text");
      }
      return true;
    case Transformer::Getopt:
      if (!first.is_list || !is_text(first)) return refuse(operand, "the first argument is not a list of texts");
      if (!is_scalar_text(out_.term(call.args[1]))) return refuse(operand, "the second argument is not text");
      call.is_list = !call.has_selector;
      return true;
    case Transformer::Val:
      break;
  }
  return refuse(operand, "is not a transformer here");
}

}  // namespace falcoc
