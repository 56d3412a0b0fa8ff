// SPDX-License-Identifier: Apache-2.0
//
// Hexadecimal text of byte constants (bcontains, bstartswith).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fvm::ops {

/// An even number of digits of either case; empty text gives no bytes. Anything else: nullopt.
std::optional<std::string> decode_hex(std::string_view text);

}  // namespace fvm::ops
