// SPDX-License-Identifier: Apache-2.0
//
// Engine: one ruleset over one event source. Owns the verified image, the machine, state and the counters; poll() is
// the data flow: source -> state -> machine -> formatter -> sink. Nothing is dropped silently: every event is evaluated
// or counted. Does not know files, command lines or terminals.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vm/alert/alert.h"
#include "vm/alert/formatter.h"
#include "vm/event_pump.h"
#include "vm/exec/interpreter.h"
#include "vm/exec/rule_selection.h"
#include "vm/field/field_memory.h"
#include "vm/field/field_reader.h"
#include "vm/image/verified_image.h"
#include "vm/loss.h"
#include "vm/profile/rule_profiler.h"
#include "vm/source/event_source.h"
#include "vm/state/state.h"

namespace fvm {

struct EngineOptions {
  MatchMode mode = MatchMode::First;
  bool json = false;
  std::string hostname;            ///< of JSON alerts
  uint64_t max_event_time_ns = 0;  ///< end after so much event time; 0 = no limit
  MachineOptions machine;
  bool read_all = false;  ///< events that neither rules nor state need are read all the same
  bool evaluate = true;   ///< false: everything but the rules, which is what benches subtract; no alerts
};

struct EngineStats {
  // Events that the source gave out unread are in none of these (SourceStats::unread_by_code).
  CountByCode events_by_code{};  ///< after upgrade
  uint64_t evaluated = 0;        ///< shown to the rules that look at their type
  uint64_t unwatched = 0;        ///< no rule looks at their type
  uint64_t hidden = 0;           ///< applied to state only
  // Of the evaluated ones; rules saw them with less than they should have.
  CountByCode unknown_thread_by_code{};      ///< nothing is known of the event's thread
  CountByCode unknown_descriptor_by_code{};  ///< the thread is known, the call's descriptor is not
  bool source_failed = false;                ///< the events ended early: truncated, corrupt, unreadable
  uint64_t alerts = 0;
  uint64_t alerts_lost = 0;                            ///< the sink took no more
  std::vector<uint64_t> alerts_by_rule;                ///< of the rules that run now
  std::map<std::string, uint64_t> alerts_before_swap;  ///< of those before, by the name of the rule
  uint64_t swaps = 0;                                  ///< rulesets that took another one's place
  std::array<uint64_t, kPriorities> alerts_by_priority{};
};

class Engine {
 public:
  Engine(VerifiedImage image, EngineOptions options);

  void select(const RuleSelection& selection);
  /// See State::set_lookup().
  void set_lookup(ThreadLookup* lookup) { pump_.state().set_lookup(lookup); }
  size_t active_rules() const { return rules_->machine.active_rules().count(); }

  /// Another ruleset takes the place of the one that runs, between two polls; the selection is applied to it. State,
  /// event numbers and totals stay. What only the new rules look at is known from here on: of earlier events state has
  /// what the earlier interest let it see. False: the selection leaves no rule of it, so nothing has changed. Not while
  /// a profiler measures.
  bool swap(VerifiedImage image);

  /// Measures rules from now on; the profiler must live as long as events come.
  void profile_with(RuleProfiler& profiler);

  /// Who is told of every event that some rule matched; must live as long as events come.
  void tell_matches(MatchListener& listener) { listener_ = &listener; }

  /// Handles the next batch of events. Events: call again; End; Failed: source.error() says why, what came before
  /// stands. Also ends at EngineOptions::max_event_time_ns, and when the sink refuses a line (stats().alerts_lost says
  /// so).
  BatchStatus poll(EventSource& source, AlertSink& sink);

  const EngineStats& stats() const { return stats_; }
  /// All that was lost so far, by the source, by this engine and by its state.
  LossCounts losses(const SourceStats& source) const;
  const ActiveRules& rules_on() const { return rules_->machine.active_rules(); }
  const State& state() const { return pump_.state(); }
  const ImageView& image() const { return rules_->machine.image(); }
  const Machine& machine() const { return rules_->machine; }
  uint64_t text_overruns() const { return overruns_before_swap_ + rules_->machine.text_overruns(); }

 private:
  void handle(const EventView& event, AlertSink& sink);
  Interest interest() const;
  void install(VerifiedImage image);
  ActiveRules active_of(const VerifiedImage& image) const;
  void count_unknown(const EventView& event, const EvalContext& context);
  /// One copy of the machine's loop for all events: a second one would be measured cold.
  [[gnu::noinline]] void run_rules(EventCode code, const LiveFields& fields);
  [[gnu::noinline, gnu::aligned(64)]] void run_measured(EventCode code, const LiveFields& fields);
  [[gnu::noinline]] void run_watched(EventCode code, const LiveFields& fields, bool due);
  [[gnu::noinline]] void run_traced(EventCode code, const LiveFields& fields);
  void alert_measured(uint32_t rule, const EventView& event, const LiveFields& fields, AlertSink& sink);
  void alert(uint32_t rule, const EventView& event, const LiveFields& fields, AlertSink& sink);

  /// What comes and goes with an image.
  struct Ruleset {
    Ruleset(VerifiedImage verified, const MachineOptions& options)
        : image(std::move(verified)), machine(image, options), formatter(machine), matches(machine.rule_count()) {}

    VerifiedImage image;
    Machine machine;
    Formatter formatter;
    FieldMemory memory;
    MatchSet matches;
  };

  EngineOptions options_;
  std::optional<RuleSelection> selection_;
  std::optional<Ruleset> rules_;  ///< always there; optional, so that another one can take its place
  EventPump pump_;
  Arena output_arena_;
  Interest interest_;
  const EventSource* told_ = nullptr;  ///< the source that knows the interest
  RuleProfiler* profiler_ = nullptr;   ///< null: nothing is measured
  uint64_t overruns_before_swap_ = 0;
  MatchListener* listener_ = nullptr;  ///< may be null
  EngineStats stats_;
};

}  // namespace fvm
