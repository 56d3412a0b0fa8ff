// SPDX-License-Identifier: Apache-2.0
//
// Tags that are known under two names. Knows nothing of rules and of how they are selected.
#pragma once

#include <string_view>

namespace fvm {

/// The other spelling of a tag, or empty: the one for package managers was published misspelled in 2017.
constexpr std::string_view other_spelling(std::string_view tag) {
  constexpr std::string_view kRight = "software_mgmt", kPublished = "sofware_mgmt";
  if (tag == kRight) return kPublished;
  return tag == kPublished ? kRight : std::string_view();
}

/// Whether they are one tag.
constexpr bool same_tag(std::string_view a, std::string_view b) { return a == b || (!a.empty() && other_spelling(b) == a); }

}  // namespace fvm
