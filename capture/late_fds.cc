// SPDX-License-Identifier: Apache-2.0
#include "capture/late_fds.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "capture/param_bytes.h"
#include "vm/abi/tables.h"

namespace fvm {

namespace {

using param_bytes::number;
using param_bytes::text;

constexpr int64_t kAtFdCwd = -100;
constexpr uint32_t kDirectory = 1u << 10;  // of file_flags
constexpr uint8_t kUnix = 1, kInet = 2, kInet6 = 10, kNetlink = 16;
constexpr uint32_t kStream = 1, kDgram = 2, kRaw = 3;
constexpr uint32_t kIcmp = 1, kTcp = 6, kUdp = 17, kProtoRaw = 255;

using Ports = std::set<uint16_t>;
using Events = std::vector<LateEvent>;

/// An event whose parameters say nothing but those given by their place.
LateEvent event(EventCode code, std::vector<std::pair<size_t, std::string>> given) {
  LateEvent e{code, {}};
  for (const ParamInfo& param : event_info(code).params()) {
    e.params.emplace_back(type_info(param.type).size_bytes, '\0');
  }
  for (auto& [place, value] : given) e.params[place] = std::move(value);
  return e;
}

std::string address(uint8_t family, const IpAddr& ip, uint16_t port) {
  return std::string(reinterpret_cast<const char*>(ip.bytes.data()), family == kInet ? 4 : 16) + number(port);
}

LateEvent socket_event(const FdRecord& fd, uint8_t family) {
  uint32_t type = 0, protocol = 0;
  switch (fd.l4) {
    case L4::Tcp:
      type = kStream, protocol = kTcp;
      break;
    case L4::Udp:
      type = kDgram, protocol = kUdp;
      break;
    case L4::Icmp:
      type = kDgram, protocol = kIcmp;
      break;
    case L4::Raw:
      type = kRaw, protocol = kProtoRaw;
      break;
    default:
      break;
  }
  return event(EventCode::SOCKET_SOCKET_X,
               {{0, number(fd.fd)}, {1, number(uint32_t{family})}, {2, number(type)}, {3, number(protocol)}});
}

LateEvent bind_event(int64_t fd, std::string own) {
  return event(EventCode::SOCKET_BIND_X, {{1, std::move(own)}, {2, number(fd)}});
}

LateEvent connect_event(int64_t fd, std::string tuple) {
  return event(EventCode::SOCKET_CONNECT_X, {{1, std::move(tuple)}, {2, number(fd)}});
}

LateEvent accept_event(int64_t fd, std::string tuple) {
  return event(EventCode::SOCKET_ACCEPT_5_X, {{0, number(fd)}, {1, std::move(tuple)}});
}

/// The list has this end first; a tuple has the client first, who is the other one if somebody listens at this port.
Events connection(const FdRecord& fd, uint8_t family, const Ports& listened) {
  const std::string own = address(family, fd.sip, fd.sport), other = address(family, fd.dip, fd.dport);
  const std::string head(1, static_cast<char>(family));
  if (family == kInet && fd.l4 == L4::Tcp && listened.contains(fd.sport)) {
    return {accept_event(fd.fd, head + other + own)};
  }
  return {socket_event(fd, family), connect_event(fd.fd, head + own + other)};
}

/// A path makes it the server's end. Calls name such a socket by both ends, lists by the path: the last event says
/// that.
Events unix_socket(const FdRecord& fd) {
  const std::string head(1, static_cast<char>(kUnix));
  std::string tuple = head + number(fd.unix_source) + number(fd.unix_destination) + text(fd.name);
  Events events = {socket_event(fd, kUnix)};
  events.push_back(fd.name.empty() ? connect_event(fd.fd, std::move(tuple)) : accept_event(fd.fd, std::move(tuple)));
  events.push_back(bind_event(fd.fd, head + text(fd.name)));
  return events;
}

/// Descriptors of which only the kind is known.
std::optional<EventCode> maker(FdType type) {
  switch (type) {
    case FdType::Event:
      return EventCode::SYSCALL_EVENTFD2_X;
    case FdType::SignalFd:
      return EventCode::SYSCALL_SIGNALFD4_X;
    case FdType::EventPoll:
      return EventCode::SYSCALL_EPOLL_CREATE1_X;
    case FdType::Inotify:
      return EventCode::SYSCALL_INOTIFY_INIT1_X;
    case FdType::TimerFd:
      return EventCode::SYSCALL_TIMERFD_CREATE_X;
    case FdType::Bpf:
      return EventCode::SYSCALL_BPF_2_X;
    case FdType::UserFaultFd:
      return EventCode::SYSCALL_USERFAULTFD_X;
    case FdType::IoUring:
      return EventCode::SYSCALL_IO_URING_SETUP_X;
    default:
      return std::nullopt;
  }
}

LateEvent open_event(const FdRecord& fd) {
  const uint32_t flags = fd.open_flags | (fd.type == FdType::Directory ? kDirectory : 0u);
  return event(EventCode::SYSCALL_OPENAT_2_X, {{0, number(fd.fd)},
                                               {1, number(kAtFdCwd)},
                                               {2, text(fd.name)},
                                               {3, number(flags)},
                                               {5, number(fd.dev)},
                                               {6, number(fd.ino)}});
}

LateEvent pipe_event(const FdRecord& fd) {  // the other end is somebody else's
  return event(EventCode::SYSCALL_PIPE_X, {{1, number(fd.fd)}, {2, number(fd.fd)}, {3, number(fd.ino)}});
}

Events events_of(const FdRecord& fd, const Ports& listened) {
  const std::string head4(1, static_cast<char>(kInet)), head6(1, static_cast<char>(kInet6));
  switch (fd.type) {
    case FdType::File:
    case FdType::FileV2:
    case FdType::Directory:
      return {open_event(fd)};
    case FdType::Fifo:  // one with a path was opened, and the event of that tells a file
      return {fd.name.starts_with('/') ? open_event(fd) : pipe_event(fd)};
    case FdType::MemFd:
      return {event(EventCode::SYSCALL_MEMFD_CREATE_X, {{0, number(fd.fd)}, {1, text(fd.name)}})};
    case FdType::Ipv4Sock:
      return connection(fd, kInet, listened);
    case FdType::Ipv6Sock:
      return connection(fd, kInet6, listened);
    case FdType::Ipv4ServSock:
      return {socket_event(fd, kInet), bind_event(fd.fd, head4 + address(kInet, fd.sip, fd.sport))};
    case FdType::Ipv6ServSock:
      return {socket_event(fd, kInet6), bind_event(fd.fd, head6 + address(kInet6, fd.sip, fd.sport))};
    case FdType::UnixSock:
      return unix_socket(fd);
    case FdType::Netlink:
      return {socket_event(fd, kNetlink)};
    default:
      if (const auto code = maker(fd.type)) return {event(*code, {{0, number(fd.fd)}})};
      return {};
  }
}

}  // namespace

LateFds late_fds(std::span<const FdRecord> fds) {
  Ports listened;
  for (const FdRecord& fd : fds) {
    if (fd.type == FdType::Ipv4ServSock || fd.type == FdType::Ipv6ServSock) listened.insert(fd.sport);
  }
  LateFds all;
  for (const FdRecord& fd : fds) {
    Events events = events_of(fd, listened);
    if (events.empty()) ++all.untold;
    std::move(events.begin(), events.end(), std::back_inserter(all.events));
  }
  return all;
}

}  // namespace fvm
