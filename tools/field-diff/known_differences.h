// SPDX-License-Identifier: Apache-2.0
//
// The table of differences that are decided: where the recording engine prints what it never set, or what belongs to the
// machine that made the recording. Each row has its paragraph in docs/compatibility.md; a value is excused only when
// recorded and own value are just what the row describes.
#pragma once

#include <nlohmann/json.hpp>

#include <span>
#include <string_view>

namespace field_diff {

struct Values {
  std::string_view field;
  const nlohmann::json& recorded;
  const nlohmann::json& ours;
  const nlohmann::json& event;  ///< all recorded values of the event
};

struct KnownDifference {
  std::string_view id;      ///< named in docs/compatibility.md
  std::string_view reason;
  bool (*explains)(const Values& values);
};

std::span<const KnownDifference> known_differences();

}  // namespace field_diff
