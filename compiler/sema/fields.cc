// SPDX-License-Identifier: Apache-2.0
//
// Field look-up. The tables have a few hundred rows, so an index by name is built once.
#include "compiler/sema/fields.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/diag/diagnostics.h"

namespace falcoc {

namespace {

using fvm::ArgKind;
using fvm::FieldId;
using fvm::FieldInfo;
using Status = FieldResult::Status;

struct NameTables {
  std::unordered_map<std::string_view, FieldId> fields;
  std::vector<std::string_view> field_names;                     ///< for suggestions: without hidden fields
  std::unordered_map<std::string_view, fvm::TypeId> parameters;  ///< type of the first event parameter of that name
  std::vector<std::string_view> parameter_names;
  std::unordered_set<std::string_view> event_types;
  std::vector<std::string_view> event_type_names;

  NameTables() {
    for (size_t i = 0; i < fvm::kFieldCount; ++i) {
      const FieldInfo& info = fvm::kFields[i];
      fields.emplace(info.name, static_cast<FieldId>(i));
      if (!info.has(FALCO_FF_HIDDEN)) field_names.push_back(info.name);
    }
    for (const fvm::ParamInfo& parameter : fvm::detail::kParams) {
      if (parameters.emplace(parameter.name, parameter.type).second) parameter_names.push_back(parameter.name);
    }
    const auto add_type = [this](std::string_view name) {
      if (event_types.insert(name).second) event_type_names.push_back(name);
    };
    for (const fvm::EventInfo& event : fvm::kEvents) add_type(event.name);
    for (size_t code = 1; code < fvm::kSyscallCount; ++code) add_type(fvm::kSyscalls[code].name);  // 0 is "unknown"
  }
};

const NameTables& tables() {
  static const NameTables instance;
  return instance;
}

std::optional<int64_t> parse_index(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool takes_suffix(ArgKind arg) {
  return arg == ArgKind::Suffix || arg == ArgKind::KeyOrSuffix || arg == ArgKind::EventParam ||
         arg == ArgKind::EventName;
}

FieldResult bad_argument(const FieldInfo& info, std::string what) {
  FieldResult result;
  result.status = Status::BadArgument;
  result.what = std::move(what);
  result.field_name = info.name;
  return result;
}

FieldResult unknown(Status status, std::string_view name) {
  FieldResult result;
  result.status = status;
  result.what = name;
  return result;
}

/// The field whose name the text is, or whose name and a `.` it starts with if that field takes a suffix; longest name
/// first.
std::optional<FieldId> find_field(std::string_view text, std::string_view& suffix) {
  suffix = {};
  const auto& fields = tables().fields;
  if (const auto it = fields.find(text); it != fields.end()) return it->second;
  constexpr size_t kLongestName = 64;  // of a field that takes a suffix; keeps a hostile text of dots cheap
  for (size_t dot = text.rfind('.', kLongestName); dot != std::string_view::npos && dot != 0;
       dot = text.rfind('.', dot - 1)) {
    const auto it = fields.find(text.substr(0, dot));
    if (it == fields.end() || !takes_suffix(fvm::field_info(it->second).arg)) continue;
    suffix = text.substr(dot + 1);
    return it->second;
  }
  return std::nullopt;
}

FieldResult with_suffix(FieldRef field, const FieldInfo& info, std::string_view suffix) {
  if (suffix.empty()) return bad_argument(info, "the name behind the dot is missing");
  field.arg = FieldRef::Arg::Key;
  field.key = suffix;
  switch (info.arg) {
    case ArgKind::EventParam: {
      const auto it = tables().parameters.find(suffix);
      if (it == tables().parameters.end()) return unknown(Status::UnknownEventArgument, suffix);
      if (info.type == fvm::TypeId::DYN) field.type = it->second;
      break;
    }
    case ArgKind::EventName:
      if (!all_digits(suffix) && !is_event_type_name(suffix)) {
        return unknown(Status::UnknownEventName, suffix);
      }
      break;
    case ArgKind::Suffix:
      if (field.id == FieldId::EvtAbspath && suffix != "src" && suffix != "dst") {
        return bad_argument(info, "only `.src` and `.dst` can follow");
      }
      if (suffix.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_") != std::string_view::npos) {
        return bad_argument(info, "letters and `_` can follow the dot, but not `" + std::string(suffix) + "`");
      }
      break;
    default:
      break;
  }
  FieldResult result;
  result.field = std::move(field);
  return result;
}

FieldResult with_index(FieldRef field, const FieldInfo& info, std::string_view index) {
  index = index.substr(0, index.find(']'));
  switch (info.arg) {
    case ArgKind::Index:
      break;
    case ArgKind::EventParam:
      if (info.type == fvm::TypeId::DYN)
        return bad_argument(info, "takes a parameter name, as in `evt.rawarg.fd`, not an index");
      break;
    case ArgKind::IndexOrKey:
      if (all_digits(index)) break;
      [[fallthrough]];
    case ArgKind::Key:
    case ArgKind::KeyOrSuffix:
      if (field.id == FieldId::ProcEnv && all_digits(index)) break;
      field.arg = FieldRef::Arg::Key;
      field.key = index;
      {
        FieldResult result;
        result.field = std::move(field);
        return result;
      }
    case ArgKind::None:
    case ArgKind::Suffix:
    case ArgKind::EventName:
      return bad_argument(info, "takes no argument in brackets");
  }
  const auto number = parse_index(index);
  if (!number) return bad_argument(info, "the argument `" + std::string(index) + "` is not a decimal number");
  const bool level = info.domain == fvm::Domain::Lineage;
  if (*number < 0 && info.arg != ArgKind::EventParam && !(level && *number == -1)) {
    return bad_argument(info, "the argument must not be negative");
  }
  // `[-1]` of an ancestor field and a number behind proc.env mean the same as no argument.
  if (field.id != FieldId::ProcEnv && !(level && *number == -1)) {
    field.arg = FieldRef::Arg::Index;
    field.index = *number;
  }
  FieldResult result;
  result.field = std::move(field);
  return result;
}

}  // namespace

FieldResult resolve_field(std::string_view name, const std::string* index) {
  std::string_view suffix;
  const auto id = find_field(name, suffix);
  if (!id) return unknown(Status::UnknownField, name);
  const FieldInfo& info = fvm::field_info(*id);
  FieldRef field;
  field.id = *id;
  field.type = info.type;
  if (suffix.data() != nullptr) {
    if (index != nullptr) return bad_argument(info, "takes a name behind the dot or an argument in brackets, not both");
    return with_suffix(std::move(field), info, suffix);
  }
  if (index != nullptr) return with_index(std::move(field), info, *index);
  if (info.has(FALCO_FF_ARG_REQUIRED)) {
    return bad_argument(info, takes_suffix(info.arg) ? "needs a name, as in `" + std::string(info.name) + ".name`"
                                                     : "needs an argument in brackets");
  }
  FieldResult result;
  result.field = std::move(field);
  return result;
}

FieldResult resolve_field_text(std::string_view text) {
  const size_t open = text.find('[');
  if (open == std::string_view::npos) return resolve_field(text, nullptr);
  if (text.back() != ']') return unknown(Status::UnknownField, text);
  std::string index(text.substr(open + 1, text.size() - open - 2));
  if (index.size() >= 2 && (index.front() == '"' || index.front() == '\'') && index.back() == index.front()) {
    index = index.substr(1, index.size() - 2);
  }
  return resolve_field(text.substr(0, open), &index);
}

std::string_view nearest_known_name(const FieldResult& result) {
  switch (result.status) {
    case Status::UnknownField:
      return nearest_name(result.what, tables().field_names);
    case Status::UnknownEventArgument:
      return nearest_name(result.what, tables().parameter_names);
    case Status::UnknownEventName:
      return nearest_name(result.what, tables().event_type_names);
    case Status::Ok:
    case Status::BadArgument:
      break;
  }
  return {};
}

bool is_event_type_name(std::string_view name) { return name.empty() || tables().event_types.contains(name); }

std::string_view nearest_event_type(std::string_view name) { return nearest_name(name, tables().event_type_names); }

}  // namespace falcoc
