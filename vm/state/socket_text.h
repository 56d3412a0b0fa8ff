// SPDX-License-Identifier: Apache-2.0
//
// Text of socket addresses and tuples, as names of descriptors and in output: the state reference, 12.9. Also the
// layouts of SOCKADDR and SOCKTUPLE parameters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "vm/base/bytes.h"
#include "vm/state/fd.h"

namespace fvm {

/// Address families as events carry them.
inline constexpr uint8_t kFamilyUnix = 1, kFamilyInet = 2, kFamilyInet6 = 10;

struct Endpoint {
  IpAddr ip;
  uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};

/// A decoded SOCKADDR parameter of family inet or inet6; nothing for other families or a short buffer.
/// A v4-mapped inet6 address stays IPv6.
std::optional<Endpoint> inet_address(Bytes sockaddr);

struct InetTuple {
  Endpoint source, destination;
};
/// A decoded SOCKTUPLE of family inet or inet6. When both inet6 ends are v4-mapped the result is IPv4.
std::optional<InetTuple> inet_tuple(Bytes tuple);

struct UnixTuple {
  uint64_t source = 0, destination = 0;
  std::string_view path;  ///< borrowed from the parameter
};
/// The path in a SOCKADDR parameter of family unix; nothing for other families.
std::optional<std::string_view> unix_address(Bytes sockaddr);
std::optional<UnixTuple> unix_tuple(Bytes tuple);

/// IPv4 address inside a v4-mapped IPv6 one, or the address itself.
IpAddr unmapped(const IpAddr& address);

/// `<source hex>-><destination hex> <path>`.
std::string unix_text(const UnixTuple& tuple);

void append_ip(std::string& out, const IpAddr& address);
std::string endpoint_text(const IpAddr& ip, uint16_t port);
/// `a:p->b:q`; without ports for ICMP and RAW; `<unknown>` when the protocol isn't known.
std::string socket_text(const Fd& socket);
/// What a SOCKTUPLE or SOCKADDR parameter prints as; "" when absent.
std::string tuple_text(Bytes tuple);
std::string sockaddr_text(Bytes sockaddr);

}  // namespace fvm
