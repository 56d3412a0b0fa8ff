// SPDX-License-Identifier: Apache-2.0
#include "vm/host/socket_tables.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "vm/abi/limits.h"

namespace fvm::host {

namespace {

constexpr size_t kHexWord = 8;  ///< digits; addresses are made of words in the host's byte order

struct Endpoint {
  IpAddr ip;
  uint16_t port = 0;
};

/// `0100007F:0016`, or four words and a port.
std::optional<Endpoint> endpoint_of(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon != kHexWord && colon != 4 * kHexWord) return std::nullopt;
  Endpoint end;
  end.ip.family = colon == kHexWord ? 4 : 6;
  for (size_t at = 0; at < colon; at += kHexWord) {
    const auto word = number_of<uint32_t>(text.substr(at, kHexWord), 16);
    if (!word) return std::nullopt;
    std::memcpy(end.ip.bytes.data() + at / 2, &*word, sizeof *word);
  }
  const auto port = number_of<uint16_t>(text.substr(colon + 1), 16);
  if (!port) return std::nullopt;
  end.port = *port;
  return end;
}

bool is_zero(const IpAddr& ip) {
  return std::all_of(ip.bytes.begin(), ip.bytes.end(), [](uint8_t b) { return b == 0; });
}

void skip_words(std::string_view& line, int count) {
  for (int i = 0; i < count; ++i) next_word(line);
}

}  // namespace

void SocketTables::add_namespace_of(const Folder& process) {
  const auto info = process.status("ns/net");
  if (!read_.insert(info ? info->st_ino : 0).second) return;
  struct {
    const char* file;
    L4 l4;
  } constexpr kInet[] = {{"net/tcp", L4::Tcp},  {"net/udp", L4::Udp},  {"net/raw", L4::Raw},
                         {"net/tcp6", L4::Tcp}, {"net/udp6", L4::Udp}, {"net/raw6", L4::Raw}};
  for (const auto& table : kInet) process.each_line(table.file, [&](std::string_view line) { add_inet(line, table.l4); });
  process.each_line("net/unix", [&](std::string_view line) { add_unix(line); });
  process.each_line("net/netlink", [&](std::string_view line) { add_netlink(line); });
}

void SocketTables::add(uint64_t inode, const Socket& socket) {
  if (inode == 0) return;  // a connection that no process has any more
  if (sockets_ >= limits::kScannedSockets) {
    ++refused_;
    return;
  }
  const auto key = static_cast<int64_t>(inode);
  // Paths can hold line ends, so a process can add lines of its own making; it does not displace what is there.
  if (by_inode_.find(key) != nullptr) return;
  by_inode_.set(key, socket);
  ++sockets_;
}

void SocketTables::add_inet(std::string_view line, L4 l4) {
  next_word(line);  // `sl:`
  const auto local = endpoint_of(next_word(line)), remote = endpoint_of(next_word(line));
  if (!local || !remote) return;  // the header
  skip_words(line, 6);
  const auto inode = number_of<uint64_t>(next_word(line));
  if (!inode) return;
  const bool v4 = local->ip.family == 4, listens = is_zero(remote->ip);
  Socket socket;
  socket.local = local->ip, socket.local_port = local->port;
  socket.remote = remote->ip, socket.remote_port = remote->port;
  socket.l4 = l4;
  socket.type = listens ? (v4 ? FdType::Ipv4ServSock : FdType::Ipv6ServSock) : v4 ? FdType::Ipv4Sock : FdType::Ipv6Sock;
  add(*inode, socket);
}

void SocketTables::add_unix(std::string_view line) {
  std::string_view number = next_word(line);
  if (!number.ends_with(':')) return;
  number.remove_suffix(1);
  const auto source = number_of<uint64_t>(number, 16);
  if (!source) return;  // the header
  skip_words(line, 5);
  const auto inode = number_of<uint64_t>(next_word(line));
  if (!inode) return;
  Socket socket;
  socket.type = FdType::UnixSock;
  socket.unix_source = *source;
  if (line.starts_with(' ')) line.remove_prefix(1);
  if (!line.empty() && sockets_ < limits::kScannedSockets) {
    socket.path = static_cast<uint32_t>(paths_.size());
    paths_.emplace_back(line.substr(0, limits::kPathBytes));
  }
  add(*inode, socket);
}

void SocketTables::add_netlink(std::string_view line) {
  if (line.starts_with("sk")) return;  // the header
  skip_words(line, 9);
  Socket socket;
  socket.type = FdType::Netlink;
  if (const auto inode = number_of<uint64_t>(next_word(line))) add(*inode, socket);
}

bool SocketTables::find(uint64_t inode, FdRecord& fd) const {
  const Socket* const socket = by_inode_.find(static_cast<int64_t>(inode));
  if (socket == nullptr) return false;
  fd.type = socket->type;
  fd.ino = inode;
  fd.sip = socket->local, fd.sport = socket->local_port;
  fd.dip = socket->remote, fd.dport = socket->remote_port;
  fd.l4 = socket->l4;
  fd.unix_source = socket->unix_source;
  fd.name = paths_[socket->path];
  return true;
}

}  // namespace fvm::host
