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
  const std::string_view text = event.text(index);
  return !event.has(index) || text == kOldMissingText ? "<NA>" : text;
}

}  // namespace fvm
