// SPDX-License-Identifier: Apache-2.0
//
// RuleProfiler: picks the events to look at, takes what was measured of them, and makes a Profile of it.
//
// Event codes begin rare. Their events are picked one by one, at random distances that grow with their number: some are
// timed as a whole while the machine runs as always, some traced; each stands for the events of its code and kind since the
// one before it. Once a code is frequent, only traces are picked so; times come from stretches: at random distances, all
// events of frequent codes in a row are timed, after some that get the processor used to reading the clock. Times say how
// much time there is, traces how it divides.
//
// What the machine does for the first time (vm/exec/detour.h) is picked apart from events: all detours are counted, and timed are the
// making of nodes, the first values and a share of the others. Of events that are timed each is, and taken out of their times, which
// so are about the ordinary way alone.
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

#include "vm/exec/detour.h"
#include "vm/image/image_view.h"
#include "vm/profile/profile.h"
#include "vm/profile/trace_probe.h"

namespace fvm {

struct ProfilerOptions {
  uint32_t every = 512;              ///< how densely to look, see docs/cost.md; 1: at every event
  uint64_t timer_ticks = 0;          ///< what reading the clock costs
  uint64_t long_ticks = UINT64_MAX;  ///< what takes longer may have been interrupted
  /// How long something else ran on the processor, since the last question. Asked when something took long.
  std::function<uint64_t()> away_ticks = [] { return uint64_t{0}; };
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
    ++events_;
    return ++pace.events >= pace.due;
  }
  /// Of an event that is due. Timed: to be followed by timed(); Traced: the machine runs with a probe on trace(), then comes
  /// traced().
  Sample sample(EventCode code) const { return pace_[static_cast<size_t>(code)].sample; }
  /// The clock is to be read as if the event were timed.
  bool is_in_stretch() const { return events_ >= stretch_.warming_from; }
  /// If it isn't traced, the event is to be followed by timed(), due or not.
  bool is_timing() const { return events_ >= stretch_.timing_from; }
  void timed(EventCode code, uint64_t ticks);
  /// For the machine to note detours in. To be told of each event; before one that is timed, to time each.
  DetourMeter& detours() { return detours_; }
  Trace& trace() { return trace_; }
  void traced(EventCode code);
  /// An alert was formatted and written. Every alert is reported, not only those of samples.
  void alerted(uint32_t rule, EventCode code, uint64_t ticks);

  Profile profile(double ns_per_tick) const;

 private:
  /// Weighted sums over samples, which are single events or the events of a code in one stretch; a weight is the number of
  /// events that each event of a sample stands for.
  struct Sums {
    double weight = 0;          ///< w n
    double ticks = 0;           ///< w t
    double events_squared = 0;  ///< (w n)^2
    double product = 0;         ///< w n w t
    double ticks_squared = 0;   ///< (w t)^2
    uint64_t samples = 0;       ///< n

    void add(double w, double t, uint64_t n = 1) {
      const double events = w * static_cast<double>(n);
      weight += events;
      ticks += w * t;
      events_squared += events * events;
      product += events * w * t;
      ticks_squared += w * t * w * t;
      samples += n;
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
    Sums timed;  ///< without detours
    Sums traced;
    uint64_t stretch_events = 0;  ///< timed in this stretch
    uint64_t stretch_ticks = 0;
    uint64_t timed_until = 0;  ///< events of the code up to the last good sample of the kind
    uint64_t traced_until = 0;
    std::vector<Sums> rules;  ///< events that reached a rule, by its position in the program; last, what is no rule's
  };
  /// Together, because every event touches it.
  struct Pace {
    uint64_t events = 0;
    uint64_t due = UINT64_MAX;  ///< number of the event to look at; none for codes without a program
    Sample sample = Sample::Traced;
  };
  /// Numbers of events, of all codes.
  struct Stretch {
    uint64_t warming_from = UINT64_MAX;
    uint64_t timing_from = UINT64_MAX;
    uint64_t until = UINT64_MAX;  ///< the last one
  };
  struct Program {
    std::vector<uint32_t> rules;      ///< in the order of the code
    std::vector<uint32_t> positions;  ///< per instruction: its rule among them; their number: behind the last match
  };
  struct Alerts {
    std::map<EventCode, uint64_t> count;
    uint64_t ticks = 0;
  };

  Code& code_of(size_t code);
  bool is_frequent(size_t code) const;
  void choose_next(size_t code);
  void add_to_stretch(Code& code, uint64_t ticks);
  void end_stretch();
  void plan_stretch();
  uint64_t random();
  void account(Code& code, const Program& program, double weight);
  const Program& program_of(uint32_t program);
  friend class ProfileMaker;

  // Together, because every event touches them.
  alignas(64) uint64_t events_ = 0;
  Stretch stretch_;
  DetourMeter detours_;

  ImageView image_;
  ProfilerOptions options_;
  std::array<Pace, kEventCount> pace_{};
  std::array<std::unique_ptr<Code>, kEventCount> codes_;
  std::vector<Code*> stretch_codes_;  ///< that were timed in this stretch
  uint64_t stretched_until_ = 0;      ///< events of all codes up to the last one timed in a stretch
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
