// SPDX-License-Identifier: Apache-2.0
//
// Detour: the way the machine takes when it can't find in its memory where an event leads: a value is met at a node for
// the first time (or was forgotten), and a node has to be made, if it leads to a new one. Rare, and up to a hundred times as long as
// finding it, so who measures time has detours timed (DetourMeter) instead of hoping that samples of events hit enough of them: each
// making of a node, and a share of the values, which are many and alike, at random distances. Knows no clock.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <utility>

#include "vm/abi/tables.h"

namespace fvm {

/// Adds up detours by event code. A value that is timed stands for all since the one before it.
class DetourMeter {
 public:
  struct Sums {
    uint64_t count = 0;  ///< of values, and of nodes made without one
    double ticks = 0;    ///< of those that were timed, each as often as what it stands for
    double squares = 0;  ///< how far that may be from the truth, squared
  };
  struct Options {
    uint64_t (*now)() = nullptr;       ///< the clock
    uint64_t timer_ticks = 0;          ///< what reading it costs
    uint64_t long_ticks = UINT64_MAX;  ///< what takes longer may have been interrupted
    std::function<uint64_t()> away_ticks = [] { return uint64_t{0}; };  ///< see ProfilerOptions
    uint32_t distance = 1;             ///< mean, between two values that are timed, when there were many; 1: each is
  };

  explicit DetourMeter(Options options) : options_(std::move(options)) { enter({}); }
  void set_clock(uint64_t (*now)()) { options_.now = now; }

  /// Whose detours come now.
  void enter(EventCode code) { at_ = &sums_[static_cast<size_t>(code)]; }
  /// Until time_share() each is timed, and stands for itself only.
  void time_each() {
    each_ = true;
    taken_ = 0;
  }
  /// Returns what they took, looks at the clock included.
  uint64_t time_share() {
    each_ = false;
    return taken_;
  }
  /// How much of `ticks` something else ran. If it was away longer than that, it was so at another time.
  uint64_t away_during(uint64_t ticks) const {
    if (ticks <= options_.long_ticks) return 0;
    const uint64_t away = options_.away_ticks();
    return away <= ticks ? away : 0;
  }
  const Sums& of(EventCode code) const { return sums_[static_cast<size_t>(code)]; }

 private:
  friend class NodeDetour;
  friend class ValueDetour;
  static constexpr uint64_t kWhileFew = 64;  ///< distances grow with the number of detours; the first ones are the longest

  void add(uint64_t ticks, uint32_t stands_for) {
    taken_ += ticks + options_.timer_ticks;
    ticks -= away_during(ticks);
    const double n = stands_for, t = static_cast<double>(ticks - std::min(ticks, options_.timer_ticks));
    at_->ticks += n * t;
    at_->squares += n * (n - 1) * t * t;
  }
  /// How many values one stands for that is met now; 0: it isn't timed.
  uint32_t weight() {
    if (each_) return 1;
    if (++since_ < next_) return 0;
    all_ += since_;
    const auto mean = static_cast<uint32_t>(std::clamp<uint64_t>(all_ / kWhileFew, 1, options_.distance));
    random_ = random_ * 6364136223846793005u + 1442695040888963407u;  // Knuth's, for MMIX
    next_ = 1 + static_cast<uint32_t>(random_ >> 33) % (2 * mean - 1);
    return std::exchange(since_, 0);
  }

  Sums* at_ = nullptr;        ///< in sums_
  bool each_ = false;
  bool has_value_ = false;    ///< inside a ValueDetour
  uint32_t since_ = 0;        ///< values since the last one timed
  uint32_t next_ = 1;         ///< how many of them make the next one timed
  uint64_t nodes_ticks_ = 0;  ///< what nodes inside a value took
  uint64_t taken_ = 0;
  uint64_t all_ = 0;
  uint64_t random_ = 0;
  Options options_;
  std::array<Sums, kEventCount> sums_{};
};

/// These live as long as the detour does. Without a meter each is one comparison, on the long way only.
class NodeDetour {
 public:
  explicit NodeDetour(DetourMeter* meter) : meter_(meter) {
    if (meter_ != nullptr) begin_ = meter_->options_.now();
  }
  ~NodeDetour() {
    if (meter_ == nullptr) return;
    const uint64_t ticks = meter_->options_.now() - begin_;
    meter_->add(ticks, 1);
    meter_->nodes_ticks_ += ticks + meter_->options_.timer_ticks;
    if (!meter_->has_value_) ++meter_->at_->count;
  }
  NodeDetour(const NodeDetour&) = delete;
  NodeDetour& operator=(const NodeDetour&) = delete;

 private:
  DetourMeter* meter_;
  uint64_t begin_ = 0;
};

/// Nodes made inside are not part of what it takes.
class ValueDetour {
 public:
  explicit ValueDetour(DetourMeter* meter) : meter_(meter) {
    if (meter_ == nullptr) return;
    ++meter_->at_->count;
    weight_ = meter_->weight();
    meter_->has_value_ = true;
    if (weight_ == 0) return;
    meter_->nodes_ticks_ = 0;
    begin_ = meter_->options_.now();
  }
  ~ValueDetour() {
    if (meter_ == nullptr) return;
    if (weight_ != 0) meter_->add(meter_->options_.now() - begin_ - meter_->nodes_ticks_, weight_);
    meter_->has_value_ = false;
  }
  ValueDetour(const ValueDetour&) = delete;
  ValueDetour& operator=(const ValueDetour&) = delete;

 private:
  DetourMeter* meter_;
  uint32_t weight_ = 0;
  uint64_t begin_ = 0;
};

}  // namespace fvm
