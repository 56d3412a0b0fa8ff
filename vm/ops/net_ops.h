// SPDX-License-Identifier: Apache-2.0
//
// IP addresses and networks: text form and containment. No heap except in the functions that return std::string.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vm/ops/value.h"

namespace fvm::ops {

/// Text with a `.` is a dotted quad, other text IPv6. IPv4-mapped notation (`::ffff:1.2.3.4`) is refused.
std::optional<IpAddr> parse_ip(std::string_view text);

/// `address/prefix`, decimal prefix 0-32 or 1-128. Host bits are kept in `base`; contains() ignores them.
std::optional<IpNet> parse_net(std::string_view text);

/// The first `prefix` bits agree and the family is the same.
bool contains(const IpNet& net, const IpAddr& address);

inline constexpr size_t kIpTextBytes = 46;  ///< longest text form and a terminator

/// Dotted quad, or canonical compressed IPv6. Writes at most kIpTextBytes bytes to `out`; returns the text without terminator.
std::string_view format_ip(const IpAddr& address, char* out);
std::string format_ip(const IpAddr& address);
std::string format_net(const IpNet& net);

}  // namespace fvm::ops
