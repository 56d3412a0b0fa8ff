// SPDX-License-Identifier: Apache-2.0
//
// One item of a rules file in canonical form. See format.h for what that is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/yaml/raw_document.h"

namespace falcoc {

/// `text` is the item from its `-` to the end of its last line, `document` what it says. nullopt: it is laid out in a
/// way that is not understood here.
std::optional<std::string> lay_out_item(std::string_view text, const RawDocument& document);

}  // namespace falcoc
