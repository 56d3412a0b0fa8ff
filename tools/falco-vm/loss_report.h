// SPDX-License-Identifier: Apache-2.0
//
// What falco-vm says about loss: what was not seen, by event type, and which rules that may have blinded.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "vm/engine.h"

namespace falco_vm {

class LossReport {
 public:
  /// Of all that `engine` has run so far.
  LossReport(const fvm::Engine& engine, const fvm::SourceStats& source);
  /// Of `lost`, while these rules run.
  LossReport(const fvm::LossCounts& lost, const fvm::Engine& engine);

  /// A line per kind of news, each starting with the program's name; empty when nothing was lost.
  std::string summary() const;
  /// "7 events lost (openat 4, close 3), 2 of 40 active rules may have missed something: "A", "B"" in one line.
  std::string sentence() const;
  /// The complete tables by event type and by rule; empty when nothing was lost.
  std::string tables() const;
  /// Adds `lost_by_event` and `blinded_rules`: name -> reason -> count.
  void add_to(nlohmann::json& out) const;

 private:
  using Reasons = std::array<uint64_t, fvm::kLossKinds>;
  struct Row {
    std::string_view name;
    Reasons reasons;
    bool directly;
  };

  void append_events(std::string& out) const;
  size_t direct_rules() const;
  void append_direct_rules(std::string& out) const;
  std::string counted_rules() const;

  uint64_t lost_ = 0;        ///< events nobody saw
  uint64_t incomplete_ = 0;  ///< events that rules saw without something
  size_t active_rules_;
  std::vector<Row> by_event_;  ///< most first; event types of the same name together
  std::vector<Row> rules_;     ///< those that lost events of their own first
};

}  // namespace falco_vm
