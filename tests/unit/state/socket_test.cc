// SPDX-License-Identifier: Apache-2.0
//
// Sockets: the state reference, section 12.

#include "tests/unit/state/scene.h"
#include "vm/state/socket_text.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

constexpr int kUnix = 1, kInet = 2, kInet6 = 10, kStream = 1, kDgram = 2, kRaw = 3;

std::string ip6_bytes(std::initializer_list<int> first, int last) {
  std::string bytes(16, '\0');
  size_t i = 0;
  for (int b : first) bytes[i++] = static_cast<char>(b);
  bytes[15] = static_cast<char>(last);
  return bytes;
}

Param tuple6(const std::string& source, uint16_t sport, const std::string& destination, uint16_t dport) {
  return Param::raw(std::string(1, '\x0a') + source + le(sport) + destination + le(dport));
}

struct NetScene : Scene {
  NetScene() {
    threads(small_machine());
    InterfaceRecord lo, eth, eth6;
    lo.name = "lo", lo.address = ip4("127.0.0.1"), lo.netmask = ip4("255.0.0.0");
    eth.name = "eth0", eth.address = ip4("10.0.0.5"), eth.netmask = ip4("255.255.255.0");
    eth6.name = "eth0";
    eth6.address.family = eth6.netmask.family = 6;
    const std::string own = ip6_bytes({0x20, 0x01, 0x0d, 0xb8}, 1);
    std::copy(own.begin(), own.end(), eth6.address.bytes.begin());
    eth6.netmask.bytes.fill(0);
    std::fill_n(eth6.netmask.bytes.begin(), 8, uint8_t{0xff});
    state.on_interfaces({lo, eth, eth6});
    tick();
  }
  void connect(int64_t tid, int64_t number, int64_t result, const Param& tuple,
               const Param& address = Param::absent()) {
    event(EventCode::SOCKET_CONNECT_X, tid, {result, tuple, number, address});
  }
  void sendto(int64_t number, const Param& tuple) {
    event(EventCode::SOCKET_SENDTO_X, 100, {1, "x", number, 1, tuple});
  }
  void recvfrom(int64_t number, const Param& tuple) {
    event(EventCode::SOCKET_RECVFROM_X, 100, {1, "x", tuple, number, 1});
  }
  bool client(int64_t number) { return (fd(100, number)->flags & fd_flag::kRoleClient) != 0; }
  bool server(int64_t number) { return (fd(100, number)->flags & fd_flag::kRoleServer) != 0; }
};

}  // namespace

TEST_CASE_FIXTURE(NetScene, "socket: type and protocol") {
  struct Row {
    int domain, type, protocol;
    FdType fd_type;
    L4 l4;
  };
  for (const Row& row :
       {Row{kInet, kStream, 0, FdType::Ipv4Sock, L4::Tcp}, Row{kInet, kStream | 2048, 0, FdType::Ipv4Sock, L4::Tcp},
        Row{kInet6, kDgram, 17, FdType::Ipv6Sock, L4::Udp}, Row{kInet, kDgram, 1, FdType::Ipv4Sock, L4::Icmp},
        Row{kInet, kRaw, 1, FdType::Ipv4Sock, L4::Raw}, Row{kInet6, kRaw, 58, FdType::Ipv6Sock, L4::Unknown},
        Row{kUnix, kStream, 0, FdType::UnixSock, L4::NotApplicable},
        Row{16, kRaw, 0, FdType::Netlink, L4::NotApplicable}, Row{17, kRaw, 0, FdType::Unknown, L4::NotApplicable}}) {
    CAPTURE(row.domain);
    CAPTURE(row.type);
    CAPTURE(row.protocol);
    socket(100, 3, row.domain, row.type, row.protocol);
    CHECK(fd(100, 3)->type == row.fd_type);
    CHECK(fd(100, 3)->l4 == row.l4);
    CHECK(fd(100, 3)->name.empty());
    CHECK_FALSE(fd(100, 3)->has_role());
    CHECK_FALSE(last.fd_name_changed);
  }
}

TEST_CASE_FIXTURE(NetScene, "connect") {
  socket(100, 3, kInet);
  SUBCASE("succeeds") {
    connect(100, 3, 0, socktuple4("10.0.0.5", 40000, "1.2.3.4", 443));
    CHECK(fd_name(100, 3) == "10.0.0.5:40000->1.2.3.4:443");
    CHECK(client(3));
    CHECK((fd(100, 3)->flags & fd_flag::kConnected) != 0);
    CHECK(last.fd_name_changed);
    CHECK(last.fd->dport == 443);
  }
  SUBCASE("is in progress") {
    connect(100, 3, -115, socktuple4("10.0.0.5", 40000, "1.2.3.4", 443));
    CHECK(client(3));
  }
  SUBCASE("fails") {
    connect(100, 3, -111, socktuple4("10.0.0.5", 40000, "1.2.3.4", 443));
    CHECK(fd_name(100, 3).empty());
    CHECK_FALSE(client(3));
  }
  SUBCASE("has no tuple: the enter address gives addresses, neither name nor role") {
    event(EventCode::SOCKET_CONNECT_E, 100, {3, sockaddr4("9.9.9.9", 99)});
    CHECK_FALSE(shown);
    connect(100, 3, 0, Param::absent());
    CHECK(fd(100, 3)->dip == ip4("9.9.9.9"));
    CHECK(fd(100, 3)->dport == 99);
    CHECK(fd_name(100, 3).empty());
    CHECK_FALSE(client(3));
  }
  SUBCASE("the early address is believed when the late one agrees with the kernel") {
    event(EventCode::SOCKET_CONNECT_E, 100, {3, sockaddr4("6.6.6.6", 66)});
    connect(100, 3, 0, socktuple4("10.0.0.5", 1, "1.2.3.4", 443), sockaddr4("1.2.3.4", 443));
    CHECK(fd_name(100, 3) == "10.0.0.5:1->6.6.6.6:66");
  }
  SUBCASE("the kernel's destination wins when the late address differs") {
    event(EventCode::SOCKET_CONNECT_E, 100, {3, sockaddr4("6.6.6.6", 66)});
    connect(100, 3, 0, socktuple4("10.0.0.5", 1, "1.2.3.4", 443), sockaddr4("5.5.5.5", 55));
    CHECK(fd_name(100, 3) == "10.0.0.5:1->1.2.3.4:443");
  }
  SUBCASE("to another peer replaces the first") {
    connect(100, 3, 0, socktuple4("10.0.0.5", 1, "1.2.3.4", 443));
    connect(100, 3, 0, socktuple4("10.0.0.5", 1, "4.3.2.1", 80));
    CHECK(fd_name(100, 3) == "10.0.0.5:1->4.3.2.1:80");
  }
  SUBCASE("of an unknown descriptor") {
    connect(100, 99, 0, socktuple4("10.0.0.5", 1, "1.2.3.4", 443));
    CHECK(last.fd == nullptr);
    CHECK(last.fd_num == 99);
  }
}

TEST_CASE_FIXTURE(NetScene, "connect over IPv6, mapped and not") {
  socket(100, 3, kInet6);
  connect(100, 3, 0, tuple6(ip6_bytes({0x20, 1, 0x0d, 0xb8}, 1), 7, ip6_bytes({0x20, 1, 0x0d, 0xb8}, 2), 8));
  CHECK(fd_name(100, 3) == "2001:db8::1:7->2001:db8::2:8");
  CHECK(fd(100, 3)->type == FdType::Ipv6Sock);
  socket(100, 4, kInet6);
  const std::string mapped_a = std::string(10, '\0') + "\xff\xff" + std::string("\x0a\0\0\x05", 4);
  const std::string mapped_b = std::string(10, '\0') + "\xff\xff" + std::string("\x01\x02\x03\x04", 4);
  connect(100, 4, 0, tuple6(mapped_a, 7, mapped_b, 8));
  CHECK(fd(100, 4)->type == FdType::Ipv4Sock);
  CHECK(fd_name(100, 4) == "10.0.0.5:7->1.2.3.4:8");
}

TEST_CASE_FIXTURE(NetScene, "unix sockets") {
  socket(100, 3, kUnix);
  connect(100, 3, 0, socktuple_unix(0xffff88003a, 0xffff88003b, "/run/x.sock"));
  CHECK(fd_name(100, 3) == "ffff88003a->ffff88003b /run/x.sock");
  CHECK(client(3));
  event(EventCode::SOCKET_ACCEPT_5_X, 1, {6, socktuple_unix(1, 2, "/run/x.sock"), 0, 0, 0});
  CHECK(fd(1, 6)->type == FdType::UnixSock);
  CHECK(fd(1, 6)->unix_destination == 2);
  event(EventCode::SOCKET_SOCKETPAIR_X, 100, {0, 8, 9, 0x10, 0x20, 1, 1, 0});
  CHECK(fd(100, 8)->unix_source == 0x10);
  CHECK(fd(100, 9)->unix_source == 0x10);
  CHECK(fd_name(100, 9).empty());
}

TEST_CASE_FIXTURE(NetScene, "bind") {
  socket(100, 3, kInet);
  event(EventCode::SOCKET_BIND_X, 100, {0, sockaddr4("0.0.0.0", 80), 3});
  CHECK(fd(100, 3)->type == FdType::Ipv4ServSock);
  CHECK(fd(100, 3)->sport == 80);
  CHECK(fd(100, 3)->l4 == L4::Tcp);
  CHECK(server(3));
  CHECK(fd_name(100, 3) == "0.0.0.0:80");
  socket(100, 4, kInet);
  event(EventCode::SOCKET_BIND_X, 100, {0, sockaddr4("10.0.0.5", 0), 4});
  CHECK(fd(100, 4)->type == FdType::Ipv4Sock);
  CHECK_FALSE(fd(100, 4)->has_role());
  CHECK(fd_name(100, 4) == "10.0.0.5:0");
  socket(100, 5, kInet);
  event(EventCode::SOCKET_BIND_X, 100, {-98, sockaddr4("10.0.0.5", 80), 5});
  CHECK(fd_name(100, 5).empty());
  socket(100, 6, kUnix);
  event(EventCode::SOCKET_BIND_X, 100, {0, sockaddr_unix("/run/s"), 6});
  CHECK(fd_name(100, 6) == "/run/s");
}

TEST_CASE_FIXTURE(NetScene, "accept") {
  event(EventCode::SOCKET_ACCEPT4_6_X, 100,
        {7, socktuple4("9.9.9.9", 5555, "10.0.0.5", 80), 0, 0, 0, open_flag::kCloExec});
  CHECK(fd_name(100, 7) == "9.9.9.9:5555->10.0.0.5:80");
  CHECK(fd(100, 7)->l4 == L4::Tcp);
  CHECK(fd(100, 7)->sport == 5555);
  CHECK(server(7));
  CHECK((fd(100, 7)->open_flags & open_flag::kCloExec) != 0);
  CHECK(last.fd_name_changed);
  event(EventCode::SOCKET_ACCEPT_5_X, 100, {8, Param::absent(), 0, 0, 0});
  CHECK(fd(100, 8) == nullptr);
  CHECK(last.fd_num == 8);
}

TEST_CASE_FIXTURE(NetScene, "datagrams tell roles and addresses") {
  socket(100, 3, kInet, kDgram);
  SUBCASE("a client sends first") {
    sendto(3, socktuple4("10.0.0.5", 5000, "1.1.1.1", 53));
    CHECK(client(3));
    CHECK(fd_name(100, 3) == "10.0.0.5:5000->1.1.1.1:53");
    recvfrom(3, socktuple4("1.1.1.1", 53, "10.0.0.5", 5000));
    CHECK(fd_name(100, 3) == "10.0.0.5:5000->1.1.1.1:53");
    CHECK_FALSE(last.fd_name_changed);
    recvfrom(3, socktuple4("2.2.2.2", 53, "10.0.0.5", 5000));
    CHECK(fd_name(100, 3) == "10.0.0.5:5000->2.2.2.2:53");
  }
  SUBCASE("a server receives first") {
    recvfrom(3, socktuple4("8.8.8.8", 53, "10.0.0.5", 4444));
    CHECK(server(3));
    CHECK(fd_name(100, 3) == "8.8.8.8:53->10.0.0.5:4444");
    sendto(3, socktuple4("10.0.0.5", 4444, "8.8.4.4", 53));
    CHECK(fd_name(100, 3) == "8.8.4.4:53->10.0.0.5:4444");
  }
  SUBCASE("a bound socket") {
    event(EventCode::SOCKET_BIND_X, 100, {0, sockaddr4("0.0.0.0", 53), 3});
    recvfrom(3, socktuple4("8.8.8.8", 999, "10.0.0.5", 53));
    CHECK(fd(100, 3)->type == FdType::Ipv4Sock);
    CHECK(server(3));
    CHECK(fd_name(100, 3) == "8.8.8.8:999->10.0.0.5:53");
  }
  SUBCASE("wildcards are completed from the interfaces") {
    sendto(3, socktuple4("0.0.0.0", 5000, "10.0.0.77", 53));
    CHECK(fd_name(100, 3) == "10.0.0.5:5000->10.0.0.77:53");
    socket(100, 4, kInet, kDgram);
    sendto(4, socktuple4("0.0.0.0", 5000, "127.0.0.1", 53));
    CHECK(fd_name(100, 4) == "127.0.0.1:5000->127.0.0.1:53");
    socket(100, 5, kInet, kDgram);
    sendto(5, socktuple4("0.0.0.0", 5000, "8.8.8.8", 53));
    CHECK(fd_name(100, 5) == "10.0.0.5:5000->8.8.8.8:53");
    socket(100, 6, kInet, kDgram);
    sendto(6, socktuple4("0.0.0.0", 53, "10.0.0.5", 53));
    CHECK(fd_name(100, 6) == "0.0.0.0:53->10.0.0.5:53");
  }
}

TEST_CASE_FIXTURE(NetScene, "traffic on other sockets") {
  sendto(77, socktuple4("10.0.0.5", 7, "1.1.1.1", 8));
  CHECK(fd_name(100, 77) == "10.0.0.5:7->1.1.1.1:8");
  CHECK(fd(100, 77)->l4 == L4::Udp);
  recvfrom(78, socktuple4("1.1.1.1", 8, "10.0.0.5", 7));
  CHECK(fd(100, 78) == nullptr);

  socket(100, 3, kInet);
  connect(100, 3, 0, socktuple4("10.0.0.5", 1, "1.2.3.4", 443));
  recvfrom(3, socktuple4("6.6.6.6", 6, "10.0.0.5", 1));
  CHECK(fd_name(100, 3) == "10.0.0.5:1->1.2.3.4:443");

  socket(100, 4, kInet);
  event(EventCode::SYSCALL_WRITE_X, 100, {1, "x", 4, 1});
  CHECK((fd(100, 4)->flags & fd_flag::kConnected) != 0);

  socket(100, 5, 17, kRaw);
  sendto(5, Param::raw("\x11"));
  CHECK(fd_name(100, 5) == "family 17");

  socket(100, 6, kInet, kDgram, 1);
  sendto(6, socktuple4("10.0.0.5", 0, "1.1.1.1", 0));
  CHECK(fd_name(100, 6) == "10.0.0.5->1.1.1.1");
}

TEST_CASE_FIXTURE(NetScene, "local addresses") {
  CHECK(state.is_local_address(nullptr, ip4("10.0.0.5")));
  CHECK_FALSE(state.is_local_address(nullptr, ip4("10.0.0.6")));
  CHECK_FALSE(state.is_local_address(nullptr, ip4("127.0.0.2")));
  IpAddr v6;
  v6.family = 6;
  v6.bytes = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 9, 9};
  CHECK(state.is_local_address(nullptr, v6));
}

TEST_CASE("texts of malformed addresses") {
  const auto bytes = [](std::string_view s) { return as_bytes(s); };
  CHECK(tuple_text({}) == "");
  CHECK(tuple_text(bytes(std::string_view("\x02xx", 3))) == "INVALID IPv4");
  CHECK(tuple_text(bytes(std::string_view("\x0axx", 3))) == "INVALID IPv6");
  CHECK(tuple_text(bytes(std::string_view("\x01xx", 3))) == "INVALID SOCKTUPLE");
  CHECK(sockaddr_text(bytes(std::string_view("\x01/a", 3))) == "INVALID PATH");
  CHECK(sockaddr_text(bytes(std::string_view("\x01/a\0", 4))) == "/a");
  CHECK(sockaddr_text(bytes(std::string_view("\x02\x01\x02\x03\x04\x50\x00", 7))) == "1.2.3.4:80");
  CHECK_FALSE(inet_address({}).has_value());
  CHECK_FALSE(unix_tuple(bytes("\x01")).has_value());
}

TEST_CASE("roles of sockets from the descriptor list") {
  Scene scene;
  scene.threads(small_machine());
  FdRecord listening, accepted, outgoing, six, path, bound_path;
  listening.fd = 3, listening.type = FdType::Ipv4ServSock, listening.sip = ip4("0.0.0.0"), listening.sport = 8080,
  listening.l4 = L4::Tcp;
  accepted.fd = 4, accepted.type = FdType::Ipv4Sock, accepted.sip = ip4("10.0.0.5"), accepted.sport = 8080;
  accepted.dip = ip4("9.9.9.9"), accepted.dport = 5555, accepted.l4 = L4::Tcp;
  outgoing.fd = 5, outgoing.type = FdType::Ipv4Sock, outgoing.sip = ip4("10.0.0.5"), outgoing.sport = 1234;
  outgoing.dip = ip4("8.8.8.8"), outgoing.dport = 53, outgoing.l4 = L4::Udp;
  six.fd = 6, six.type = FdType::Ipv6Sock, six.l4 = L4::Tcp;
  six.sip.family = six.dip.family = 6, six.sip.bytes[15] = 1, six.dip.bytes[15] = 2;
  path.fd = 7, path.type = FdType::UnixSock;
  bound_path.fd = 8, bound_path.type = FdType::UnixSock, bound_path.name = "/run/s";
  scene.state.on_fds(100, {listening, accepted, outgoing, six, path, bound_path});
  scene.tick();

  CHECK(scene.fd_name(100, 3) == "0.0.0.0:8080");
  CHECK_FALSE(scene.fd(100, 3)->has_role());
  CHECK(scene.fd_name(100, 4) == "9.9.9.9:5555->10.0.0.5:8080");
  CHECK((scene.fd(100, 4)->flags & (fd_flag::kRoleServer | fd_flag::kConnected)) ==
        (fd_flag::kRoleServer | fd_flag::kConnected));
  CHECK(scene.fd_name(100, 5) == "10.0.0.5:1234->8.8.8.8:53");
  CHECK((scene.fd(100, 5)->flags & (fd_flag::kRoleClient | fd_flag::kConnected)) == fd_flag::kRoleClient);
  CHECK_FALSE(scene.fd(100, 6)->has_role());
  CHECK(scene.fd_name(100, 6) == "::1:0->::2:0");
  CHECK((scene.fd(100, 7)->flags & fd_flag::kRoleClient) != 0);
  CHECK((scene.fd(100, 8)->flags & fd_flag::kRoleServer) != 0);
}

TEST_CASE_FIXTURE(NetScene, "the early path of a unix peer is believed when the late one agrees with the kernel") {
  socket(100, 3, kUnix);
  event(EventCode::SOCKET_CONNECT_E, 100, {3, sockaddr_unix("/run/real")});
  SUBCASE("agrees") {
    connect(100, 3, 0, socktuple_unix(1, 2, "/run/shown"), sockaddr_unix("/run/shown"));
    CHECK(fd_name(100, 3) == "1->2 /run/real");
  }
  SUBCASE("differs") {
    connect(100, 3, 0, socktuple_unix(1, 2, "/run/kernel"), sockaddr_unix("/run/shown"));
    CHECK(fd_name(100, 3) == "1->2 /run/kernel");
  }
  SUBCASE("is missing") {
    connect(100, 3, 0, socktuple_unix(1, 2, "/run/kernel"));
    CHECK(fd_name(100, 3) == "1->2 /run/kernel");
  }
  CHECK(fd(100, 3)->unix_source == 1);
  CHECK(fd(100, 3)->unix_destination == 2);
  CHECK(client(3));
}

TEST_CASE_FIXTURE(NetScene, "a unix tuple does not make another socket a unix socket") {
  socket(100, 3, kInet);
  connect(100, 3, 0, socktuple_unix(1, 2, "/run/x"));
  CHECK(fd(100, 3)->type == FdType::Ipv4Sock);
  CHECK(fd_name(100, 3).empty());
}

TEST_CASE_FIXTURE(NetScene, "a datagram server that connects") {
  socket(100, 3, kInet, kDgram);
  recvfrom(3, socktuple4("8.8.8.8", 53, "10.0.0.5", 4444));
  REQUIRE(server(3));
  connect(100, 3, 0, socktuple4("10.0.0.5", 4444, "9.9.9.9", 53));
  CHECK(fd_name(100, 3) == "9.9.9.9:53->10.0.0.5:4444");
  CHECK(server(3));
}

TEST_CASE_FIXTURE(NetScene, "two connect exits without an enter event keep the first number") {
  socket(100, 3, kInet);
  socket(100, 4, kInet);
  event(EventCode::SOCKET_CONNECT_E, 100, {3, sockaddr4("1.1.1.1", 1)});
  connect(100, 3, 0, socktuple4("10.0.0.5", 1, "1.1.1.1", 1));
  connect(100, 4, 0, socktuple4("10.0.0.5", 2, "2.2.2.2", 2));
  CHECK(last.fd_num == 3);
}

TEST_CASE_FIXTURE(NetScene, "descriptor numbers of sockets that can't be") {
  const size_t before = state.fds_of(*thread(100)) ? state.fds_of(*thread(100))->size() : 0;
  socket(100, -24, kInet);
  event(EventCode::SOCKET_ACCEPT4_6_X, 100, {-11, socktuple4("9.9.9.9", 5, "10.0.0.5", 80), 0, 0, 0, 0});
  event(EventCode::SOCKET_SOCKETPAIR_X, 100, {0, 7, 7, 1, 2, 1, 1, 0});
  event(EventCode::SOCKET_SOCKETPAIR_X, 100, {-1, 7, 8, 1, 2, 1, 1, 0});
  event(EventCode::SOCKET_SENDTO_X, 100, {1, "x", -5, 1, socktuple4("10.0.0.5", 7, "1.1.1.1", 8)});
  CHECK((state.fds_of(*thread(100)) ? state.fds_of(*thread(100))->size() : 0) == before);
  socket(100, INT64_MAX, kInet);
  CHECK(fd(100, INT64_MAX));
  event(EventCode::SYSCALL_CLOSE_X, 100, {0, INT64_MAX});
  tick();
  CHECK(fd(100, INT64_MAX) == nullptr);
}

TEST_CASE_FIXTURE(NetScene, "a datagram socket over IPv6 stays a client") {
  const std::string own = ip6_bytes({0x20, 1, 0x0d, 0xb8}, 1), peer = ip6_bytes({0x20, 1, 0x0d, 0xb8}, 2);
  socket(100, 3, kInet6, kDgram);
  recvfrom(3, tuple6(peer, 53, own, 4444));
  CHECK(client(3));
  CHECK(fd_name(100, 3) == "2001:db8::1:4444->2001:db8::2:53");
  socket(100, 4, kInet6, kDgram);
  sendto(4, tuple6(ip6_bytes({}, 0), 9, peer, 53));
  CHECK(fd_name(100, 4) == "2001:db8::1:9->2001:db8::2:53");
}

TEST_CASE_FIXTURE(NetScene, "unix traffic names a socket; failed and empty traffic doesn't") {
  socket(100, 3, kUnix, kDgram);
  recvfrom(3, Param::absent());
  CHECK(fd_name(100, 3).empty());
  event(EventCode::SOCKET_RECVFROM_X, 100, {-11, "", socktuple_unix(1, 2, "/run/x"), 3, 1});
  CHECK(fd_name(100, 3).empty());
  recvfrom(3, socktuple_unix(1, 2, "/run/x"));
  CHECK(fd_name(100, 3) == "1->2 /run/x");
  CHECK(last.fd_name_changed);
  recvfrom(3, socktuple_unix(1, 2, "/run/x"));
  CHECK_FALSE(last.fd_name_changed);
  CHECK_FALSE(fd(100, 3)->has_role());
}
