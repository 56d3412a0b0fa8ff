// SPDX-License-Identifier: Apache-2.0
//
// Field look-up. The tables have a few hundred rows, so an index by name is built once.
#include "vm/abi/field_name.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace fvm {

namespace {

using Status = FieldNameResult::Status;

struct NameTables {
  std::unordered_map<std::string_view, FieldId> fields;
  std::unordered_map<std::string_view, TypeId> parameters;  ///< type of the first event parameter of that name
  std::unordered_set<std::string_view> event_types;

  NameTables() {
    for (size_t i = 0; i < kFieldCount; ++i) {
      fields.emplace(kFields[i].name, static_cast<FieldId>(i));
    }
    for (const ParamInfo& parameter : detail::kParams) {
      parameters.emplace(parameter.name, parameter.type);
    }
    for (const EventInfo& event : kEvents) event_types.insert(event.name);
    for (size_t code = 1; code < kSyscallCount; ++code) event_types.insert(kSyscalls[code].name);  // 0 is "unknown"
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

FieldNameResult bad_argument(const FieldInfo& info, std::string what) {
  FieldNameResult result;
  result.status = Status::BadArgument;
  result.what = std::move(what);
  result.field_name = info.name;
  return result;
}

FieldNameResult unknown(Status status, std::string_view name) {
  FieldNameResult result;
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
    if (it == fields.end() || !takes_suffix(field_info(it->second).arg)) continue;
    suffix = text.substr(dot + 1);
    return it->second;
  }
  return std::nullopt;
}

FieldNameResult with_suffix(FieldName field, const FieldInfo& info, std::string_view suffix) {
  if (suffix.empty()) return bad_argument(info, "the name behind the dot is missing");
  field.arg = FieldArg::Key;
  field.key = suffix;
  switch (info.arg) {
    case ArgKind::EventParam: {
      const auto it = tables().parameters.find(suffix);
      if (it == tables().parameters.end()) return unknown(Status::UnknownEventArgument, suffix);
      if (info.type == TypeId::DYN) field.type = it->second;
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
  FieldNameResult result;
  result.field = std::move(field);
  return result;
}

FieldNameResult with_index(FieldName field, const FieldInfo& info, std::string_view index) {
  index = index.substr(0, index.find(']'));
  switch (info.arg) {
    case ArgKind::Index:
      break;
    case ArgKind::EventParam:
      if (info.type == TypeId::DYN)
        return bad_argument(info, "takes a parameter name, as in `evt.rawarg.fd`, not an index");
      break;
    case ArgKind::IndexOrKey:
      if (all_digits(index)) break;
      [[fallthrough]];
    case ArgKind::Key:
    case ArgKind::KeyOrSuffix:
      if (field.id == FieldId::ProcEnv && all_digits(index)) break;
      field.arg = FieldArg::Key;
      field.key = index;
      {
        FieldNameResult result;
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
  const bool level = info.domain == Domain::Lineage;
  if (*number < 0 && info.arg != ArgKind::EventParam && !(level && *number == -1)) {
    return bad_argument(info, "the argument must not be negative");
  }
  // `[-1]` of an ancestor field and a number behind proc.env mean the same as no argument.
  if (field.id != FieldId::ProcEnv && !(level && *number == -1)) {
    field.arg = FieldArg::Index;
    field.index = *number;
  }
  FieldNameResult result;
  result.field = std::move(field);
  return result;
}

}  // namespace

FieldNameResult resolve_field(std::string_view name, const std::string* index) {
  std::string_view suffix;
  const auto id = find_field(name, suffix);
  if (!id) return unknown(Status::UnknownField, name);
  const FieldInfo& info = field_info(*id);
  FieldName field;
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
  FieldNameResult result;
  result.field = std::move(field);
  return result;
}

FieldNameResult resolve_field_text(std::string_view text) {
  const size_t open = text.find('[');
  if (open == std::string_view::npos) return resolve_field(text, nullptr);
  if (text.back() != ']') return unknown(Status::UnknownField, text);
  std::string index(text.substr(open + 1, text.size() - open - 2));
  if (index.size() >= 2 && (index.front() == '"' || index.front() == '\'') && index.back() == index.front()) {
    index = index.substr(1, index.size() - 2);
  }
  return resolve_field(text.substr(0, open), &index);
}

size_t field_name_length(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_name_byte = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  size_t at = 0;
  size_t parts = 0;
  size_t end = 0;
  while (at < text.size() && is_letter(text[at])) {
    while (at < text.size() && is_name_byte(text[at])) ++at;
    end = at;
    ++parts;
    if (at == text.size() || text[at] != '.') break;
    ++at;
  }
  return parts >= 2 ? end : 0;
}

std::optional<FieldPrefix> longest_field_prefix(std::string_view text) {
  const size_t longest = field_name_length(text);
  if (longest == 0) return std::nullopt;
  if (text.substr(longest).starts_with('[')) {
    const size_t close = text.find(']', longest);
    if (close != std::string_view::npos) {
      FieldNameResult result = resolve_field_text(text.substr(0, close + 1));
      if (result.ok()) return FieldPrefix{std::move(result.field), close + 1};
    }
  }
  constexpr size_t kLongestTried = 256;  // behind the whole text only prefixes that can be a name are worth a look
  for (size_t length = longest; length >= 3; length = std::min(length - 1, kLongestTried)) {
    if (text[length - 1] == '.') continue;
    FieldNameResult result = resolve_field(text.substr(0, length), nullptr);
    if (result.ok()) return FieldPrefix{std::move(result.field), length};
  }
  return std::nullopt;
}

bool is_event_type_name(std::string_view name) { return name.empty() || tables().event_types.contains(name); }

std::string describe(const FieldNameResult& result, std::string_view text) {
  switch (result.status) {
    case Status::Ok:
      break;
    case Status::UnknownField:
      return "`" + std::string(text) + "` is not a field";
    case Status::BadArgument:
      return "field `" + std::string(result.field_name) + "`: " + result.what;
    case Status::UnknownEventArgument:
      return "no event has a parameter named `" + result.what + "`";
    case Status::UnknownEventName:
      return "no event is named `" + result.what + "`";
  }
  return {};
}

}  // namespace fvm
