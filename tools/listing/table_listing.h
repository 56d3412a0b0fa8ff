// SPDX-License-Identifier: Apache-2.0
//
// The events and fields of vm/abi/ as text, JSON or Markdown; both programs print them. The tables are all there is to
// know here: every row and every column comes from them, and nothing from rules or captures.
#pragma once

#include <cstdint>
#include <string>

namespace listing {

enum class Format : uint8_t { Text, Json, Markdown };

/// One row per event code, those nobody sends any more included.
std::string events(Format format);
/// One row per field, grouped by class.
std::string fields(Format format);

}  // namespace listing
