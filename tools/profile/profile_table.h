// SPDX-License-Identifier: Apache-2.0
//
// A profile as a table for people. Knows no files.
#pragma once

#include <string>

#include "vm/profile/profile.h"

namespace profile_report {

/// Totals, the rules that cost most, each with the predicate that rejects most often, and the event types. `most_rows`:
/// of each table; what is left out is counted.
std::string table(const fvm::Profile& profile, size_t most_rows);

/// `1.23 ms`, `45.6 µs`, `789 ns`: three digits and a unit.
std::string duration_text(double ns);

}  // namespace profile_report
