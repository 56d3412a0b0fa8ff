// SPDX-License-Identifier: Apache-2.0
//
// Reads the JSON of a recorded container event. Keys and types: the container reference, section 10.1.
#pragma once

#include <memory>
#include <string_view>

#include "vm/state/state.h"

namespace fvm {

/// Null when the text isn't JSON, is too deep, or a known key has a value of another type. Missing keys and nulls are
/// defaults. Text after a NUL is ignored.
std::unique_ptr<Container> read_container_json(std::string_view json);

}  // namespace fvm
