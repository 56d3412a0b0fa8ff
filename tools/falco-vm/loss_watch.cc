// SPDX-License-Identifier: Apache-2.0
#include "tools/falco-vm/loss_watch.h"

#include "tools/falco-vm/loss_report.h"
#include "vm/field/clock_text.h"

namespace falco_vm {

// The rule's name and source are those of the reference, so that consumers of its alerts find it.
bool LossWatch::look(uint64_t now_ns, const fvm::Engine& engine, const fvm::SourceStats& source, fvm::AlertSink& sink) {
  const fvm::LossCounts counts = engine.losses(source);
  const fvm::LossCounts lost = counts.since(before_);
  const uint64_t from_ns = since_ns_ == 0 ? now_ns : since_ns_;
  before_ = counts;
  since_ns_ = now_ns;
  const uint64_t events = lost.lost_events() + lost.unnamed;
  if (events == 0) return true;
  const LossReport report(lost, engine);
  fvm::Alert alert;
  alert.ts_ns = now_ns;
  alert.rule = "Falco internal: syscall event drop";
  alert.source = "internal";
  alert.priority = "Critical";
  alert.message = "Falco internal: syscall event drop. " + report.sentence() + ", since " +
                  fvm::clock_text(from_ns, fvm::ClockForm::Time);
  alert.fields = nlohmann::json::object();
  alert.fields["n_drops"] = events;
  alert.fields["since"] = from_ns;
  report.add_to(alert.fields);
  return sink.write(options_.json ? fvm::render_json(alert, options_.hostname) : fvm::render_text(alert));
}

}  // namespace falco_vm
