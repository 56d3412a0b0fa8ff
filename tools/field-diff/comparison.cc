// SPDX-License-Identifier: Apache-2.0
#include "tools/field-diff/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

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
    if (same(normalised(ours), recorded)) {
      ++field.equal;
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
  uint64_t different = 0;
  for (const auto& [text, field] : fields_) {
    if (field.left_out) continue;
    equal += field.equal;
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
    print(fmt::format("{:7.3f} %  {:>8} of {:<8} {}", percent(field->equal, field->equal + field->different), field->equal,
                      field->equal + field->different, text));
    if (!field->problem.empty()) print("             " + field->problem);
    for (const std::string& difference : field->differences) print("             " + difference);
  }
  if (missing_events_ != 0) print(fmt::format("{} recorded events are not shown here, the first is event {}", missing_events_, first_missing_));
  const auto fields_equal = std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.second->different == 0; });
  print(fmt::format("{:.4f} % of {} values equal ({} differ); {} of {} fields without a difference; {} events",
                    percent(equal, equal + different), equal + different, different, fields_equal, rows.size(), events_));
  return out;
}

}  // namespace field_diff
