// SPDX-License-Identifier: Apache-2.0
//
// Descriptors told by events are those that the list tells, but for what late_fds.h says is lost.
#include "capture/late_fds.h"

#include <doctest/doctest.h>

#include <vector>

#include "tests/support/event_room.h"
#include "vm/state/fd_table.h"
#include "vm/state/state.h"

namespace fvm {
namespace {

using testing::EventRoom;

constexpr int64_t kTid = 100;

FdRecord record(int64_t number, FdType type, std::string name = {}) {
  FdRecord fd;
  fd.fd = number, fd.type = type, fd.name = std::move(name);
  return fd;
}

IpAddr ip(std::initializer_list<uint8_t> bytes) {
  IpAddr address;
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  address.family = bytes.size() == 4 ? 4 : 6;
  return address;
}

FdRecord socket(int64_t number, FdType type, L4 l4, IpAddr own, uint16_t port, IpAddr other = {},
                uint16_t other_port = 0) {
  FdRecord fd = record(number, type);
  fd.l4 = l4, fd.sip = own, fd.sport = port, fd.dip = other, fd.dport = other_port;
  return fd;
}

/// A state in which one thread has descriptors, told in one of the two ways.
struct Told {
  State state;
  EventRoom room;

  explicit Told(const std::vector<FdRecord>& fds, bool by_events) {
    ThreadRecord thread;
    thread.tid = thread.pid = thread.vtid = thread.vpid = kTid;
    thread.comm = thread.exe = "server";
    thread.cwd = "/srv/";
    state.on_threads({thread});
    if (!by_events) state.on_fds(kTid, fds);
    feed(EventCode::SYSCALL_GETUID_X, {std::string(4, '\0')});
    if (!by_events) return;
    for (const LateEvent& e : late_fds(fds).events) feed(e.code, e.params);
  }
  void feed(EventCode code, std::vector<std::string> params) {
    EventView& event = room.make(code, std::move(params));
    event.ts_ns = 1'000'000'000;
    event.tid = kTid;
    state.update(event);
  }
  const Fd* fd(int64_t number) const { return state.find_fd(*state.find_thread(kTid), number); }
};

constexpr uint32_t kRoles = fd_flag::kRoleClient | fd_flag::kRoleServer;

}  // namespace

TEST_CASE("descriptors told by events are those of the list") {
  const IpAddr here = ip({10, 0, 0, 1}), there = ip({10, 0, 0, 2});
  IpAddr here6 = ip({0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), there6 = here6;
  there6.bytes[15] = 2;
  FdRecord file = record(1, FdType::FileV2, "/var/log/x y"), folder = record(2, FdType::Directory, "/etc");
  file.open_flags = 2 | 4096, file.dev = 0x801, file.ino = 77;
  FdRecord pipe = record(3, FdType::Fifo), unix_server = record(4, FdType::UnixSock, "/run/docker.sock"),
           unix_client = record(5, FdType::UnixSock);
  pipe.ino = 99;
  unix_server.unix_source = 11, unix_server.unix_destination = 12;
  unix_client.unix_source = 13, unix_client.unix_destination = 14;
  const std::vector<FdRecord> fds = {
      file,
      folder,
      pipe,
      unix_server,
      unix_client,
      record(6, FdType::MemFd, "/memfd:x (deleted)"),
      record(7, FdType::Event),
      record(8, FdType::SignalFd),
      record(9, FdType::EventPoll),
      record(10, FdType::Inotify),
      record(11, FdType::TimerFd),
      record(12, FdType::Bpf),
      record(13, FdType::UserFaultFd),
      record(14, FdType::IoUring),
      record(15, FdType::Netlink),
      socket(20, FdType::Ipv4ServSock, L4::Tcp, here, 80),
      socket(21, FdType::Ipv4Sock, L4::Tcp, here, 80, there, 5000),   // accepted
      socket(22, FdType::Ipv4Sock, L4::Tcp, here, 6000, there, 443),  // connected
      socket(23, FdType::Ipv4Sock, L4::Udp, here, 6001, there, 53),
      socket(24, FdType::Ipv4Sock, L4::Icmp, here, 0, there, 0),
      socket(25, FdType::Ipv4Sock, L4::Raw, here, 0, there, 0),
      socket(26, FdType::Ipv6Sock, L4::Tcp, here6, 6002, there6, 443),
      socket(27, FdType::Ipv6ServSock, L4::Udp, here6, 53),
  };
  const Told list(fds, false), events(fds, true);
  for (const FdRecord& record : fds) {
    CAPTURE(record.fd);
    const Fd* const was = list.fd(record.fd);
    const Fd* const is = events.fd(record.fd);
    REQUIRE(was != nullptr);
    REQUIRE(is != nullptr);
    CHECK(is->type == was->type);
    CHECK(is->name == was->name);
    CHECK(is->l4 == was->l4);
    CHECK(is->sip == was->sip);
    if (was->is_connected_type()) CHECK(is->dip == was->dip);
    CHECK(is->sport == was->sport);
    CHECK(is->dport == was->dport);
    CHECK(is->dev == was->dev);
    CHECK(is->ino == was->ino);
    CHECK(is->open_flags == (record.type == FdType::Directory ? 1u << 10 : was->open_flags));
    CHECK(is->unix_source == was->unix_source);
    CHECK(is->unix_destination == was->unix_destination);
    const bool gets_role = record.type == FdType::Ipv6Sock || was->is_server_socket();
    if (!gets_role) CHECK((is->flags & kRoles) == (was->flags & kRoles));
    if (was->flags & fd_flag::kConnected) CHECK((is->flags & fd_flag::kConnected) != 0);
  }
}

TEST_CASE("a pipe with a path keeps the path") {
  const std::vector<FdRecord> fds = {record(1, FdType::Fifo, "/run/initctl"), record(2, FdType::Fifo, "pipe:[7]")};
  const Told events(fds, true);
  CHECK(events.fd(1)->name == "/run/initctl");
  CHECK(events.fd(2)->type == FdType::Fifo);
}

TEST_CASE("descriptors of which no call tells are counted") {
  const std::vector<FdRecord> fds = {record(1, FdType::PidFd), record(2, FdType::Unsupported, "x"),
                                     record(3, FdType::Event)};
  const LateFds late = late_fds(fds);
  CHECK(late.untold == 2);
  CHECK(late.events.size() == 1);
  CHECK(late_fds({}).events.empty());
}

}  // namespace fvm
