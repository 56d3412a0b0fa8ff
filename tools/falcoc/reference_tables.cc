// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>

#include "compiler/sema/operators.h"
#include "tools/falcoc/reference.h"
#include "tools/listing/table_listing.h"
#include "vm/abi/image_format.h"
#include "vm/abi/tables.h"

namespace falcoc::tool {
namespace {

std::string fields_page() {
  return R"(# Fields

What conditions may compare and outputs may print. This page is `falcoc list fields --format markdown`; `--json` says the same to
programs. Types are those of the event's parameters; what operators take is in [operators](operators.md).

)" + listing::fields(listing::Format::Markdown);
}

std::string events_page() {
  return R"(# Events

What captures and the kernel module hold, one row for each code. `>` is the start of a system call, `<` its end. Rules name them as
`evt.type`, their parameters as `evt.arg.NAME`. This page is `falcoc list events --format markdown`; `--json` says the same to programs.

)" + listing::events(listing::Format::Markdown);
}

/// What the left side of an operator may be.
std::string families_text(uint8_t families) {
  if (families == kAnyFamily) return "anything";
  constexpr std::array kFamilies = {kText, kBytes, kNumber, kBool, kIp, kNet, kListField};
  std::string out;
  for (const TypeFamily family : kFamilies)
    if ((families & family) != 0) out += (out.empty() ? "" : ", ") + std::string(family_name(family));
  return out;
}

std::string_view shape_text(OperandShape shape) {
  switch (shape) {
    case OperandShape::None:
      return "nothing";
    case OperandShape::One:
      return "a value";
    case OperandShape::Number:
      return "a number";
    case OperandShape::List:
      return "a list of values";
  }
  return {};
}

std::string operators_page() {
  std::string out = R"(# Operators

How conditions compare. A missing value makes every comparison false. Text operators take a list behind `oneof`, `anyof` or `allof`:
`proc.name startswith anyof (a, b)`. A field can stand on the right side as `val(FIELD)`.

| Operator | Left side | Right side | Holds if |
|---|---|---|---|
)";
  for (const OperatorInfo& op : kOperators)
    out +=
        fmt::format("| `{}` | {} | {} | {} |\n", op.spelling, families_text(op.families), shape_text(op.shape), op.doc);
  return out;
}

std::string transformers_page() {
  std::string out = R"(# Transformers

Functions of fields, in conditions, outputs and exceptions: `tolower(proc.name) = nc`. They can be nested. A missing argument makes the
result missing.

| Transformer | Arguments | Result |
|---|---|---|
)";
  for (const fvm::TransformerInfo& t : fvm::kTransformers) {
    const std::string count = t.min_args == t.max_args ? fmt::format("{}", t.min_args)
                              : t.max_args == 0        ? fmt::format("{} or more", t.min_args)
                                                       : fmt::format("{} to {}", t.min_args, t.max_args);
    out += fmt::format("| `{}` | {} | {} |\n", t.name, count, t.doc);
  }
  return out;
}

std::string_view operand_text(fvm::Operand operand) {
  switch (operand) {
    case fvm::Operand::None:
      return {};
    case fvm::Operand::Predicate:
      return "predicate";
    case fvm::Operand::Rule:
      return "rule";
    case fvm::Operand::Target:
      return "place to jump to";
  }
  return {};
}

std::string_view flow_text(fvm::Flow flow) {
  switch (flow) {
    case fvm::Flow::Next:
      return "the next";
    case fvm::Flow::Branch:
      return "the next, or B";
    case fvm::Flow::Jump:
      return "B";
    case fvm::Flow::End:
      return "none";
  }
  return {};
}

std::string opcodes_page() {
  std::string out = R"(# Instructions

What decision programs are made of, as `falcoc disasm` prints them: one program per type of event, jumps go forward only.

| Code | Instruction | A | B | Goes on with | |
|---:|---|---|---|---|---|
)";
  for (size_t code = 0; code < fvm::kOpCount; ++code) {
    const fvm::OpInfo& op = fvm::kOps[code];
    out += fmt::format("| {} | `{}` | {} | {} | {} | {} |\n", code, op.mnemonic, operand_text(op.a), operand_text(op.b),
                       flow_text(op.flow), op.doc);
  }
  return out;
}

constexpr ReferencePage kPages[] = {
    {"events.md", events_page},       {"fields.md", fields_page},
    {"operators.md", operators_page}, {"transformers.md", transformers_page},
    {"opcodes.md", opcodes_page},     {"diagnostics.md", diagnostics_page},
    {"lint.md", lints_page},
};

}  // namespace

std::span<const ReferencePage> reference_pages() { return kPages; }

}  // namespace falcoc::tool
