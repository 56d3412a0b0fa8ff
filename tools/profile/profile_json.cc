// SPDX-License-Identifier: Apache-2.0
#include "tools/profile/profile_json.h"

#include <cmath>

#include "vm/abi/profile_format.h"

namespace profile_report {
namespace {

using nlohmann::json;

/// Tenths of a nanosecond: nothing here is more exact.
double tenths(double ns) { return std::round(ns * 10) / 10; }

json of(const fvm::Profile::Test& t, size_t predicate_bytes) {
  return {{"predicate", shortened(t.predicate, predicate_bytes)},
          {"asked", t.asked},
          {"asked_first", t.asked_first},
          {"rejections_when_false", t.rejections_when_false},
          {"rejections_when_true", t.rejections_when_true},
          {"ns", tenths(t.ns)}};
}

json of(const fvm::Profile::OnEvent& e) {
  return {{"event", e.event}, {"evaluations", e.evaluations}, {"matches", e.matches}, {"ns", tenths(e.ns)}};
}

json of(const fvm::Profile::Rule& r, size_t predicate_bytes) {
  json out = {{"name", r.name},
              {"place", r.place},
              {"samples", r.samples},
              {"evaluations", r.evaluations},
              {"matches", r.matches},
              {"evaluation_ns", tenths(r.ns)},
              {"evaluation_error_ns", tenths(r.error_ns)},
              {"alert_ns", tenths(r.alert_ns)}};
  json& tests = out["predicates"] = json::array();
  for (const fvm::Profile::Test& test : r.tests) tests.push_back(of(test, predicate_bytes));
  json& events = out["events"] = json::array();
  for (const fvm::Profile::OnEvent& event : r.events) events.push_back(of(event));
  return out;
}

}  // namespace

std::string shortened(std::string_view text, size_t bytes) {
  constexpr std::string_view kDots = "...";
  if (text.size() <= bytes) return std::string(text);
  size_t end = bytes - kDots.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)).append(kDots);
}

json to_json(const fvm::Profile& p, const Subject& subject, size_t predicate_bytes) {
  json out = {{"format", fvm::kProfileFormat},
              {"version", fvm::kProfileVersion},
              {"ruleset", subject.ruleset},
              {"source", subject.source},
              {"mode", subject.all_matches ? "all" : "first"},
              {"every", p.every},
              {"events", p.events},
              {"timed", p.timed},
              {"traced", p.traced},
              {"interrupted", p.interrupted},
              {"timer_ns", tenths(p.timer_ns)},
              {"evaluation_ns", tenths(p.ns)},
              {"evaluation_error_ns", tenths(p.error_ns)},
              {"detours", p.detours},
              {"detour_ns", tenths(p.detour_ns)},
              {"matches", p.matches},
              {"alert_ns", tenths(p.alert_ns)}};
  json& rules = out["rules"] = json::array();
  for (const fvm::Profile::Rule& rule : p.rules) rules.push_back(of(rule, predicate_bytes));
  json& types = out["events_by_type"] = json::array();
  for (const fvm::Profile::EventType& t : p.types) {
    types.push_back({{"event", t.name},
                     {"events", t.events},
                     {"samples", t.samples},
                     {"ns", tenths(t.ns)},
                     {"detours", t.detours},
                     {"detour_ns", tenths(t.detour_ns)}});
  }
  return out;
}

}  // namespace profile_report
