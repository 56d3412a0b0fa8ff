// SPDX-License-Identifier: Apache-2.0
//
// Profile: what the rules of a run cost, in names and nanoseconds, for people and files. Made by RuleProfiler, printed
// by tools/profile. Estimates are scaled to all events; what docs/cost.md says about each figure is its definition.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fvm {

struct Profile {
  /// What one rule asks of a predicate. A predicate that several rules ask is evaluated for the first of them.
  struct Test {
    std::string predicate;
    uint64_t asked = 0;        ///< estimate
    uint64_t asked_first = 0;  ///< estimate: no other test of the event had asked before
    uint64_t rejections_when_false =
        0;  ///< estimate: the rule ended here without a match, as the predicate did not hold
    uint64_t rejections_when_true = 0;  ///< estimate: the same, as it did (`not` in the rule)
    double ns = 0;                      ///< estimate

    uint64_t rejections() const { return rejections_when_false + rejections_when_true; }
    bool rejects_when_true() const { return rejections_when_true > rejections_when_false; }
  };
  struct OnEvent {
    std::string event;
    uint64_t evaluations = 0;  ///< estimate
    uint64_t matches = 0;      ///< exact
    double ns = 0;             ///< estimate
  };
  struct Rule {
    std::string name;
    std::string place;            ///< file:line, where the image has a source map
    uint64_t samples = 0;         ///< traced events that reached the rule; what the estimates rest on
    uint64_t evaluations = 0;     ///< estimate
    uint64_t matches = 0;         ///< exact: that were reported
    double ns = 0;                ///< estimate: evaluation
    double error_ns = 0;          ///< standard error of `ns`
    double alert_ns = 0;          ///< exact: formatting and writing alerts
    std::vector<Test> tests;      ///< by rejections
    std::vector<OnEvent> events;  ///< by time

    double total_ns() const { return ns + alert_ns; }
  };
  struct EventType {
    std::string name;
    uint64_t events = 0;   ///< exact: shown to the rules
    uint64_t samples = 0;  ///< timed or traced
    double ns = 0;         ///< estimate: evaluation
    uint64_t detours = 0;  ///< exact
    double detour_ns = 0;  ///< the part of `ns` that detours took
  };

  uint32_t every = 0;            ///< events per sample, on average, once an event type is frequent
  uint64_t events = 0;           ///< exact: shown to the rules
  uint64_t timed = 0;            ///< samples timed as a whole
  uint64_t traced = 0;           ///< samples watched step by step
  uint64_t interrupted = 0;      ///< samples thrown away because something else ran in between
  double timer_ns = 0;           ///< what reading the clock costs; subtracted from every span
  double ns = 0;                 ///< estimate: evaluation of all rules
  double error_ns = 0;           ///< standard error of `ns`
  uint64_t detours = 0;          ///< exact: what the machine did for the first time, see vm/exec/detour.h
  double detour_ns = 0;          ///< the part of `ns` that they took
  double alert_ns = 0;           ///< exact
  uint64_t matches = 0;          ///< exact
  std::vector<Rule> rules;       ///< all of the image, by total time
  std::vector<EventType> types;  ///< that occurred, by time

  double total_ns() const { return ns + alert_ns; }
};

}  // namespace fvm
