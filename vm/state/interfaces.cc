// SPDX-License-Identifier: Apache-2.0
//
// Address arithmetic over the interface list. Knows no events.

#include "vm/state/interfaces.h"

#include <algorithm>

namespace fvm {
namespace {

constexpr IpAddr kLoopback4{{127, 0, 0, 1}, 4};

size_t width(const IpAddr& address) { return address.family == 6 ? 16 : 4; }

bool same_subnet(const IpAddr& a, const InterfaceRecord& interface) {
  for (size_t i = 0; i < width(a); ++i)
    if ((a.bytes[i] ^ interface.address.bytes[i]) & interface.netmask.bytes[i]) return false;
  return true;
}

bool is_loopback(const IpAddr& address) {
  if (address.family == 4) return address == kLoopback4;
  return std::all_of(address.bytes.begin(), address.bytes.end() - 1, [](uint8_t b) { return b == 0; }) &&
         address.bytes.back() == 1;
}

}  // namespace

bool is_zero_address(const IpAddr& address) {
  return std::all_of(address.bytes.begin(), address.bytes.end(), [](uint8_t b) { return b == 0; });
}

bool is_ipv4_mapped(const uint8_t* ipv6) {
  const bool zeros = std::all_of(ipv6, ipv6 + 10, [](uint8_t b) { return b == 0; });
  if (!zeros) return false;
  if (ipv6[10] == 0xff && ipv6[11] == 0xff) return true;
  return std::all_of(ipv6 + 10, ipv6 + 16, [](uint8_t b) { return b == 0; });
}

bool Interfaces::is_local(const IpAddr& address) const {
  return std::any_of(list_.begin(), list_.end(), [&](const InterfaceRecord& i) {
    if (i.address.family != address.family) return false;
    const size_t compared = address.family == 6 ? 8 : 4;
    return std::equal(address.bytes.begin(), address.bytes.begin() + static_cast<ptrdiff_t>(compared),
                      i.address.bytes.begin());
  });
}

IpAddr Interfaces::local_end_for(const IpAddr& peer) const {
  const auto family = [&](const InterfaceRecord& i) { return i.address.family == peer.family; };
  for (const InterfaceRecord& i : list_)
    if (i.address == peer) return peer;
  for (const InterfaceRecord& i : list_)
    if (family(i) && same_subnet(peer, i)) return i.address;
  for (const InterfaceRecord& i : list_)
    if (family(i) && !is_loopback(i.address)) return i.address;
  IpAddr none;
  none.family = peer.family;
  return none;
}

void Interfaces::complete(Fd& socket) const {
  if (!socket.is_connected_type()) return;
  IpAddr* missing = is_zero_address(socket.sip) ? &socket.sip : is_zero_address(socket.dip) ? &socket.dip : nullptr;
  if (!missing) return;
  const IpAddr& known = missing == &socket.sip ? socket.dip : socket.sip;
  const IpAddr guess = local_end_for(known);
  if (guess == known && socket.sport == socket.dport) return;
  *missing = guess;
}

}  // namespace fvm
