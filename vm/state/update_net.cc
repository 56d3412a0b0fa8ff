// SPDX-License-Identifier: Apache-2.0
//
// Sockets: making, naming and connecting them. The state reference, 12.1 to 12.5. Traffic is update_traffic.cc.

#include "vm/state/socket_update.h"
#include "vm/state/state_core.h"

namespace fvm {
namespace {

constexpr int64_t kInProgress = 115;
constexpr uint64_t kTypeMask = 0xff, kSockStream = 1, kSockDgram = 2, kSockRaw = 3;
constexpr uint64_t kProtoIcmp = 1, kProtoTcp = 6, kProtoUdp = 17, kProtoRaw = 255;
constexpr uint64_t kFamilyNetlink = 16;
constexpr size_t kUnixPathBytes = 108;  // of a socket address

FdType type_of_family(uint64_t family) {
  switch (family) {
    case kFamilyUnix:
      return FdType::UnixSock;
    case kFamilyInet:
      return FdType::Ipv4Sock;
    case kFamilyInet6:
      return FdType::Ipv6Sock;
    case kFamilyNetlink:
      return FdType::Netlink;
    default:
      return FdType::Unknown;
  }
}

L4 l4_of(uint64_t type, uint64_t protocol) {
  type &= kTypeMask;
  if (protocol == kProtoTcp) return type == kSockRaw ? L4::Raw : L4::Tcp;
  if (protocol == kProtoUdp) return type == kSockRaw ? L4::Raw : L4::Udp;
  if (protocol == 0 && type == kSockStream) return L4::Tcp;
  if (protocol == 0 && type == kSockDgram) return L4::Udp;
  if (protocol == kProtoIcmp) return type == kSockRaw ? L4::Raw : L4::Icmp;
  return protocol == kProtoRaw ? L4::Raw : L4::Unknown;
}

/// The peer address as the call got it, if its enter event was kept.
Bytes enter_address(const Step& step) {
  const ThreadEntry& t = *step.thread;
  return t.enter_valid && t.enter.present() ? t.enter.param(1) : Bytes{};
}

void set_unix_ends(Fd& fd, const UnixTuple& tuple) {
  fd.unix_source = tuple.source;
  fd.unix_destination = tuple.destination;
}

/// Without a tuple (TCP fast open, unreadable address) the enter address is all there is; it gives no role.
void connect_without_tuple(StateCore& core, Step& step) {
  const Bytes address = enter_address(step);
  if (address.empty()) return;
  Fd& fd = core.edit_fd(step);
  if (const auto peer = inet_address(address)) {
    fd.dip = unmapped(peer->ip);
    fd.dport = peer->port;
    fd.type = fd.dip.family == 6 ? FdType::Ipv6Sock : FdType::Ipv4Sock;
    fd.sip.family = fd.dip.family;
  } else {
    core.set_fd_name(step, fd, tuple_text(step.event.param(1)));
  }
}

}  // namespace

Fd new_socket(int64_t number, uint64_t domain, uint64_t type, uint64_t protocol) {
  Fd fd;
  fd.fd = number;
  fd.type = type_of_family(domain);
  if (fd.is_ip_socket()) {
    fd.l4 = l4_of(type, protocol);
    fd.sip.family = fd.dip.family = fd.type == FdType::Ipv6Sock ? 6 : 4;
  }
  return fd;
}

Fd new_udp_socket(int64_t number, uint8_t family) { return new_socket(number, family, kSockDgram, kProtoUdp); }

void update_socket(StateCore& core, Step& step) {
  const EventView& e = step.event;
  if (!step.thread || step.result() < 0) return;
  Fd fd = new_socket(step.result(), e.uinteger(1), e.uinteger(2), e.uinteger(3));
  fd.open_flags = static_cast<uint32_t>(e.uinteger(4));
  core.add_fd(step, std::move(fd));
}

void update_socketpair(StateCore& core, Step& step) {
  const EventView& e = step.event;
  const int64_t first = e.integer(1, -1), second = e.integer(2, -1);
  if (!step.thread || step.result() < 0 || first == second) return;
  for (int64_t number : {first, second}) {
    if (number < 0) continue;
    Fd fd;
    fd.fd = number;
    fd.type = FdType::UnixSock;
    fd.unix_source = e.uinteger(3);
    fd.unix_destination = e.uinteger(4);
    core.add_fd(step, std::move(fd));
  }
}

void update_bind(StateCore& core, Step& step) {
  const Bytes address = step.event.param(1);
  if (!step.fd || step.result() < 0 || address.empty()) return;
  Fd& fd = core.edit_fd(step);
  if (const auto own = inet_address(address); own && own->port > 0) {
    fd.sip = unmapped(own->ip);
    fd.sport = own->port;
    fd.dip = IpAddr{{}, fd.sip.family};
    fd.dport = 0;
    fd.type = fd.sip.family == 6 ? FdType::Ipv6ServSock : FdType::Ipv4ServSock;
    fd.flags |= fd_flag::kRoleServer;
  }
  core.set_fd_name(step, fd, sockaddr_text(address));
}

void update_connect(StateCore& core, Step& step) {
  const EventView& e = step.event;
  if (!step.fd) return;
  const int64_t result = e.integer(0, -1);
  if (result < 0 && result != -kInProgress) return;
  Fd& fd = core.edit_fd(step);
  fd.flags |= fd_flag::kConnected;
  const Bytes tuple = e.param(1);
  if (tuple.empty()) return connect_without_tuple(core, step);

  if (auto inet = inet_tuple(tuple)) {
    // The kernel's own view of the destination wins; when it equals what the call read late, the early copy is as good.
    const auto late = inet_address(e.param(3)), early = inet_address(enter_address(step));
    if (late && early &&
        Endpoint{unmapped(late->ip), late->port} == Endpoint{unmapped(inet->destination.ip), inet->destination.port} &&
        unmapped(early->ip).family == inet->destination.ip.family)
      inet->destination = {unmapped(early->ip), early->port};
    fd.type = inet->destination.ip.family == 6 ? FdType::Ipv6Sock : FdType::Ipv4Sock;
    const bool changed = update_addresses(fd, *inet);
    const bool udp = fd.type == FdType::Ipv4Sock && fd.l4 == L4::Udp;
    if (changed && (fd.flags & fd_flag::kRoleServer) && udp) swap_ends(fd);
    core.set_fd_name(step, fd, socket_text(fd));
  } else if (auto local = unix_tuple(tuple); local && fd.type == FdType::UnixSock) {
    const auto late = unix_address(e.param(3)), early = unix_address(enter_address(step));
    if (late && early && late->substr(0, kUnixPathBytes) == local->path.substr(0, kUnixPathBytes)) local->path = *early;
    set_unix_ends(fd, *local);
    core.set_fd_name(step, fd, unix_text(*local));
  } else {
    return;
  }
  if (!fd.has_role()) fd.flags |= fd_flag::kRoleClient;
}

void update_accept(StateCore& core, Step& step) {
  const EventView& e = step.event;
  const int64_t number = step.result();
  if (!step.thread || number < 0) return;
  step.thread->lastevent_fd = number;
  const Bytes tuple = e.param(1);
  Fd fd;
  fd.fd = number;
  if (const auto inet = inet_tuple(tuple)) {
    fd.type = inet->source.ip.family == 6 ? FdType::Ipv6Sock : FdType::Ipv4Sock;
    fd.l4 = L4::Tcp;
    fd.sip = inet->source.ip;
    fd.sport = inet->source.port;
    fd.dip = inet->destination.ip;
    fd.dport = inet->destination.port;
  } else if (const auto local = unix_tuple(tuple)) {
    fd.type = FdType::UnixSock;
    set_unix_ends(fd, *local);
  } else {
    return;
  }
  if (e.code == EventCode::SOCKET_ACCEPT4_6_X)
    fd.open_flags = static_cast<uint32_t>(e.uinteger(5)) & open_flag::kCloExec;
  fd.flags = fd_flag::kRoleServer | fd_flag::kConnected;
  fd.name = tuple_text(tuple);
  step.name_changed = true;
  core.add_fd(step, std::move(fd));
}

}  // namespace fvm
