// SPDX-License-Identifier: Apache-2.0
#include "tools/lsp/docs.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/operators.h"
#include "tools/listing/names.h"
#include "vm/abi/tables.h"

namespace lsp {
namespace {

/// The row of the longest name that `name` is or continues with a dot.
const fvm::FieldInfo* find_field(std::string_view name) {
  for (;;) {
    for (const fvm::FieldInfo& field : fvm::kFields)
      if (field.name == name) return &field;
    const size_t dot = name.rfind('.');
    if (dot == std::string_view::npos) return nullptr;
    name = name.substr(0, dot);
  }
}

}  // namespace

std::string field_doc(std::string_view name) {
  const fvm::FieldInfo* field = find_field(name);
  if (field == nullptr || (field->arg == fvm::ArgKind::None && field->name != name)) return {};
  std::string remarks;
  for (const std::string_view remark : listing::field_remarks(*field)) remarks += fmt::format(", {}", remark);
  return fmt::format("`{}{}` : {}{}\n\n{}", field->name, listing::argument_form(*field),
                     fvm::type_info(field->type).name, remarks, field->doc);
}

std::string operator_doc(std::string_view spelling) {
  const falcoc::OperatorInfo* info = falcoc::find_operator(spelling);
  return info == nullptr ? std::string() : fmt::format("operator `{}`\n\n{}", info->spelling, info->doc);
}

std::string transformer_doc(std::string_view name) {
  for (const fvm::TransformerInfo& t : fvm::kTransformers) {
    if (t.name != name) continue;
    const std::string most = t.max_args == 0 ? "or more" : fmt::format("to {}", t.max_args);
    const std::string count =
        t.min_args == t.max_args ? fmt::format("{}", t.min_args) : fmt::format("{} {}", t.min_args, most);
    return fmt::format("transformer `{}(…)`, arguments: {}", t.name, count);
  }
  return {};
}

std::string event_doc(std::string_view name) {
  // The newest code of the name comes last; what rules see is the exit.
  const fvm::EventInfo* found = nullptr;
  for (const fvm::EventInfo& event : fvm::kEvents)
    if (event.name == name && (event.dir == fvm::Dir::Exit || found == nullptr)) found = &event;
  if (found == nullptr) {
    const bool known = std::any_of(std::begin(fvm::kSyscalls), std::end(fvm::kSyscalls),
                                   [&](const fvm::SyscallInfo& s) { return s.name == name; });
    return known ? fmt::format("system call `{}`, whose parameters are not captured", name) : std::string();
  }
  std::string out = fmt::format("event `{}`, category {}", name, listing::category(*found));
  if (!found->params().empty()) out += "\n\nParameters, as `evt.arg.NAME`:\n";
  for (const fvm::ParamInfo& param : found->params())
    out += fmt::format("\n* `{}` : {}", param.name, fvm::type_info(param.type).name);
  return out;
}

std::vector<std::string_view> event_names() {
  std::vector<std::string_view> names;
  for (const fvm::EventInfo& event : fvm::kEvents)
    if (!event.has(FALCO_EF_UNUSED)) names.push_back(event.name);
  for (const fvm::SyscallInfo& syscall : fvm::kSyscalls) names.push_back(syscall.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace lsp
