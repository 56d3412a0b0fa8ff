// SPDX-License-Identifier: Apache-2.0
//
// A profile as JSON: all of it, for other programs and for `falcoc cost --profile`. docs/cost.md describes the keys.
#pragma once

#include <nlohmann/json.hpp>

#include <limits>
#include <string>
#include <string_view>

#include "vm/profile/profile.h"

namespace profile_report {

/// What was measured.
struct Subject {
  std::string ruleset;
  std::string source;        ///< of the events
  bool all_matches = false;  ///< or the first only
};

/// Longer predicates are cut.
nlohmann::json to_json(const fvm::Profile& profile, const Subject& subject,
                       size_t predicate_bytes = std::numeric_limits<size_t>::max());

/// At most `bytes` of a text, cut between characters, with dots where something is missing.
std::string shortened(std::string_view text, size_t bytes);

}  // namespace profile_report
