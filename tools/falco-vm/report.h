// SPDX-License-Identifier: Apache-2.0
//
// What falco-vm says at the end of a run: a summary for people on standard error, or everything as JSON.
#pragma once

#include <optional>
#include <string>

#include "capture/live/live_source.h"
#include "vm/engine.h"
#include "vm/host/proc_scan.h"

namespace falco_vm {

/// One line when watching a machine has begun.
std::string watching_text(const fvm::Engine& engine, const fvm::LiveStats& live, const fvm::ScanStats& scan);
/// Two or three lines: events, alerts, and anything lost.
std::string summary_text(const fvm::Engine& engine, const fvm::SourceStats& source);
/// Tables by event type, by rule and by priority, then every loss counter.
std::string stats_text(const fvm::Engine& engine, const fvm::SourceStats& source,
                       const std::optional<fvm::LiveStats>& live, const std::optional<fvm::ScanStats>& scan);
std::string stats_json(const fvm::Engine& engine, const fvm::SourceStats& source,
                       const std::optional<fvm::LiveStats>& live, const std::optional<fvm::ScanStats>& scan);

}  // namespace falco_vm
