// SPDX-License-Identifier: Apache-2.0
//
// Verbs about connections. All ends are on this machine: those to other addresses run in a network of their own, where
// the loopback device answers for them.
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "tools/event-generator/verbs.h"

namespace event_generator {
namespace {

int result(int returned) { return returned < 0 ? errno : 0; }

sockaddr* plain(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

/// A socket that waits for connections at a free port of the loopback device; its address goes to `at`.
int loopback_listener(sockaddr_in& at) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socklen_t size = sizeof at;
  at = {};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || bind(fd, plain(at), size) < 0 || listen(fd, 1) < 0 || getsockname(fd, plain(at), &size) < 0) return -1;
  return fd;
}

}  // namespace

int connect_to(const Operands& operands) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::strtoul(operands[1].c_str(), nullptr, 10)));
  if (inet_pton(AF_INET, operands[0].c_str(), &to.sin_addr) != 1) return EINVAL;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int failed = result(connect(fd, plain(to), sizeof to));
  close(fd);
  return failed;
}

int connect_to_socket_file(const Operands& operands) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (operands[0].size() >= sizeof to.sun_path) return ENAMETOOLONG;
  std::memcpy(to.sun_path, operands[0].c_str(), operands[0].size() + 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int failed = result(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to));
  close(fd);
  return failed;
}

int listen_somewhere(const Operands&) {
  sockaddr_in at;
  const int fd = loopback_listener(at);
  if (fd < 0) return errno;
  close(fd);
  return 0;
}

int tie_input(const Operands&) {
  sockaddr_in at;
  const int listener = loopback_listener(at);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || fd < 0 || connect(fd, plain(at), sizeof at) < 0) return errno;
  return result(dup2(fd, STDIN_FILENO));
}

int watch_packets(const Operands&) {
  const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
  if (fd < 0) return errno;
  close(fd);
  return 0;
}

}  // namespace event_generator
