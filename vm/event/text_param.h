// SPDX-License-Identifier: Apache-2.0
//
// A text parameter as fields and state read it: what is absent, and what old writers stored for a missing text, is `<NA>`.
// Fact: capture format reference, section 12.
#pragma once

#include <string_view>

#include "vm/event/event_view.h"

namespace fvm {

inline constexpr std::string_view kOldMissingText = "(NULL)";

inline std::string_view text_param(const EventView& event, size_t index) {
  const Bytes value = event.param(index);
  const std::string_view text = until_nul(value);
  return value.empty() || text == kOldMissingText ? "<NA>" : text;
}

}  // namespace fvm
