// SPDX-License-Identifier: Apache-2.0
#include "compiler/sema/fields.h"

#include <algorithm>
#include <vector>

#include "compiler/diag/diagnostics.h"

namespace falcoc {

namespace {

/// What a misspelt name may have meant: each once, in table order.
struct Suggestions {
  std::vector<std::string_view> fields;  ///< without hidden ones
  std::vector<std::string_view> parameters;
  std::vector<std::string_view> event_types;

  Suggestions() {
    for (const fvm::FieldInfo& info : fvm::kFields) {
      if (!info.has(FALCO_FF_HIDDEN)) fields.push_back(info.name);
    }
    for (const fvm::ParamInfo& parameter : fvm::detail::kParams) add(parameters, parameter.name);
    for (const fvm::EventInfo& event : fvm::kEvents) add(event_types, event.name);
    for (size_t code = 1; code < fvm::kSyscallCount; ++code) add(event_types, fvm::kSyscalls[code].name);
  }

 private:
  static void add(std::vector<std::string_view>& names, std::string_view name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
};

const Suggestions& suggestions() {
  static const Suggestions instance;
  return instance;
}

}  // namespace

std::string_view nearest_known_name(const FieldResult& result) {
  switch (result.status) {
    case FieldResult::Status::UnknownField:
      return nearest_name(result.what, suggestions().fields);
    case FieldResult::Status::UnknownEventArgument:
      return nearest_name(result.what, suggestions().parameters);
    case FieldResult::Status::UnknownEventName:
      return nearest_name(result.what, suggestions().event_types);
    case FieldResult::Status::Ok:
    case FieldResult::Status::BadArgument:
      break;
  }
  return {};
}

std::string_view nearest_event_type(std::string_view name) {
  const std::string_view near = nearest_name(name, suggestions().event_types);
  constexpr size_t kShortest = 3;
  if (!near.empty() || name.size() < kShortest) return near;
  // `exec` is short for `execve`.
  for (const std::string_view type : suggestions().event_types)
    if (type.starts_with(name)) return type;
  return {};
}

}  // namespace falcoc
