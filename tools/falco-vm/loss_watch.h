// SPDX-License-Identifier: Apache-2.0
//
// LossWatch: turns loss into alerts while events come in. Looks at the counters once an interval; when events were lost
// in it, an alert says how many, of which types, which rules that may have blinded, and when. Does not know where
// events come from.
#pragma once

#include <cstdint>
#include <string>

#include "vm/alert/alert.h"
#include "vm/engine.h"

namespace falco_vm {

class LossWatch {
 public:
  struct Options {
    uint64_t interval_ns = 1'000'000'000;
    bool json = false;
    std::string hostname;
  };
  explicit LossWatch(Options options) : options_(std::move(options)) {}

  /// Whether the interval has passed at `now_ns` (epoch): then look() is due.
  bool is_due(uint64_t now_ns) const { return now_ns - since_ns_ >= options_.interval_ns; }
  /// Compares with the last look. False: the sink takes no more.
  bool look(uint64_t now_ns, const fvm::Engine& engine, const fvm::SourceStats& source, fvm::AlertSink& sink);

 private:
  Options options_;
  uint64_t since_ns_ = 0;
  fvm::LossCounts before_;
};

}  // namespace falco_vm
