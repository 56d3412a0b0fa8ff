// SPDX-License-Identifier: Apache-2.0
#include "capture/event_batch.h"

namespace fvm {

Upgrader::Outcome EventBatch::add_next(Upgrader& upgrader, const WireParams& wire, SourceStats& stats,
                                       std::string& why) {
  EventView& event = next();
  const auto code = static_cast<size_t>(event.code);  // as recorded
  const Upgrader::Outcome outcome = upgrader.upgrade(event, wire, params_.data() + params_used_, stats);
  switch (outcome) {
    case Upgrader::Outcome::Current:
      if (event.code == EventCode::PROCEXIT_1_E) upgrader.forget_enter(event.tid);
      params_used_ += event.located_params();
      ++count_;
      break;
    case Upgrader::Outcome::Absorbed:
      ++stats.absorbed;
      break;
    case Upgrader::Outcome::Refused:
      why = "no version of event " + std::to_string(code) + " has " + std::to_string(wire.count) + " parameters";
      break;
    case Upgrader::Outcome::Lies:
      why = kLyingLengths;
      break;
  }
  return outcome;
}

}  // namespace fvm
