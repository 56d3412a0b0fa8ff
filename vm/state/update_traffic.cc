// SPDX-License-Identifier: Apache-2.0
//
// Reads and writes: they tell the addresses of sockets that were never connected. The state reference, 12.7 and 12.8.

#include <utility>

#include "vm/state/socket_update.h"
#include "vm/state/state_core.h"

namespace fvm {
namespace {

/// Index of the tuple parameter; 0: the call has none.
size_t tuple_index(EventCode code) {
  switch (code) {
    case EventCode::SOCKET_RECVFROM_X:
      return 2;
    case EventCode::SOCKET_RECVMSG_X:
      return 3;
    case EventCode::SOCKET_RECV_X:
    case EventCode::SOCKET_RECVMMSG_X:
    case EventCode::SOCKET_SEND_X:
    case EventCode::SOCKET_SENDTO_X:
    case EventCode::SOCKET_SENDMSG_X:
    case EventCode::SOCKET_SENDMMSG_X:
      return 4;
    default:
      return 0;
  }
}

bool creates_unknown(EventCode code) {
  return code == EventCode::SOCKET_SEND_X || code == EventCode::SOCKET_SENDTO_X || code == EventCode::SOCKET_SENDMSG_X;
}

/// Takes what the tuple tells into the record; false when that is nothing new.
bool apply_tuple(const StateCore& core, Fd& fd, const InetTuple& tuple) {
  if (tuple.source.ip.family == 4) fd.type = FdType::Ipv4Sock;
  if (!update_addresses(fd, tuple)) return false;
  if (fd.l4 != L4::Tcp && fd.l4 != L4::Icmp && fd.l4 != L4::Raw) fd.l4 = L4::Udp;
  core.interfaces.complete(fd);
  return true;
}

void update_traffic(StateCore& core, Step& step, bool receiving) {
  const EventView& e = step.event;
  if (!step.thread) return;
  const int64_t result = step.result();
  const size_t index = tuple_index(e.code);
  const Bytes tuple = index != 0 ? e.param(index) : Bytes{};
  if (!step.fd && result >= 0 && creates_unknown(e.code) && step.thread->lastevent_fd >= 0 && inet_tuple(tuple))
    core.add_fd(step, new_udp_socket(step.thread->lastevent_fd, tuple[0]));
  if (!step.fd || result < 0) return;

  if (step.fd->is_connected_type() && (step.fd->flags & fd_flag::kConnected) == 0)
    core.edit_fd(step).flags |= fd_flag::kConnected;
  const bool tcp = step.fd->type == FdType::Ipv4Sock && step.fd->l4 == L4::Tcp;
  if (tuple.empty() || (tcp && !step.fd->name.empty())) return;

  if (const auto inet = inet_tuple(tuple)) {
    Fd updated = *step.fd;
    if (!apply_tuple(core, updated, *inet)) return;
    Fd& fd = core.edit_fd(step);
    std::swap(fd, updated);
    core.generations.touch_fd(fd);
    if (!fd.has_role()) guess_role(fd, *core.fds_of(*step.thread), receiving);
    if (fd.flags & (receiving ? fd_flag::kRoleClient : fd_flag::kRoleServer)) swap_ends(fd);
    core.set_fd_name(step, fd, socket_text(fd));
  } else if (const auto local = unix_tuple(tuple)) {
    std::string name = tuple_text(tuple);
    if (step.fd->type == FdType::UnixSock && step.fd->name == name) return;
    Fd& fd = core.edit_fd(step);
    fd.type = FdType::UnixSock;
    fd.unix_source = local->source;
    fd.unix_destination = local->destination;
    core.set_fd_name(step, fd, std::move(name));
  } else if (tuple[0] != kFamilyInet && tuple[0] != kFamilyInet6 && tuple[0] != kFamilyUnix) {
    std::string name = tuple_text(tuple);
    if (step.fd->name != name) core.set_fd_name(step, core.edit_fd(step), std::move(name));
  }
}

}  // namespace

bool update_addresses(Fd& fd, const InetTuple& t) {
  const Endpoint source{fd.sip, fd.sport}, destination{fd.dip, fd.dport};
  if ((t.source == source && t.destination == destination) || (t.source == destination && t.destination == source))
    return false;
  fd.sip = t.source.ip;
  fd.sport = t.source.port;
  fd.dip = t.destination.ip;
  fd.dport = t.destination.port;
  return true;
}

void swap_ends(Fd& fd) {
  std::swap(fd.sip, fd.dip);
  std::swap(fd.sport, fd.dport);
}

void guess_role(Fd& fd, const FdTable& table, bool receiving) {
  bool bound = false, client_port = false;
  if (fd.type == FdType::Ipv4Sock) {
    for (const auto& [number, other] : table.all()) {
      bound |= (other.type == FdType::Ipv4Sock && other.dport == fd.dport) ||
               (other.type == FdType::Ipv4ServSock && other.sport == fd.dport);
      client_port |= other.type == FdType::Ipv4Sock && other.sport == fd.sport;
    }
  }
  const bool server = bound && (!client_port || receiving);
  fd.flags |= server ? fd_flag::kRoleServer : fd_flag::kRoleClient;
}

void update_receive(StateCore& core, Step& step) { update_traffic(core, step, true); }
void update_send(StateCore& core, Step& step) { update_traffic(core, step, false); }

}  // namespace fvm
