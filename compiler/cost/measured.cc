// SPDX-License-Identifier: Apache-2.0
#include "compiler/cost/measured.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "vm/abi/profile_format.h"

namespace falcoc {
namespace {

using nlohmann::json;

/// Why a text is no profile.
struct Refusal {
  std::string why;
};

const json& member(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end()) throw Refusal{std::string("`") + key + "` is missing"};
  return *found;
}
const json& items(const json& object, const char* key) {
  const json& list = member(object, key);
  if (!list.is_array()) throw Refusal{std::string("`") + key + "` is no list"};
  return list;
}
uint64_t count(const json& object, const char* key) {
  const json& number = member(object, key);
  if (!number.is_number_unsigned()) throw Refusal{std::string("`") + key + "` is no count"};
  return number.get<uint64_t>();
}
std::string text_of(const json& object, const char* key) {
  const json& text = member(object, key);
  if (!text.is_string()) throw Refusal{std::string("`") + key + "` is no text"};
  return text.get<std::string>();
}

MeasuredRule read_rule(const json& rule) {
  MeasuredRule out;
  out.evaluations = count(rule, "evaluations");
  out.matches = count(rule, "matches");
  const json& ns = member(rule, "evaluation_ns");
  if (!ns.is_number()) throw Refusal{"`evaluation_ns` is no number"};
  out.ns = ns.get<double>();
  for (const json& event : items(rule, "events"))
    out.evaluations_on[text_of(event, "event")] += count(event, "evaluations");
  return out;
}

MeasuredRun read_run(const json& profile) {
  if (!profile.is_object() || profile.value("format", json()) != fvm::kProfileFormat)
    throw Refusal{"falco-vm did not write it"};
  if (profile.value("version", json()) != fvm::kProfileVersion) throw Refusal{"another version of falco-vm wrote it"};
  MeasuredRun run;
  run.events = count(profile, "events");
  for (const json& rule : items(profile, "rules")) {
    std::string name = text_of(rule, "name");
    run.rules.insert_or_assign(std::move(name), read_rule(rule));
  }
  return run;
}

}  // namespace

fvm::Result<MeasuredRun, std::string> read_profile(std::string_view text) {
  const json profile = json::parse(text, nullptr, false);
  if (profile.is_discarded()) return fvm::Err{std::string("it is not JSON")};
  try {
    return read_run(profile);
  } catch (const Refusal& refusal) {
    return fvm::Err{refusal.why};
  }
}

double weighted_cost(const RuleCost& cost, const MeasuredRule& measured) {
  double sum = 0;
  uint64_t counted = 0;
  for (const auto& [name, evaluations] : measured.evaluations_on) {
    Cost most = cost.worst();
    for (const EventCost& on : cost.events) {
      if (std::find(on.events.begin(), on.events.end(), name) == on.events.end()) continue;
      most = on.cost;  // the dearest comes first; enter and exit events share a name
      break;
    }
    sum += static_cast<double>(most) * static_cast<double>(evaluations);
    counted += evaluations;
  }
  return counted == 0 ? static_cast<double>(cost.worst()) * static_cast<double>(measured.evaluations) : sum;
}

}  // namespace falcoc
