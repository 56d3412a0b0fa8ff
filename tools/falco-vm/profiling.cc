// SPDX-License-Identifier: Apache-2.0
#include "tools/falco-vm/profiling.h"

#include <limits>

#include "tools/profile/profile_page.h"
#include "tools/profile/profile_table.h"
#include "vm/alert/value_text.h"

namespace falco_vm {
namespace {

constexpr size_t kRowsOnTerminal = 20;
// The evaluation of one event takes far less, except when something else ran on the processor.
constexpr double kLongSampleNs = 20'000;

}  // namespace

bool Profiling::start(fvm::Engine& engine, uint32_t every) {
  if (!file_.empty()) {
    out_.reset(std::fopen(file_.c_str(), "w"));
    if (!out_) return false;
  }
  fvm::ProfilerOptions options;
  options.every = every;
  options.timer_ticks = fvm::measure_timer_ticks();
  const double ns_per_tick = rate_.ns_per_tick();
  options.long_ticks = static_cast<uint64_t>(kLongSampleNs / ns_per_tick);
  options.away_ticks = [this, ns_per_tick] { return static_cast<uint64_t>(static_cast<double>(absence_.new_ns()) / ns_per_tick); };
  profiler_ = std::make_unique<fvm::RuleProfiler>(engine.image(), std::move(options));
  engine.profile_with(*profiler_);
  return true;
}

std::string Profiling::text(const fvm::Profile& profile) const {
  if (file_.ends_with(".json")) return fvm::to_line(profile_report::to_json(profile, subject_)) + '\n';
  if (file_.ends_with(".html")) return profile_report::page(profile, subject_);
  return profile_report::table(profile, file_.empty() ? kRowsOnTerminal : std::numeric_limits<size_t>::max());
}

bool Profiling::finish() {
  const std::string written = text(profile());
  std::FILE* const out = out_ ? out_.get() : stderr;
  return std::fwrite(written.data(), 1, written.size(), out) == written.size() && std::fflush(out) == 0;
}

}  // namespace falco_vm
