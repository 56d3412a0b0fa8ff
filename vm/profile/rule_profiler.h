// SPDX-License-Identifier: Apache-2.0
//
// RuleProfiler: picks the events to look at, takes what was measured of them, and makes a Profile of it.
//
// An event is picked at random distances, for each event code on its own: rare codes from their first event, frequent
// ones every `every` events on average. Most picked events are timed as a whole while the machine runs as always; they
// say how much time there is. Some are traced; they say how it divides. Each sample stands for the events of its code
// and kind since the one before it.
//
// Reads no clock and knows no machine: ticks and traces are given to it, so that tests can make them up. Not
// thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "vm/image/image_view.h"
#include "vm/profile/profile.h"
#include "vm/profile/trace_probe.h"

namespace fvm {

struct ProfilerOptions {
  uint32_t every = 512;              ///< events per sample of a frequent event code, on average; at least 1
  uint64_t timer_ticks = 0;          ///< what reading the clock costs
  uint64_t long_ticks = UINT64_MAX;  ///< a longer sample is thrown away when `interrupted` says so
  std::function<bool()> interrupted = [] { return false; };
};

class RuleProfiler {
 public:
  enum class Sample : uint8_t { Timed, Traced };

  /// The image must outlive the profiler.
  RuleProfiler(const ImageView& image, ProfilerOptions options);

  /// Counts an event that the rules are about to see, and says whether to look at it. What to do was chosen when the
  /// last sample of the code was done: choosing right before a measurement would leave caches and branch history as no
  /// other event finds them.
  bool is_due(EventCode code) {
    Pace& pace = pace_[static_cast<size_t>(code)];
    return ++pace.events == pace.due;
  }
  /// Timed: to be followed by timed(); Traced: the machine runs with a probe on trace(), then comes traced().
  Sample sample(EventCode code) const { return pace_[static_cast<size_t>(code)].sample; }
  void timed(EventCode code, uint64_t ticks);
  Trace& trace() { return trace_; }
  void traced(EventCode code);
  /// An alert was formatted and written. Every alert is reported, not only those of samples.
  void alerted(uint32_t rule, EventCode code, uint64_t ticks);

  Profile profile(double ns_per_tick) const;

 private:
  /// Weighted sums over samples; a weight is the number of events that a sample stands for.
  struct Sums {
    double weight = 0;
    double weight_squared = 0;
    double ticks = 0;
    double ticks_squared = 0;
    uint64_t samples = 0;

    void add(double w, double t) {
      weight += w;
      weight_squared += w * w;
      ticks += w * t;
      ticks_squared += w * t * t;
      ++samples;
    }
    double mean() const { return weight > 0 ? ticks / weight : 0; }
  };
  /// One instruction, over all event codes of its program.
  struct Spot {
    double asked = 0;
    double asked_first = 0;
    std::array<double, 2> rejections{};  ///< by the predicate's truth
    double ticks = 0;
  };
  struct Code {
    Sums timed;
    Sums traced;
    uint64_t timed_until = 0;  ///< events of the code up to the last good sample of the kind
    uint64_t traced_until = 0;
    std::vector<Sums> rules;  ///< events that reached a rule, by its position in the program
  };
  /// Together, because every event touches it.
  struct Pace {
    uint64_t events = 0;
    uint64_t due = 0;  ///< number of the event to look at; 0 = none
    Sample sample = Sample::Traced;
  };
  struct Program {
    std::vector<uint32_t> rules;      ///< in the order of the code
    std::vector<uint32_t> positions;  ///< per instruction: which of them it belongs to
  };
  struct Alerts {
    std::map<EventCode, uint64_t> count;
    uint64_t ticks = 0;
  };

  Code& code_of(size_t code);
  void choose_next(size_t code);
  uint64_t random();
  bool is_broken(uint64_t ticks);
  void account(Code& code, const Program& program, double weight);
  const Program& program_of(uint32_t program);
  friend class ProfileMaker;

  ImageView image_;
  ProfilerOptions options_;
  std::array<Pace, kEventCount> pace_{};
  std::array<std::unique_ptr<Code>, kEventCount> codes_;
  std::vector<std::unique_ptr<Program>> programs_;
  std::vector<Spot> spots_;         ///< per instruction of the image
  std::vector<Alerts> alerts_;      ///< per rule
  std::vector<uint32_t> asked_by_;  ///< per predicate: the last trace that asked
  uint32_t trace_number_ = 0;
  uint64_t interrupted_ = 0;
  uint64_t random_ = 0x9e3779b97f4a7c15;
  Trace trace_;
};

/// What one step of a trace costs by itself, in ticks: the median of many empty ones.
uint64_t measure_timer_ticks();

}  // namespace fvm
