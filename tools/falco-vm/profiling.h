// SPDX-License-Identifier: Apache-2.0
//
// Profiling: --profile from start to end. Opens the file before the first event, so that a long run isn't for nothing.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "tools/profile/profile_json.h"
#include "vm/engine.h"
#include "vm/profile/cycle_clock.h"

namespace falco_vm {

class Profiling {
 public:
  /// `file` empty: the table goes to standard error.
  Profiling(std::string file, profile_report::Subject subject) : file_(std::move(file)), subject_(std::move(subject)) {}

  /// Measures the engine's rules from now on. False: the file can't be opened, errno says why.
  bool start(fvm::Engine& engine, uint32_t every);
  /// What was measured so far.
  fvm::Profile profile() const { return profiler_->profile(rate_.ns_per_tick()); }
  /// Writes it. False: it could not be written, errno says why.
  bool finish();
  const std::string& file() const { return file_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string text(const fvm::Profile& profile) const;

  std::string file_;
  profile_report::Subject subject_;
  std::unique_ptr<std::FILE, Close> out_;
  fvm::ClockRate rate_;
  fvm::Absence absence_;
  std::unique_ptr<fvm::RuleProfiler> profiler_;
};

}  // namespace falco_vm
