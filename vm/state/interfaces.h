// SPDX-License-Identifier: Apache-2.0
//
// Interfaces: the machine's network addresses, from the capture's interface list; tells local addresses from others and
// completes half-known connections (the state reference, 12.10).
#pragma once

#include <span>
#include <vector>

#include "vm/state/state.h"

namespace fvm {

inline constexpr size_t kIpv4MappedOffset = 12;  ///< of the IPv4 address inside a v4-mapped IPv6 one

bool is_zero_address(const IpAddr& address);
/// Raw network-order IPv6 bytes: ::ffff:a.b.c.d, or all zero.
bool is_ipv4_mapped(const uint8_t* ipv6);

class Interfaces {
 public:
  void set(std::vector<InterfaceRecord> list) { list_ = std::move(list); }
  std::span<const InterfaceRecord> all() const { return list_; }
  /// IPv4: equal to an interface address. IPv6: same first 64 bits.
  bool is_local(const IpAddr& address) const;
  /// Fills in the wildcard end of a connection, unless both ends would become equal.
  void complete(Fd& socket) const;

 private:
  IpAddr local_end_for(const IpAddr& peer) const;
  std::vector<InterfaceRecord> list_;
};

}  // namespace fvm
