// SPDX-License-Identifier: Apache-2.0
#include "tools/field-diff/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/field-diff/known_differences.h"

namespace field_diff {
namespace {

constexpr size_t kShownBytes = 200;

std::string shown(const nlohmann::json& value) {
  std::string text = fvm::to_line(value);
  if (text.size() > kShownBytes) text = text.substr(0, kShownBytes) + "…";
  return text;
}

/// Numbers by value: the recorder may have written 1 for 1.0.
bool same(const nlohmann::json& a, const nlohmann::json& b) {
  if (a.is_number_float() != b.is_number_float() && a.is_number() && b.is_number()) {
    return a.get<double>() == b.get<double>();
  }
  return a == b;
}

/// Fields whose items have no order: the recording engine's is that of a hash table.
bool is_unordered(const std::string& field) { return field == "fd.types"; }

bool same_items(nlohmann::json a, nlohmann::json b) {
  if (!a.is_array() || !b.is_array()) return false;
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

/// Bytes that are no UTF-8 can't stand in JSON: both sides with U+FFFD for them.
nlohmann::json normalised(const nlohmann::json& value) {
  return value.is_string() ? nlohmann::json::parse(fvm::to_line(value)) : value;
}

double percent(uint64_t part, uint64_t whole) {
  return whole == 0 ? 100.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

Comparison::Comparison(ComparisonOptions options) : options_(std::move(options)), explained_(known_differences().size()) {}

bool Comparison::explain(const std::string& text, const nlohmann::json& recorded, const nlohmann::json& ours,
                         const nlohmann::json& event) {
  const auto table = known_differences();
  for (size_t row = 0; row < table.size(); ++row) {
    if (!table[row].explains({text, recorded, ours, event})) continue;
    ++explained_[row];
    return true;
  }
  return false;
}

Comparison::Field& Comparison::field_named(const std::string& text) {
  const auto [it, is_new] = fields_.try_emplace(text);
  Field& field = it->second;
  if (!is_new) return field;
  field.left_out = contains(options_.skipped, text) || (!options_.only.empty() && !contains(options_.only, text));
  auto format = fvm::EventFormat::parse("*%" + text);
  if (format) {
    field.format = std::make_unique<fvm::EventFormat>(std::move(*format));
  } else {
    field.problem = format.error();
  }
  return field;
}

void Comparison::compare(const fvm::EvalContext& context, const nlohmann::json& expected) {
  ++events_;
  for (const auto& [text, recorded] : expected.items()) {
    Field& field = field_named(text);
    if (field.left_out) continue;
    nlohmann::json ours;
    if (field.format) {
      field.format->to_object(context, object_);
      const auto value = object_.find(text);
      if (value != object_.end()) ours = *value;
    }
    ours = normalised(ours);
    if (same(ours, recorded) || (is_unordered(text) && same_items(ours, recorded))) {
      ++field.equal;
      continue;
    }
    if (explain(text, recorded, ours, expected)) {
      ++field.explained;
      continue;
    }
    ++field.different;
    if (field.differences.size() < options_.differences_shown) {
      field.differences.push_back(fmt::format("event {} ({} {}): recorded {}, here {}", context.event->num,
                                              context.event->is_exit() ? "<" : ">", context.event->info().name,
                                              shown(recorded), shown(ours)));
    }
  }
}

void Comparison::missing_event(uint64_t number) {
  if (missing_events_++ == 0) first_missing_ = number;
}

bool Comparison::all_equal() const {
  return missing_events_ == 0 && std::all_of(fields_.begin(), fields_.end(), [](const auto& entry) { return entry.second.different == 0; });
}

std::string Comparison::report() const {
  std::vector<std::pair<std::string, const Field*>> rows;
  uint64_t equal = 0;
  uint64_t explained = 0;
  uint64_t different = 0;
  for (const auto& [text, field] : fields_) {
    if (field.left_out) continue;
    equal += field.equal;
    explained += field.explained;
    different += field.different;
    rows.emplace_back(text, &field);
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.second->different != b.second->different ? a.second->different > b.second->different : a.first < b.first;
  });
  std::string out;
  const auto print = [&out](const std::string& line) { out += line + "\n"; };
  for (const auto& [text, field] : rows) {
    if (field->different == 0 && !options_.show_equal) continue;
    const uint64_t comparable = field->equal + field->different;
    print(fmt::format("{:7.3f} %  {:>8} of {:<8} {}", percent(field->equal, comparable), field->equal, comparable, text));
    if (!field->problem.empty()) print("             " + field->problem);
    for (const std::string& difference : field->differences) print("             " + difference);
  }
  if (missing_events_ != 0) print(fmt::format("{} recorded events are not shown here, the first is event {}", missing_events_, first_missing_));
  const auto table = known_differences();
  for (size_t row = 0; row < table.size(); ++row) {
    if (explained_[row] != 0) print(fmt::format("  known  {:>8} values: {} [{}]", explained_[row], table[row].reason, table[row].id));
  }
  const auto fields_equal = std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.second->different == 0; });
  const uint64_t all = equal + explained + different;
  print(fmt::format("{:.4f} % of {} values equal; {:.4f} % differ in a known way; {:.4f} % ({}) otherwise", percent(equal, all),
                    all, all ? percent(explained, all) : 0, all ? percent(different, all) : 0, different));
  print(fmt::format("{:.4f} % equal where a value is comparable; {} of {} fields without an unknown difference; {} events",
                    percent(equal, equal + different), fields_equal, rows.size(), events_));
  return out;
}

}  // namespace field_diff
